//! The servers of a `database_url`, tried in turn: `mysql://user:password@host1:3306,host2:3306/database`.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::db::StorageError;

const SCHEME: &str = "mysql://";

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// A URL that names this server alone. It holds the password.
    pub(super) url: String,
    /// The TCP port; `None` over a local path.
    pub(super) port: Option<u16>,
    /// The name for the log, without the password.
    pub(super) name: String,
}

/// All servers. Connections go to one of them until it fails, so that a reader sees what a writer has committed.
pub(super) struct Hosts {
    all: Vec<Host>,
    current: AtomicUsize,
}

impl Hosts {
    /// # Errors
    /// When the URL names no server or no database.
    pub(super) fn parse(url: &str) -> Result<Self, StorageError> {
        let invalid = || StorageError::UnsupportedUrl("mysql://user:password@host:port/database");
        let rest = url.strip_prefix(SCHEME).ok_or_else(invalid)?;
        let (authority, path) = rest.split_once('/').ok_or_else(invalid)?;
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let is_local = path.contains("unix_socket=");
        let all: Vec<Host> = hosts
            .split(',')
            .map(|host| Host {
                url: format!("{SCHEME}{user}{host}/{path}"),
                port: (!is_local).then(|| port_of(host)),
                name: host.to_owned(),
            })
            .collect();
        if all.iter().any(|host| host.name.is_empty()) || path.is_empty() || path.starts_with('?') {
            return Err(invalid());
        }
        Ok(Self {
            all,
            current: AtomicUsize::new(0),
        })
    }

    /// All servers, the current one first.
    fn in_turn(&self) -> impl Iterator<Item = &Host> {
        let first = self.current.load(Ordering::Relaxed);
        let count = self.all.len();
        (0..count).map(move |offset| &self.all[(first + offset) % count])
    }

    /// What the first server that can serve gives.
    ///
    /// # Errors
    /// That of the last server tried.
    pub(super) fn first_of<T>(
        &self,
        open: impl Fn(&Host) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut last = StorageError::Unavailable("no server is named".to_owned());
        for host in self.in_turn() {
            match open(host) {
                Ok(opened) => return Ok(opened),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Makes a server that has answered the current one.
    pub(super) fn prefer(&self, host: &Host) {
        let position = self.all.iter().position(|other| other == host);
        if let Some(position) = position
            && self.current.swap(position, Ordering::Relaxed) != position
        {
            tracing::info!(host = host.name, "using another database server");
        }
    }
}

fn port_of(host: &str) -> u16 {
    const DEFAULT_PORT: u16 = 3306;
    let port = host.rsplit_once(':').map(|(_, port)| port.parse());
    port.and_then(Result::ok).unwrap_or(DEFAULT_PORT)
}
