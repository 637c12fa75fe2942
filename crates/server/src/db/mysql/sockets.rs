//! The sockets of this process: how a connection that does not answer is cut. The client library offers no time-outs
//! through Diesel; shutting its socket down ends the call that waits for it, with "lost connection".

use std::collections::HashSet;
use std::fs;
use std::os::fd::RawFd;

use nix::sys::socket::{Shutdown, shutdown};

/// A socket of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Socket {
    descriptor: RawFd,
    /// Tells it from a later one with the same descriptor.
    inode: u64,
}

impl Socket {
    /// Ends the connection in both directions, if the socket is still open.
    pub(super) fn cut(self) {
        if inode_of(self.descriptor) == Some(self.inode) {
            // An error means that it is no longer connected.
            shutdown(self.descriptor, Shutdown::Both).ok();
        }
    }
}

/// All open sockets.
pub(super) fn all() -> HashSet<Socket> {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return HashSet::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let descriptor = entry.file_name().to_str()?.parse().ok()?;
            let inode = inode_of(descriptor)?;
            Some(Socket { descriptor, inode })
        })
        .collect()
}

/// The sockets that were opened after `before` was taken, towards `port` or, with `None`, over a local path.
pub(super) fn opened_since(before: &HashSet<Socket>, port: Option<u16>) -> Vec<Socket> {
    let new = all().into_iter().filter(|socket| !before.contains(socket));
    match port {
        Some(port) => {
            let to_port = inodes_to(port);
            new.filter(|socket| to_port.contains(&socket.inode))
                .collect()
        }
        None => {
            let local = local_inodes();
            new.filter(|socket| local.contains(&socket.inode)).collect()
        }
    }
}

fn inode_of(descriptor: RawFd) -> Option<u64> {
    let target = fs::read_link(format!("/proc/self/fd/{descriptor}")).ok()?;
    let inode = target.to_str()?.strip_prefix("socket:[")?;
    inode.strip_suffix(']')?.parse().ok()
}

/// Inodes of the TCP sockets that are connected, or connecting, to this remote port. The tables are described in
/// <https://docs.kernel.org/networking/proc_net_tcp.html>: the third column is the remote address and port in
/// hexadecimal, the tenth the inode.
fn inodes_to(port: u16) -> HashSet<u64> {
    let suffix = format!(":{port:04X}");
    ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| {
            let row = |line: &str| {
                let mut columns = line.split_whitespace();
                columns.nth(2)?.ends_with(&suffix).then_some(())?;
                columns.nth(6)?.parse().ok()
            };
            table.lines().skip(1).filter_map(row).collect::<Vec<u64>>()
        })
        .collect()
}

/// Inodes of the local sockets; the seventh column of the table is the inode.
fn local_inodes() -> HashSet<u64> {
    let table = fs::read_to_string("/proc/self/net/unix").unwrap_or_default();
    let inode = |line: &str| line.split_whitespace().nth(6)?.parse().ok();
    table.lines().skip(1).filter_map(inode).collect()
}
