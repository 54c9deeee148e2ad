use anyhow::ensure;
use house::House;

use crate::chaos::sampler::Seen;

/// The operator's own look.
pub async fn the_doctor_finds_nothing(house: &House) -> anyhow::Result<()> {
    succeeds(house, &["doctor", "--json"]).await
}

/// What the projector would write into empty tables now is what it has written, whatever happened to it.
pub async fn a_rebuild_would_change_nothing(house: &House) -> anyhow::Result<()> {
    succeeds(house, &["rebuild", "--check"]).await
}

/// Every head that was signed covers what the log holds, and those that somebody has kept meanwhile are among them.
pub async fn signed_heads_agree(seen: &Seen, house: &House) -> anyhow::Result<()> {
    succeeds(house, &["audit", "verify"]).await?;
    let heads: Vec<(i64, Vec<u8>)> = sqlx::query_as("select size, root from log.heads")
        .fetch_all(&house.pool)
        .await?;
    for (size, root) in &seen.heads {
        ensure!(
            heads.iter().any(|head| (head.0, &head.1) == (*size, root)),
            "a head of {size} events was signed, and is not there any more"
        );
    }
    Ok(())
}

/// At no moment was a count wrong, and nothing that only grows went back.
pub fn every_look_was_right(seen: &Seen) -> anyhow::Result<()> {
    let faults = &seen.faults;
    ensure!(
        faults.is_empty(),
        "{} of {} looks: {:?}",
        faults.len(),
        seen.looks,
        faults.first()
    );
    ensure!(seen.looks > 0, "nobody looked");
    Ok(())
}

async fn succeeds(house: &House, command: &[&str]) -> anyhow::Result<()> {
    let done = house.operate(command).await?;
    ensure!(
        done.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}
