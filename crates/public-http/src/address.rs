//! Which IP addresses are public, and a DNS resolver that returns no others.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use crate::AddressPolicy;

/// Concurrent look-ups of one resolver. Each blocks a thread until the name servers answer or the system gives up.
const LOOKUPS_MAX: usize = 4;

/// Whether an address is globally reachable (IANA IPv4 and IPv6 special-purpose address registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Only 2000::/3 is allocated as global unicast; within it, the blocks for protocols and tunnels (Teredo, 6to4) and
/// for documentation are excluded.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = first & 0xe000 == 0x2000;
    let special = matches!(
        (first, second),
        (0x2001, 0..=0x01ff | 0x0db8) | (0x2002 | 0x3fff, _)
    );
    global && !special
}

/// Resolves names to allowed addresses only; the client connects to exactly these.
pub(crate) struct Resolver {
    policy: AddressPolicy,
    lookups: Arc<Semaphore>,
}

impl Resolver {
    pub(crate) fn new(policy: AddressPolicy) -> Self {
        Self {
            policy,
            lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, lookups) = (self.policy, Arc::clone(&self.lookups));
        Box::pin(async move {
            let permit = lookups.acquire_owned().await?;
            // A task of its own: the permit is held until the look-up ends, even when the caller has been cancelled.
            let lookup = tokio::spawn(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await;
                drop(permit);
                found.map(Iterator::collect::<Vec<SocketAddr>>)
            });
            let found = lookup.await??;
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|it| allows(policy, it.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(io::Error::other("the name has no public address").into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn allows(policy: AddressPolicy, address: IpAddr) -> bool {
    is_public(address) || (policy == AddressPolicy::AllowLoopback && address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolves(policy: AddressPolicy) -> bool {
        let name = "localhost".parse().unwrap();
        Resolver::new(policy).resolve(name).await.is_ok()
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_loopback_is_refused() {
        assert!(resolves(AddressPolicy::AllowLoopback).await);
        assert!(!resolves(AddressPolicy::PublicOnly).await);
    }
}
