use std::{collections::BTreeSet, sync::Arc};

use anyhow::{Context, ensure};
use house::Person;

use super::Boxes;
use crate::chaos::{
    ledger::{Ledger, View},
    mirror::Mirror,
};

/// The last of the commands that change an own view, each of which was acknowledged before the next was asked for, is what is
/// shown.
pub async fn everybody_sees_the_view_they_chose(
    ledger: &Ledger,
    boxes: &Boxes,
    mirrors: &[Arc<Mirror>],
) -> anyhow::Result<()> {
    let person = |name: &str| {
        let mirror = mirrors.iter().find(|mirror| mirror.person.username == name);
        mirror.map(|mirror| &mirror.person).context("nobody has it")
    };
    for ((owner, conversation), chosen) in &ledger.views {
        let shown = View {
            muted: is_muted(boxes, owner, conversation)?,
            draft: draft(person(owner)?, conversation).await?,
        };
        ensure!(
            shown.muted == chosen.muted && shown.draft == chosen.draft,
            "{owner} sees {shown:?} in {conversation} instead of {chosen:?}"
        );
    }
    for (owner, chosen) in &ledger.blocks {
        let blocks = person(owner)?.all("/api/v1/blocks").await?;
        let shown: BTreeSet<&str> = blocks
            .iter()
            .filter_map(|person| person["username"].as_str())
            .collect();
        let chosen: BTreeSet<&str> = chosen.iter().map(String::as_str).collect();
        ensure!(
            shown == chosen,
            "{owner} blocks {shown:?} instead of {chosen:?}"
        );
    }
    Ok(())
}

fn is_muted(boxes: &Boxes, owner: &str, conversation: &str) -> anyhow::Result<bool> {
    let mut conversations = boxes.of(owner)?.conversations.iter();
    let shown = conversations.find(|shown| shown["id"] == conversation);
    shown
        .and_then(|shown| shown["muted"].as_bool())
        .with_context(|| format!("{owner} does not see {conversation}"))
}

async fn draft(owner: &Person, conversation: &str) -> anyhow::Result<Option<String>> {
    let path = format!("/api/v1/conversations/{conversation}/draft");
    let answer = owner.get(&path).await?;
    if answer.status == 204 {
        return Ok(None);
    }
    let answer = answer.is(200)?;
    Ok(answer["body"].as_str().map(str::to_owned))
}
