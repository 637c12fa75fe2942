//! SQLite's single writer, with group commit: queued transactions are committed in one batch, with one fsync.
//!
//! Each transaction runs in its own savepoint, so one that is refused does not affect the others. Its caller gets the
//! result only after the commit, so a crash loses nothing that was acknowledged. The fsync limits the rate of durable
//! commits; sharing it makes many small transactions fast.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::Connection;
use diesel::connection::TransactionManager;
use tokio::sync::oneshot;

use super::connection::{self, Conn};
use super::dialect;
use super::error::StorageError;
use super::failure::FailureRecorder;
use super::outage::Outage;
use super::queued::{Queued, Transaction};
use super::write_ahead_log::SizeCheck;

/// Most transactions in one batch: bounds the latency of the first of them.
const BATCH_MAX: usize = 256;

/// Most transactions that wait; further ones are refused at once.
const QUEUE_MAX: usize = 4_096;

/// How long a caller waits for its result. A database that is locked or full refuses sooner.
const ANSWER_MAX: Duration = Duration::from_secs(15);

type Manager = <Conn as Connection>::TransactionManager;

pub(super) struct GroupCommit {
    queue: Mutex<Option<SyncSender<Queued>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl GroupCommit {
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        let mut writer = Writer::new(url);
        writer.reopen()?;
        let (queue, queued) = sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn(move || writer.run(&queued))
            .map_err(|error| StorageError::Interrupted(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Runs `work` in a transaction; a duration above `max`, without the commit, is logged. Without `max` the caller
    /// waits for as long as it takes.
    pub(super) async fn run<T, E, F>(&self, work: F, max: Option<Duration>) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.enqueue(Box::new(Transaction::new(work, sender, max)))?;
        let received = match max {
            Some(_) => match tokio::time::timeout(ANSWER_MAX, receiver).await {
                Ok(received) => received,
                Err(_) => return Err(StorageError::Unknown.into()),
            },
            None => receiver.await,
        };
        // The writer has panicked with it.
        received.unwrap_or_else(|_| Err(StorageError::Unknown.into()))
    }

    fn enqueue(&self, transaction: Queued) -> Result<(), StorageError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = || StorageError::Interrupted("the writer has stopped".to_owned());
        match queue.as_ref().ok_or_else(stopped)?.try_send(transaction) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(StorageError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }

    /// Waits for all queued transactions, then stops the writer.
    pub(super) async fn close(&self) {
        let take = |queue: &Mutex<Option<SyncSender<Queued>>>| {
            queue.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        drop(take(&self.queue));
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the database writer panicked");
            }
        }
    }
}

/// Why no transaction of a batch was committed.
enum Lost {
    /// The batch could not be begun: the database can't be written.
    Batch(StorageError),
    /// The commit failed. It may come to light when the database is opened again: SQLite writes the mark of a commit to the
    /// log before it flushes it.
    Commit(StorageError),
    /// One of its transactions ended it.
    Within(StorageError),
}

/// The state of the writing thread.
struct Writer {
    url: String,
    /// `None` while the database can't be opened.
    conn: Option<Conn>,
    failures: FailureRecorder,
    outage: Outage,
    log_size: SizeCheck,
}

impl Writer {
    fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            conn: None,
            failures: FailureRecorder::default(),
            outage: Outage::default(),
            log_size: SizeCheck::of(url),
        }
    }

    /// Runs queued transactions in batches until the queue is closed. A panic costs the batch that it happens in.
    fn run(&mut self, queued: &Receiver<Queued>) {
        while let Ok(first) = queued.recv() {
            let batch = AssertUnwindSafe(|| self.run_batch(first, queued));
            if catch_unwind(batch).is_err() {
                self.conn = None;
                tracing::error!("the database writer panicked: it goes on with a new connection");
            }
        }
    }

    fn run_batch(&mut self, first: Queued, queued: &Receiver<Queued>) {
        let mut batch = vec![first];
        match self.commit_together(&mut batch, Some(queued)) {
            Ok(()) => {
                reply(batch, Ok(()));
                self.outage.ended();
                self.log_size.check();
            }
            Err(Lost::Batch(error)) => self.refuse(batch, queued, &error),
            Err(Lost::Commit(error)) => {
                reply(batch, Err(&StorageError::Unknown));
                self.refuse(Vec::new(), queued, &error);
            }
            Err(Lost::Within(error)) if batch.len() == 1 => reply(batch, Err(&error)),
            Err(Lost::Within(_)) => self.commit_one_by_one(batch, queued),
        }
    }

    /// Runs the transactions of a batch that one of them has ended again, each in a batch of its own.
    fn commit_one_by_one(&mut self, batch: Vec<Queued>, queued: &Receiver<Queued>) {
        let mut waiting = batch.into_iter();
        while let Some(transaction) = waiting.next() {
            let mut alone = vec![transaction];
            match self.commit_together(&mut alone, None) {
                Ok(()) => reply(alone, Ok(())),
                Err(Lost::Within(error)) => reply(alone, Err(&error)),
                Err(Lost::Batch(error)) => {
                    alone.extend(waiting);
                    return self.refuse(alone, queued, &error);
                }
                Err(Lost::Commit(error)) => {
                    reply(alone, Err(&StorageError::Unknown));
                    return self.refuse(waiting.collect(), queued, &error);
                }
            }
        }
    }

    /// Answers these transactions and all that wait: what failed for them would fail for the others, one wait later.
    fn refuse(&mut self, batch: Vec<Queued>, queued: &Receiver<Queued>, error: &StorageError) {
        self.outage.began(error);
        reply(batch, Err(error));
        let waiting = queued.try_iter().take(QUEUE_MAX).collect();
        reply(waiting, Err(error));
    }

    /// Runs the transactions, and those that `queued` holds meanwhile, and commits them. On an error the connection is
    /// opened anew: the engine ends a transaction itself when the disk or memory is full, and what the connection
    /// knows about its state is then unreliable.
    fn commit_together(
        &mut self,
        batch: &mut Vec<Queued>,
        queued: Option<&Receiver<Queued>>,
    ) -> Result<(), Lost> {
        if self.conn.is_none() {
            self.reopen().map_err(Lost::Batch)?;
        }
        let Some(conn) = &mut self.conn else {
            return Err(Lost::Batch(StorageError::Busy));
        };
        self.failures.take();
        let committed = try_commit(conn, &self.failures, batch, queued);
        if committed.is_err() {
            self.conn = None;
        }
        committed
    }

    fn reopen(&mut self) -> Result<(), StorageError> {
        let mut conn = connection::open(&self.url)?;
        conn.set_instrumentation(self.failures.clone());
        self.conn = Some(conn);
        Ok(())
    }
}

fn try_commit(
    conn: &mut Conn,
    failures: &FailureRecorder,
    batch: &mut Vec<Queued>,
    queued: Option<&Receiver<Queued>>,
) -> Result<(), Lost> {
    dialect::begin_write(conn).map_err(|error| Lost::Batch(error.into()))?;
    let mut position = 0;
    while let Some(transaction) = batch.get_mut(position) {
        transaction.execute(conn).map_err(Lost::Within)?;
        if let Some((_, message)) = failures.take() {
            return Err(Lost::Within(StorageError::Unavailable(message)));
        }
        // A panic within a savepoint of the work's own leaves that open: the commit would only release it.
        let status = Manager::transaction_manager_status_mut(conn);
        if !matches!(status.transaction_depth(), Ok(Some(depth)) if depth.get() == 1) {
            let open = StorageError::Interrupted("a savepoint was left open".to_owned());
            return Err(Lost::Within(open));
        }
        position += 1;
        if position == batch.len() && position < BATCH_MAX {
            batch.extend(queued.and_then(|queued| queued.try_recv().ok()));
        }
    }
    let commit = Manager::commit_transaction(conn);
    commit.map_err(|error| Lost::Commit(error.into()))
}

fn reply(batch: Vec<Queued>, committed: Result<(), &StorageError>) {
    for transaction in batch {
        transaction.reply(committed);
    }
}
