use std::{collections::HashMap, sync::Arc};

use anyhow::{Context, ensure};
use house::House;
use uuid::Uuid;

use crate::chaos::mirror::Mirror;

/// Whoever looks at a conversation sees its messages in the log's order, and so in the same.
pub async fn a_conversation_has_one_order(
    mirrors: &[Arc<Mirror>],
    house: &House,
) -> anyhow::Result<()> {
    let sent: Vec<(Uuid, i64)> = sqlx::query_as(
        "select aggregate_id::uuid, position from log.events where event_type = 'message.sent'",
    )
    .fetch_all(&house.pool)
    .await?;
    let places: HashMap<Uuid, i64> = sent.into_iter().collect();
    for mirror in mirrors {
        let person = &mirror.person;
        for conversation in person.all("/api/v1/conversations").await? {
            let id = conversation["id"].as_str().context("an id")?;
            let path = format!("/api/v1/conversations/{id}/messages");
            let mut seen = Vec::new();
            for item in person.all(&path).await? {
                let id = item["message"]["id"]
                    .as_str()
                    .or_else(|| item["id"].as_str());
                let id: Uuid = id.with_context(|| format!("no id in {item}"))?.parse()?;
                seen.push(places.get(&id).copied().context("nobody sent it")?);
            }
            ensure!(
                seen.is_sorted_by(|newer, older| newer > older),
                "{} sees {id} in another order: {seen:?}",
                person.username
            );
        }
    }
    Ok(())
}
