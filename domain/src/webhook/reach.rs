//! The operator's rule, and addresses that keep to it.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;
use thiserror::Error;
use url::{Host, Url};

use super::networks::{is_global, reached_by};

/// The longest address that is taken.
const LONGEST: usize = 2_048;

/// Which machines may be called.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Networks beside the world's.
    allowed: Vec<IpNet>,
    /// Without TLS as well.
    plain: bool,
}

/// Why an address cannot be called. A sentence that a person can act on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refused {
    /// Nothing that can be called.
    #[error(
        "Give an absolute URL of at most {LONGEST} characters, such as https://example.com/events."
    )]
    NotAUrl,
    /// Neither `https`, nor `http` where that is allowed.
    #[error("Give an https URL: what is delivered is not for everybody to read.")]
    Scheme,
    /// It holds what would be sent with every delivery, and shown.
    #[error("Leave user name, password and fragment out of the URL: deliveries are signed.")]
    Credentials,
    /// Within the service's own network.
    #[error("{0} is not an address of the world's, and the operator has not allowed it.")]
    Address(IpAddr),
}

/// A URL that may be called, as far as it can be known without asking for its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination(Url);

impl Reach {
    /// The world, and these networks of the operator's: a list such as `10.1.0.0/16, ::1`. `plain`: without TLS as well.
    pub fn new(allowed: &str, plain: bool) -> Result<Self, String> {
        let entries = allowed
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let allowed = entries.map(network).collect::<Result<_, _>>()?;
        Ok(Self { allowed, plain })
    }

    /// Whether a delivery may go without TLS.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether a machine may be called.
    pub fn admit(&self, address: IpAddr) -> Result<(), Refused> {
        let reached = reached_by(address);
        let is_allowed = self
            .allowed
            .iter()
            .any(|network| network.contains(&reached));
        if is_allowed || is_global(address) {
            Ok(())
        } else {
            Err(Refused::Address(address))
        }
    }
}

impl Destination {
    /// Reads a URL. Where its host is a name, each address that the name leads to has still to be admitted.
    pub fn read(text: &str, reach: &Reach) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::NotAUrl);
        }
        let url = Url::from_str(text).map_err(|_| Refused::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if reach.plain => {}
            _ => return Err(Refused::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Refused::Credentials);
        }
        match url.host() {
            Some(Host::Ipv4(address)) => reach.admit(address.into())?,
            Some(Host::Ipv6(address)) => reach.admit(address.into())?,
            Some(Host::Domain(_)) => {}
            None => return Err(Refused::NotAUrl),
        }
        Ok(Self(url))
    }

    /// The URL, as it is called.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name that has to be asked for; `None` where the host is an address.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.domain()
    }
}

fn network(entry: &str) -> Result<IpNet, String> {
    let single = entry.parse::<IpAddr>().map(IpNet::from);
    single
        .or_else(|_| entry.parse())
        .map_err(|_| format!("`{entry}` is neither an address nor a network"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Destination, Refused> {
        Destination::read(text, &Reach::default())
    }

    #[test]
    fn the_world_is_within_reach() {
        for url in [
            "https://example.com/events?of=tidings",
            "https://93.184.216.34:8443/",
            "https://[2606:2800:220:1:248:1893:25c8:1946]/",
            "https://[64:ff9b::5db8:d822]/",
            "https://EXAMPLE.com",
        ] {
            assert!(read(url).is_ok(), "{url}: {:?}", read(url));
        }
    }

    #[test]
    fn no_spelling_of_an_own_address_is_within_reach() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0x7f.1",
            "127.255.255.254",
            "0.0.0.0",
            "0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:7f00:1::]",
            "[fe80::1]",
            "[fec0::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[ff02::1]",
            "[2001:db8::1]",
        ] {
            let refused = read(&format!("https://{host}/"));
            assert!(
                matches!(refused, Err(Refused::Address(_))),
                "{host}: {refused:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_called_or_says_too_much_is_refused() {
        for (url, why) in [
            ("", Refused::NotAUrl),
            ("example.com", Refused::NotAUrl),
            ("https://", Refused::NotAUrl),
            ("https://1.2.3.4.5/", Refused::NotAUrl),
            ("http://example.com/", Refused::Scheme),
            ("ftp://example.com/", Refused::Scheme),
            ("file:///etc/passwd", Refused::Scheme),
            ("https://me@example.com/", Refused::Credentials),
            ("https://:secret@example.com/", Refused::Credentials),
            ("https://example.com/#here", Refused::Credentials),
        ] {
            assert_eq!(read(url), Err(why), "{url}");
        }
        let long = format!("https://example.com/{}", "a".repeat(LONGEST));
        assert_eq!(read(&long), Err(Refused::NotAUrl));
    }

    #[test]
    fn the_operator_may_allow_networks_and_no_tls() {
        let reach = Reach::new("10.1.0.0/16, 127.0.0.1, fd00::/8", true).unwrap();
        for url in [
            "http://10.1.2.3/",
            "http://127.0.0.1:9000/",
            "https://[::ffff:10.1.2.3]/",
            "https://[fd00::7]/",
        ] {
            assert!(Destination::read(url, &reach).is_ok(), "{url}");
        }
        for url in ["http://10.2.0.1/", "http://127.0.0.2/", "http://[::1]/"] {
            assert!(Destination::read(url, &reach).is_err(), "{url}");
        }
        assert!(Reach::new("10.1.0.0/33", false).is_err());
        assert!(Reach::new("localhost", false).is_err());
    }

    #[test]
    fn a_name_has_still_to_be_asked_for() {
        let named = read("https://example.com:8443/").unwrap();
        assert_eq!(named.name(), Some("example.com"));
        let numbered = read("https://93.184.216.34/").unwrap();
        assert_eq!(numbered.name(), None);
    }
}
