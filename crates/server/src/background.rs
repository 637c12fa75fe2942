//! Tasks that continue when the client disconnects, and that a shutdown waits for.

use std::future::Future;
use std::sync::Mutex;

use tokio::sync::mpsc;

use web::AppError;

/// Runs such tasks and tracks their completion.
pub struct Background {
    /// Each running task holds a clone; the channel closes when all are dropped.
    running: Mutex<Option<mpsc::Sender<()>>>,
    done: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Default for Background {
    fn default() -> Self {
        let (running, done) = mpsc::channel(1);
        Self {
            running: Mutex::new(Some(running)),
            done: tokio::sync::Mutex::new(done),
        }
    }
}

impl Background {
    /// Runs `work` to completion, even when the caller is cancelled.
    ///
    /// # Errors
    /// 500 when the work panicked; 503 when the service is shutting down.
    pub async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, AppError>> + Send + 'static,
    ) -> Result<T, AppError> {
        let running = self
            .running
            .lock()
            .expect("no holder of this lock panics")
            .clone();
        let Some(running) = running else {
            return Err(AppError::unavailable(
                "shutting_down",
                "try again in a moment",
            ));
        };
        let task = tokio::spawn(async move {
            let result = work.await;
            drop(running);
            result
        });
        task.await
            .unwrap_or_else(|lost| Err(AppError::internal(lost)))
    }

    /// Rejects new tasks and waits for the running ones.
    pub async fn close(&self) {
        drop(
            self.running
                .lock()
                .expect("no holder of this lock panics")
                .take(),
        );
        let ended = self.done.lock().await.recv().await;
        debug_assert!(ended.is_none(), "nothing is ever sent");
    }
}
