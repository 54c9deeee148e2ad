//! Addresses that are not everybody's: the registries of special-purpose addresses (RFC 6890), and what clouds put beside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const SPECIAL_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    // Also where clouds keep a machine's metadata: 169.254.169.254.
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
    // Azure's own services, at an address that looks like everybody's.
    v4(168, 63, 129, 16, 32),
];

/// All that is routed in the world; everything else is special.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

const SPECIAL_V6: [Ipv6Net; 4] = [
    // Protocols' own, Teredo among them, which has an IPv4 address inside.
    v6([0x2001, 0, 0, 0], 23),
    v6([0x2001, 0xdb8, 0, 0], 32),
    // 6to4: an IPv4 address inside.
    v6([0x2002, 0, 0, 0], 16),
    v6([0x3fff, 0, 0, 0], 20),
];

/// NAT64: the IPv4 address at its end is what is reached.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0], 96);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(head: [u16; 4], prefix: u8) -> Ipv6Net {
    let address = Ipv6Addr::new(head[0], head[1], head[2], head[3], 0, 0, 0, 0);
    Ipv6Net::new_assert(address, prefix)
}

/// The address that is reached by an address: IPv4 may be written within IPv6.
pub(super) fn reached_by(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address.to_canonical(),
    }
}

/// Whether an address means the same machine everywhere in the world.
pub(super) fn is_global(address: IpAddr) -> bool {
    match reached_by(address) {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|special| special.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address)
                && !SPECIAL_V6.iter().any(|special| special.contains(&address))
        }
    }
}
