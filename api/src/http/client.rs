//! Who is on the other end: the socket's address, or what a trusted proxy says about it.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{Extensions, HeaderMap, HeaderName, header, request::Parts};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The client's address. An extractor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddr {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get()
            .copied()
            .unwrap_or(Self(peer(&parts.extensions))))
    }
}

/// The proxies whose word about the client's address is believed: addresses and networks.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whether `address` is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    /// From a list such as `10.0.0.0/8, ::1`.
    fn from_str(list: &str) -> Result<Self, String> {
        let entries = list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let network = |entry: &str| {
            let single = entry
                .parse::<IpAddr>()
                .map(|address| IpNet::from(address.to_canonical()));
            single
                .or_else(|_| entry.parse())
                .map_err(|_| format!("`{entry}` is neither an address nor a network"))
        };
        entries.map(network).collect::<Result<_, _>>().map(Self)
    }
}

/// What is known about the connection of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client {
    pub address: IpAddr,
    pub scheme: Scheme,
}

/// How the client reached the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
    /// Behind a proxy that does not say.
    Either,
}

impl Client {
    pub(super) fn of(
        extensions: &Extensions,
        headers: &HeaderMap,
        trusted: &TrustedProxies,
    ) -> Self {
        let peer = peer(extensions);
        if !trusted.contains(peer) {
            return Self {
                address: peer,
                scheme: Scheme::Http,
            };
        }
        Self {
            address: forwarded_for(headers, trusted).unwrap_or(peer),
            scheme: forwarded_scheme(headers),
        }
    }
}

/// The other end of the socket. A router that is called in process has none: that is this machine.
fn peer(extensions: &Extensions) -> IpAddr {
    let socket = extensions.get::<ConnectInfo<SocketAddr>>();
    socket.map_or(Ipv4Addr::LOCALHOST.into(), |ConnectInfo(peer)| {
        peer.ip().to_canonical()
    })
}

/// A proxy that writes one of the two headers passes on whatever a client has written into the other. So where both are
/// there and contradict each other, neither is believed.
fn forwarded_for(headers: &HeaderMap, trusted: &TrustedProxies) -> Option<IpAddr> {
    let plain = last_stranger(entries(headers, &X_FORWARDED_FOR), trusted);
    let standard = entries(headers, &header::FORWARDED).filter_map(|entry| parameter(entry, "for"));
    let standard = last_stranger(standard, trusted);
    match (plain, standard) {
        (Some(plain), Some(standard)) => (plain == standard).then_some(plain),
        (plain, standard) => plain.or(standard),
    }
}

/// Each proxy appends the address it was reached from, so the list is read from its end. The first one that is no proxy
/// of ours is the client; what stands before it, anybody may have written.
fn last_stranger<'a>(
    hops: impl Iterator<Item = &'a str>,
    trusted: &TrustedProxies,
) -> Option<IpAddr> {
    let hops: Vec<_> = hops.map(address).collect();
    let mut nearest = None;
    for hop in hops.into_iter().rev() {
        nearest = Some(hop?);
        if nearest.is_some_and(|address| !trusted.contains(address)) {
            break;
        }
    }
    nearest
}

fn forwarded_scheme(headers: &HeaderMap) -> Scheme {
    let standard =
        entries(headers, &header::FORWARDED).filter_map(|entry| parameter(entry, "proto"));
    match entries(headers, &X_FORWARDED_PROTO).chain(standard).last() {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => Scheme::Https,
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => Scheme::Http,
        _ => Scheme::Either,
    }
}

/// The entries of a list header, which may be spread over several lines.
fn entries<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers
        .get_all(name)
        .into_iter()
        .map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// One parameter of an entry of `Forwarded` (RFC 7239).
fn parameter<'a>(entry: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = entry
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim_matches('"'))
}

/// An address as proxies write it: with or without a port, IPv6 with or without brackets.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.parse::<IpAddr>().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port)
        .or_else(bracketed)
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(peer: &str, headers: &[(HeaderName, &'static str)]) -> Client {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 9)));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        Client::of(&extensions, &map, &"10.0.0.0/8, ::1".parse().unwrap())
    }

    fn address_of(peer: &str, headers: &[(HeaderName, &'static str)]) -> String {
        client(peer, headers).address.to_string()
    }

    #[test]
    fn a_stranger_cannot_write_an_address_of_its_choice() {
        let headers = [
            (X_FORWARDED_FOR, "1.2.3.4"),
            (header::FORWARDED, "for=1.2.3.4"),
        ];
        assert_eq!(address_of("9.9.9.9", &headers), "9.9.9.9");
    }

    #[test]
    fn behind_a_proxy_the_last_stranger_is_the_client() {
        let cases = [
            ("1.2.3.4", "1.2.3.4"),
            ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
            ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
            ("1.2.3.4:5678", "1.2.3.4"),
            ("[2001:db8::7]:5678", "2001:db8::7"),
            ("::ffff:1.2.3.4", "1.2.3.4"),
            ("1.2.3.4, rubbish", "10.0.0.1"),
            ("", "10.0.0.1"),
        ];
        for (header, expected) in cases {
            assert_eq!(
                address_of("10.0.0.1", &[(X_FORWARDED_FOR, header)]),
                expected,
                "{header}"
            );
        }
        assert_eq!(
            address_of("::ffff:10.0.0.1", &[(X_FORWARDED_FOR, "1.2.3.4")]),
            "1.2.3.4"
        );
    }

    #[test]
    fn a_list_over_several_lines_is_one_list() {
        let headers = [(X_FORWARDED_FOR, "6.6.6.6"), (X_FORWARDED_FOR, "1.2.3.4")];
        assert_eq!(address_of("10.0.0.1", &headers), "1.2.3.4");
    }

    #[test]
    fn the_standard_header_works_too() {
        let header = "for=6.6.6.6, for=\"[2001:db8::7]:80\";proto=https;by=10.0.0.1";
        let client = client("::1", &[(header::FORWARDED, header)]);
        assert_eq!(
            client,
            Client {
                address: "2001:db8::7".parse().unwrap(),
                scheme: Scheme::Https
            }
        );
    }

    #[test]
    fn two_headers_that_contradict_each_other_are_both_ignored() {
        let headers = [
            (X_FORWARDED_FOR, "1.2.3.4"),
            (header::FORWARDED, "for=6.6.6.6"),
        ];
        assert_eq!(address_of("10.0.0.1", &headers), "10.0.0.1");
    }

    #[test]
    fn the_scheme_is_the_proxys_word() {
        assert_eq!(
            client("9.9.9.9", &[(X_FORWARDED_PROTO, "https")]).scheme,
            Scheme::Http
        );
        assert_eq!(
            client("10.0.0.1", &[(X_FORWARDED_PROTO, "https")]).scheme,
            Scheme::Https
        );
        assert_eq!(client("10.0.0.1", &[]).scheme, Scheme::Either);
    }

    #[test]
    fn a_list_with_a_mistake_is_refused_with_its_entry() {
        assert!(
            "10.0.0.0/8, proxy.example"
                .parse::<TrustedProxies>()
                .unwrap_err()
                .contains("proxy.example")
        );
    }
}
