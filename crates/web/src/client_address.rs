//! The client's address: that of the socket, or the one reported by a trusted proxy. `X-Forwarded-For` is read
//! from the right, and only as far as trusted hops wrote it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// A range of addresses, such as `10.0.0.0/8`, `fd00::/8` or a single `192.0.2.7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange(IpNet);

/// The text is not an address range.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an address or a range: write 192.0.2.7, 10.0.0.0/8 or fd00::/8")]
pub struct AddressRangeError(String);

/// The proxies whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    ranges: Vec<AddressRange>,
}

impl AddressRange {
    /// Whether `address` lies within; IPv4 and its mapped form (`::ffff:192.0.2.7`) are one address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (&self.0, address.to_canonical()) {
            (IpNet::V4(range), IpAddr::V4(address)) => range.contains(&address),
            (IpNet::V4(_), IpAddr::V6(_)) => false,
            (IpNet::V6(range), IpAddr::V4(address)) => range.contains(&address.to_ipv6_mapped()),
            (IpNet::V6(range), IpAddr::V6(address)) => range.contains(&address),
        }
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        parse_range(text).ok_or_else(|| AddressRangeError(text.to_owned()))
    }
}

/// The address is parsed by the standard library: `IpNet` takes `010.0.0.1`, which others read as octal.
fn parse_range(text: &str) -> Option<AddressRange> {
    let range = match text.split_once('/') {
        Some((address, prefix)) => IpNet::new(address.parse().ok()?, prefix.parse().ok()?).ok()?,
        None => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    Some(AddressRange(range.trunc()))
}

impl TrustedProxies {
    /// Trusts these ranges.
    pub fn new(ranges: Vec<AddressRange>) -> Self {
        Self { ranges }
    }

    /// Whether `address` is a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }

    /// The client's address. A request without a socket (in-process) comes from `0.0.0.0`.
    pub fn client_address(&self, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| {
                peer.ip().to_canonical()
            });
        if !self.contains(peer) {
            return peer;
        }
        let mut nearest = peer;
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        for hop in lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(',')) {
            // A trusted proxy does not write junk: the hop before it is the last that can be trusted.
            let Some(address) = parse_hop(hop.trim()) else {
                return nearest;
            };
            nearest = address;
            if !self.contains(address) {
                return address;
            }
        }
        nearest
    }
}

/// A hop is an address; some proxies add the port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let address = hop
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}
