//! Tokens are opaque to clients. This test opens them, to see that streams only go forward.

use eventlog::{Identity, Secret, Secrets, Tokens};
use house::House;

/// Reads tokens as the service's processes do.
pub async fn tokens(house: &House) -> anyhow::Result<Tokens> {
    let secrets = Secrets::new(Secret::new(house.master_key()?));
    let identity = Identity::of(&house.pool).await?;
    Ok(Tokens::new(&secrets.tokens(), identity))
}
