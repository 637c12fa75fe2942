//! Who is calling: the address of the socket, or what our own proxy says about it. `X-Forwarded-For` is
//! believed only as far as trusted hops wrote it, read from the right.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};

/// A range of addresses, such as `10.0.0.0/8`, `fd00::/8` or a single `192.0.2.7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    network: u128,
    mask: u128,
}

/// The text is no address range.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no address or range: write 192.0.2.7, 10.0.0.0/8 or fd00::/8")]
pub struct AddressRangeError(String);

/// The proxies whose word on the caller's address is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    ranges: Vec<AddressRange>,
}

impl AddressRange {
    /// Whether `address` lies within.
    pub fn contains(&self, address: IpAddr) -> bool {
        to_bits(address) & self.mask == self.network
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        let wrong = || AddressRangeError(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let (bits_max, offset) = if address.is_ipv4() {
            (32, 96)
        } else {
            (128, 0)
        };
        let prefix: u32 = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| wrong())?,
            None => bits_max,
        };
        if prefix > bits_max {
            return Err(wrong());
        }
        let mask = prefix_mask(prefix.saturating_add(offset));
        Ok(Self {
            network: to_bits(address) & mask,
            mask,
        })
    }
}

impl TrustedProxies {
    /// Trusts these ranges.
    pub fn new(ranges: Vec<AddressRange>) -> Self {
        Self { ranges }
    }

    /// Whether `address` is one of ours.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }

    /// The caller's address. A request without a socket (in-process) comes from `0.0.0.0`.
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
            // Junk was not written by our proxy: what it saw last is as far as we can trust.
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

/// A hop is an address, some proxies add the port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let address = hop
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// The address as 128 bits, IPv4 in its mapped form.
fn to_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The first `prefix` of 128 bits set.
fn prefix_mask(prefix: u32) -> u128 {
    u128::MAX
        .checked_shl(128_u32.saturating_sub(prefix))
        .unwrap_or(0)
}
