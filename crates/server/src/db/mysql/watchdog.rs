//! Cuts connections whose server does not answer in time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::sockets::{self, Socket};
use crate::db::StorageError;

const TICK: Duration = Duration::from_millis(200);

/// How long opening a connection may take.
const OPEN_MAX: Duration = Duration::from_secs(2);

/// A connection that is watched.
#[derive(Default)]
pub(super) struct Watched {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    socket: Option<Socket>,
    deadline: Option<Instant>,
    /// How long each statement may take, if they are limited.
    statement_max: Option<Duration>,
    /// When the current statement is late.
    statement_deadline: Option<Instant>,
}

/// Opens connections one at a time, so that it is known which socket belongs to which, and watches them.
pub(super) struct Watchdog {
    watched: Arc<Mutex<Vec<Weak<Watched>>>>,
    opening: Arc<Mutex<Option<Opening>>>,
    one_at_a_time: Mutex<()>,
}

struct Opening {
    before: HashSet<Socket>,
    port: Option<u16>,
    deadline: Instant,
}

impl Watched {
    /// The connection is cut if it is still in use at `deadline`.
    pub(super) fn begin(&self, deadline: Instant) {
        self.lock().deadline = Some(deadline);
    }

    /// The connection is idle.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.deadline = None;
        state.statement_max = None;
        state.statement_deadline = None;
    }

    /// From the next statement on the connection is cut if one takes longer than this; `None`: up to the deadline.
    pub(super) fn limit_statements(&self, max: Option<Duration>) {
        self.lock().statement_max = max;
    }

    /// A statement begins.
    pub(super) fn begin_statement(&self) {
        let mut state = self.lock();
        state.statement_deadline = state.statement_max.map(|max| Instant::now() + max);
    }

    /// A statement has been answered.
    pub(super) fn end_statement(&self) {
        self.lock().statement_deadline = None;
    }

    fn cut_if_late(&self, now: Instant) {
        let mut state = self.lock();
        let deadlines = [state.deadline, state.statement_deadline];
        if deadlines
            .into_iter()
            .flatten()
            .any(|deadline| deadline < now)
        {
            state.deadline = None;
            state.statement_deadline = None;
            if let Some(socket) = state.socket {
                tracing::warn!("a database connection does not answer: cut");
                socket.cut();
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Watchdog {
    /// Starts the watching thread, which ends when the watchdog is dropped.
    pub(super) fn start() -> Result<Self, StorageError> {
        let watchdog = Self {
            watched: Arc::default(),
            opening: Arc::default(),
            one_at_a_time: Mutex::default(),
        };
        let watched = Arc::downgrade(&watchdog.watched);
        let opening = Arc::clone(&watchdog.opening);
        thread::Builder::new()
            .name("db-watchdog".to_owned())
            .spawn(move || {
                while let Some(watched) = watched.upgrade() {
                    check(&watched, &opening, Instant::now());
                    drop(watched);
                    thread::sleep(TICK);
                }
            })
            .map_err(|error| StorageError::Interrupted(error.to_string()))?;
        Ok(watchdog)
    }

    /// Opens a connection to `port`, or with `None` over a local path; the opening fails if it takes too long.
    pub(super) fn open<T, E>(
        &self,
        port: Option<u16>,
        open: impl FnOnce() -> Result<T, E>,
    ) -> Result<(T, Arc<Watched>), E> {
        let turn = lock(&self.one_at_a_time);
        let before = sockets::all();
        *lock(&self.opening) = Some(Opening {
            before: before.clone(),
            port,
            deadline: Instant::now() + OPEN_MAX,
        });
        let opened = open();
        *lock(&self.opening) = None;
        let opened = opened?;
        let watched = Arc::new(Watched::default());
        watched.lock().socket = sockets::opened_since(&before, port).first().copied();
        drop(turn);
        lock(&self.watched).push(Arc::downgrade(&watched));
        Ok((opened, watched))
    }
}

fn check(watched: &Mutex<Vec<Weak<Watched>>>, opening: &Mutex<Option<Opening>>, now: Instant) {
    let late = lock(opening).take_if(|opening| opening.deadline < now);
    if let Some(opening) = late {
        tracing::warn!("a database server does not accept a connection: cut");
        for socket in sockets::opened_since(&opening.before, opening.port) {
            socket.cut();
        }
    }
    lock(watched).retain(|weak| {
        let Some(connection) = weak.upgrade() else {
            return false;
        };
        connection.cut_if_late(now);
        true
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
