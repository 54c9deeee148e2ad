use std::sync::Arc;

use anyhow::{Context, ensure};

use crate::chaos::{ledger::Ledger, mirror::Mirror};

/// What came with an acknowledged message is there for whoever received it, as it went; with one that was taken back it is
/// gone.
pub async fn files_are_whole_or_gone(
    ledger: &Ledger,
    mirrors: &[Arc<Mirror>],
) -> anyhow::Result<()> {
    for sent in ledger.acknowledged() {
        let (Some(file), Some(receiver)) = (&sent.file, sent.to.first()) else {
            continue;
        };
        let reader = mirrors
            .iter()
            .find(|mirror| mirror.person.username == *receiver);
        let reader = &reader.context("nobody received it")?.person;
        let answer = reader.get(&file.url).await?;
        let is_right = match sent.body {
            Some(_) => answer.status == 200 && answer.body == file.content.as_bytes(),
            None => [404, 410].contains(&answer.status),
        };
        ensure!(is_right, "{sent:?}: its file is a {}", answer.status);
    }
    Ok(())
}
