use anyhow::bail;
use house::{House, until};
use uuid::Uuid;

/// JetStream's sequence is the position, for every message; what was taken back is missing, or says that it was.
pub async fn the_stream_is_a_copy_of_the_log(house: &House) -> anyhow::Result<()> {
    let rows: Vec<(i64, Uuid, bool)> = sqlx::query_as(
        "select position, event_id, event_type <> 'message.unsent' and aggregate_id in (
           select aggregate_id from log.events where event_type = 'message.unsent') as erased
         from log.events order by position",
    )
    .fetch_all(&house.pool)
    .await?;
    // What was taken back last goes a little later.
    let is_a_copy = async || {
        let wrong = not_a_copy(&rows, house).await?;
        Ok(wrong.is_empty().then_some(()))
    };
    if until("the stream is a copy", is_a_copy).await.is_err() {
        let wrong = not_a_copy(&rows, house).await?;
        bail!(
            "{} of {} are wrong in the stream: {:?} …",
            wrong.len(),
            rows.len(),
            &wrong[..wrong.len().min(5)]
        );
    }
    Ok(())
}

async fn not_a_copy(rows: &[(i64, Uuid, bool)], house: &House) -> anyhow::Result<Vec<String>> {
    let (mut nats, mut wrong) = (house.nats.connect().await?, Vec::new());
    for (position, event_id, erased) in rows {
        let stored = nats.stored(*position).await?;
        let is_it = stored.as_ref().is_some_and(|stored| {
            stored.sequence == *position
                && stored.position == *position
                && stored.event["position"].as_str() == Some(&position.to_string())
                && stored.event["id"].as_str() == Some(&event_id.to_string())
        });
        let has_a_text = stored
            .as_ref()
            .is_some_and(|stored| stored.event["erased"] != true);
        let is_right = if *erased {
            !has_a_text && (is_it || stored.is_none())
        } else {
            is_it
        };
        if !is_right {
            wrong.push(format!(
                "at {position}, where the log has {event_id} (erased: {erased}): {stored:?}"
            ));
        }
    }
    Ok(wrong)
}
