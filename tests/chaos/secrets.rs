//! Tokens are opaque to clients. This test opens them, to see that streams only go forward.

use std::fs;

use anyhow::Context;
use eventlog::{Identity, Secret, Secrets, Tokens};
use house::House;

/// Reads tokens as the service's processes do.
pub async fn tokens(house: &House) -> anyhow::Result<Tokens> {
    let key: [u8; 32] = fs::read(argument(house, "--master-key-file")?)?
        .try_into()
        .ok()
        .context("a key has 32 bytes")?;
    let identity = Identity::of(&house.pool).await?;
    Ok(Tokens::new(
        &Secrets::new(Secret::new(key)).tokens(),
        identity,
    ))
}

/// What a flag says with which the processes were started.
pub fn argument(house: &House, flag: &str) -> anyhow::Result<String> {
    let pid = house.nodes[0].pid().context("it does not run")?;
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline"))?;
    let mut arguments = line.split('\0').skip_while(|argument| *argument != flag);
    arguments
        .nth(1)
        .map(str::to_owned)
        .with_context(|| format!("it was started without {flag}"))
}
