//! A bounded set of connections.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::hosts::Hosts;
use super::session::Session;
use super::watchdog::Watchdog;
use crate::db::StorageError;

/// Most callers that wait for a connection; further ones are refused at once.
const WAITING_MAX: usize = 2_000;

/// A connection that was idle for longer is tried before its next use.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// A connection is not kept for longer, so that after a failure all find their way back.
const AGE_MAX: Duration = Duration::from_secs(3_600);

/// How long a connection that is tried may take to answer.
const PING_MAX: Duration = Duration::from_millis(400);

/// After no server could be reached, callers are refused for this long without a further attempt.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);

/// What all connections of a database share.
pub(super) struct Cluster {
    pub(super) hosts: Hosts,
    pub(super) watchdog: Watchdog,
    health: Mutex<Health>,
    /// Connections that were lost.
    pub(super) lost: AtomicU64,
}

#[derive(Default)]
struct Health {
    /// The last time that a connection was lost: those that last answered before are in doubt.
    lost_at: Option<Instant>,
    /// The last time that no server could be reached, and why.
    unreachable: Option<(Instant, String)>,
}

impl Cluster {
    pub(super) fn new(hosts: Hosts) -> Result<Self, StorageError> {
        Ok(Self {
            hosts,
            watchdog: Watchdog::start()?,
            health: Mutex::default(),
            lost: AtomicU64::new(0),
        })
    }

    /// Records that a connection was lost.
    pub(super) fn record_loss(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.lock().lost_at = Some(Instant::now());
    }

    /// Opens a connection, unless that has just failed.
    pub(super) fn connect(&self) -> Result<Session, StorageError> {
        if let Some((at, reason)) = &self.lock().unreachable
            && at.elapsed() < PAUSE_AFTER_FAILURE
        {
            return Err(StorageError::Unavailable(reason.clone()));
        }
        let opened = Session::open(&self.hosts, &self.watchdog);
        let failure = opened.as_ref().err();
        self.lock().unreachable = failure.map(|error| (Instant::now(), error.to_string()));
        opened
    }

    fn is_in_doubt(&self, session: &Session) -> bool {
        let lost_at = self.lock().lost_at;
        lost_at.is_some_and(|at| session.answered <= at) || session.answered.elapsed() > IDLE_MAX
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connections for one purpose.
pub(super) struct Pool {
    cluster: Arc<Cluster>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    pub(super) fn new(cluster: Arc<Cluster>, size: usize) -> Self {
        Self {
            cluster,
            permits: Arc::new(Semaphore::new(size)),
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
        }
    }

    /// Waits until one of the connections may be used.
    ///
    /// # Errors
    /// When too many wait already, or none becomes free before `deadline`.
    pub(super) async fn permit(
        &self,
        deadline: Instant,
    ) -> Result<OwnedSemaphorePermit, StorageError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let waiting = Waiting::begin(&self.waiting)?;
        let permit = Arc::clone(&self.permits).acquire_owned();
        let permit = tokio::time::timeout_at(deadline.into(), permit).await;
        drop(waiting);
        let busy = |_| StorageError::Busy;
        permit
            .map_err(busy)?
            .map_err(|closed| StorageError::Interrupted(closed.to_string()))
    }

    /// Takes a connection that is known to answer, or opens one.
    pub(super) fn take(&self, deadline: Instant) -> Result<Session, StorageError> {
        loop {
            let idle = self.lock().pop();
            let Some(mut session) = idle else {
                return self.cluster.connect();
            };
            if session.opened.elapsed() > AGE_MAX {
                continue;
            }
            let ping = deadline.min(Instant::now() + PING_MAX);
            if !self.cluster.is_in_doubt(&session) || session.run(ping, Session::is_alive) {
                return Ok(session);
            }
        }
    }

    /// Gives back a connection that no transaction uses.
    pub(super) fn put_back(&self, mut session: Session) {
        session.answered = Instant::now();
        self.lock().push(session);
    }

    /// Closes the connections, when those in use have been given back.
    pub(super) async fn close(&self, size: u32) {
        let all = self.permits.acquire_many(size).await;
        self.permits.close();
        drop(all);
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Result<Self, StorageError> {
        let waiting = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
            return Err(StorageError::Busy);
        }
        Ok(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
