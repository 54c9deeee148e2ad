//! Names, asked for at every connection, and none of the addresses out of reach: a name that has changed its mind since it
//! was registered leads nowhere else.

use std::net::SocketAddr;

use domain::webhook::Reach;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

/// Asks the system's resolver, and refuses a name if any of its addresses is out of reach.
pub(crate) struct Resolver {
    pub reach: Reach,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach.clone();
        Box::pin(async move {
            // The port is written in by whoever connects.
            let addresses: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            for address in &addresses {
                reach.admit(address.ip())?;
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    async fn resolve(allowed: &str) -> Result<(), String> {
        let reach = Reach::new(allowed, false).unwrap();
        let name = Name::from_str("localhost").unwrap();
        let resolved = Resolver { reach }.resolve(name).await;
        resolved.map(drop).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_name_that_leads_to_an_own_address_leads_nowhere() {
        assert_eq!(resolve("127.0.0.0/8, ::1").await, Ok(()));
        let refused = resolve("").await.unwrap_err();
        assert!(
            refused.contains("is not an address of the world's"),
            "{refused}"
        );
    }
}
