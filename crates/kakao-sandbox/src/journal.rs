//! Persistence: an append-only file of JSON lines, written in batches by a dedicated thread. A
//! handler flushes its entries to the operating system before it responds, so that a charge that
//! was reported survives a kill of the process.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

/// A batch is written once it has reached this many bytes.
const BATCH_BYTES_MAX: usize = 1 << 20;

enum Message {
    Line(Vec<u8>),
    Flush(oneshot::Sender<()>),
}

/// The sending side of the writer thread; a no-op when no file is configured.
pub(crate) struct Journal {
    sender: Option<Sender<Message>>,
}

impl Journal {
    /// A journal that stores nothing.
    pub(crate) fn disabled() -> Self {
        Self { sender: None }
    }

    /// Rewrites the file to `entries`, the state after replay, and appends from there. This drops
    /// a line that a kill has truncated.
    pub(crate) fn open<T: Serialize>(path: &Path, entries: &[T]) -> anyhow::Result<Self> {
        let file = rewrite(path, entries)
            .with_context(|| format!("cannot write the journal {}", path.display()))?;
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("sandbox-journal".into())
            .spawn(move || run_writer(file, &receiver))?;
        Ok(Self {
            sender: Some(sender),
        })
    }

    /// Queues one entry. Call it while holding the lock on what the entry describes, so that the
    /// file has the order of the events.
    pub(crate) fn record(&self, entry: &impl Serialize) {
        if let Some(sender) = &self.sender {
            let mut line = serde_json::to_vec(entry).expect("entries have string keys");
            line.push(b'\n');
            if sender.send(Message::Line(line)).is_err() {
                tracing::error!("the journal thread has exited; an entry is lost");
            }
        }
    }

    /// Waits until everything recorded so far is written to the operating system.
    pub(crate) async fn flush(&self) {
        if let Some(sender) = &self.sender {
            let (done, flushed) = oneshot::channel();
            if sender.send(Message::Flush(done)).is_err() || flushed.await.is_err() {
                tracing::error!("the journal thread has exited");
            }
        }
    }
}

/// Reads all entries. A last line without a newline is skipped; any other malformed line is an error.
pub(crate) fn replay<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.last() == Some(&b'\n') {
            let number = entries.len() + 1;
            entries.push(
                serde_json::from_slice(&line)
                    .with_context(|| format!("journal {}, line {number}", path.display()))?,
            );
        }
        line.clear();
    }
    Ok(entries)
}

fn rewrite<T: Serialize>(path: &Path, entries: &[T]) -> anyhow::Result<File> {
    let mut temporary = PathBuf::from(path);
    temporary.set_extension("rewriting");
    let mut writer = BufWriter::new(File::create(&temporary)?);
    for entry in entries {
        serde_json::to_writer(&mut writer, entry)?;
        writer.write_all(b"\n")?;
    }
    writer.into_inner()?.sync_all()?;
    fs::rename(&temporary, path)?;
    Ok(OpenOptions::new().append(true).open(path)?)
}

fn run_writer(mut file: File, receiver: &Receiver<Message>) {
    let mut batch = Vec::new();
    let mut waiting = Vec::new();
    while let Ok(first) = receiver.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => batch.extend_from_slice(&line),
                Message::Flush(done) => waiting.push(done),
            }
            next = if batch.len() < BATCH_BYTES_MAX {
                receiver.try_recv().ok()
            } else {
                None
            };
        }
        if let Err(error) = file.write_all(&batch) {
            tracing::error!(%error, "writing the journal failed");
        }
        batch.clear();
        for done in waiting.drain(..) {
            if done.send(()).is_err() {
                tracing::trace!("the client disconnected before its entry was written");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_last_line_is_skipped_and_a_malformed_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, "1\n2\n[3").unwrap();
        assert_eq!(replay::<i64>(&path).unwrap(), [1, 2]);
        fs::write(&path, "1\nx\n3\n").unwrap();
        assert!(replay::<i64>(&path).is_err());
    }

    #[tokio::test]
    async fn flushed_entries_are_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path, &[1_i64]).unwrap();
        journal.record(&2_i64);
        journal.flush().await;
        assert_eq!(replay::<i64>(&path).unwrap(), [1, 2]);
    }
}
