//! Whether a webhook's address may be called, and is there to be called. The courier asks again each time.

use domain::webhook::{Destination, Reach, Refused};
use tokio::net::lookup_host;

use crate::http::FieldError;

const POINTER: &str = "/url";

/// Reads an address, and looks where its name leads.
pub(super) async fn destination(url: &str, reach: &Reach) -> Result<Destination, FieldError> {
    let refused = |refused: Refused| FieldError::new(POINTER, refused.to_string());
    let destination = Destination::read(url, reach).map_err(refused)?;
    let Some(name) = destination.name() else {
        return Ok(destination);
    };
    let unknown = || FieldError::new(POINTER, format!("No address of `{name}` can be found."));
    let mut addresses = lookup_host((name, 0))
        .await
        .map_err(|_| unknown())?
        .peekable();
    addresses.peek().ok_or_else(unknown)?;
    for address in addresses {
        reach.admit(address.ip()).map_err(refused)?;
    }
    Ok(destination)
}
