//! Memory across restarts: an append-only file of JSON lines, written by a thread of its own in
//! batches. A handler waits until its lines have left for the operating system before it
//! answers, so a charge that was reported survives the process being killed.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

/// A batch is written at the latest when it has grown to this many bytes.
const BATCH_BYTES_MAX: usize = 1 << 20;

enum Message {
    Line(Vec<u8>),
    Settled(oneshot::Sender<()>),
}

/// The writing end; does nothing when no file was configured.
pub(crate) struct Journal {
    sender: Option<Sender<Message>>,
}

impl Journal {
    /// A journal that forgets.
    pub(crate) fn none() -> Self {
        Self { sender: None }
    }

    /// Replaces the file by `entries`, the state after replay, and appends from there. A line that
    /// a kill tore in two is thereby gone.
    pub(crate) fn open<T: Serialize>(path: &Path, entries: &[T]) -> anyhow::Result<Self> {
        let file = rewrite(path, entries)
            .with_context(|| format!("cannot write the journal {}", path.display()))?;
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("sandbox-journal".into())
            .spawn(move || write(file, &receiver))?;
        Ok(Self {
            sender: Some(sender),
        })
    }

    /// Queues one entry. Call it while holding the lock on what the entry describes, so that the
    /// order in the file is the order of events.
    pub(crate) fn record(&self, entry: &impl Serialize) {
        if let Some(sender) = &self.sender {
            let mut line = serde_json::to_vec(entry).expect("entries have only text keys");
            line.push(b'\n');
            if sender.send(Message::Line(line)).is_err() {
                tracing::error!("the journal's thread has ended; an entry is lost");
            }
        }
    }

    /// Waits until everything recorded so far is with the operating system.
    pub(crate) async fn settled(&self) {
        if let Some(sender) = &self.sender {
            let (done, settled) = oneshot::channel();
            if sender.send(Message::Settled(done)).is_err() || settled.await.is_err() {
                tracing::error!("the journal's thread has ended");
            }
        }
    }
}

/// Reads all entries; a last line without its end is skipped, any other broken line is an error.
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
    let mut fresh = PathBuf::from(path);
    fresh.set_extension("rewriting");
    let mut writer = BufWriter::new(File::create(&fresh)?);
    for entry in entries {
        serde_json::to_writer(&mut writer, entry)?;
        writer.write_all(b"\n")?;
    }
    writer.into_inner()?.sync_all()?;
    fs::rename(&fresh, path)?;
    Ok(OpenOptions::new().append(true).open(path)?)
}

fn write(mut file: File, receiver: &Receiver<Message>) {
    let mut batch = Vec::new();
    let mut waiting = Vec::new();
    while let Ok(first) = receiver.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => batch.extend_from_slice(&line),
                Message::Settled(done) => waiting.push(done),
            }
            next = if batch.len() < BATCH_BYTES_MAX {
                receiver.try_recv().ok()
            } else {
                None
            };
        }
        if let Err(error) = file.write_all(&batch) {
            tracing::error!(%error, "the journal could not be written");
        }
        batch.clear();
        for done in waiting.drain(..) {
            if done.send(()).is_err() {
                tracing::trace!("the client hung up before its entry was written");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_forgotten_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, "1\n2\n[3").unwrap();
        assert_eq!(replay::<i64>(&path).unwrap(), [1, 2]);
        fs::write(&path, "1\nx\n3\n").unwrap();
        assert!(replay::<i64>(&path).is_err());
    }

    #[tokio::test]
    async fn settled_entries_are_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path, &[1_i64]).unwrap();
        journal.record(&2_i64);
        journal.settled().await;
        assert_eq!(replay::<i64>(&path).unwrap(), [1, 2]);
    }
}
