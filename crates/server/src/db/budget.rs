//! How long a request waits for a database on a server, in all: one that writes and then reads is answered in the time of
//! one that does either.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
#[cfg(feature = "mysql")]
use std::sync::atomic::Ordering;
use std::time::Duration;
#[cfg(feature = "mysql")]
use std::time::Instant;

/// What a request has.
const BUDGET: Duration = Duration::from_secs(4);
/// What a step has even when the budget is spent.
#[cfg(feature = "mysql")]
const LEAST: Duration = Duration::from_millis(300);

tokio::task_local! {
    /// Microseconds that the request has left.
    static LEFT: Arc<AtomicU64>;
}

/// Runs a request with a budget of its own.
pub async fn with_budget<F: Future>(request: F) -> F::Output {
    let left = AtomicU64::new(micros(BUDGET));
    LEFT.scope(Arc::new(left), request).await
}

/// Gives work that will run as another task the budget of the current request, if there is one.
pub fn keep_budget<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let left = LEFT.try_with(Arc::clone).ok();
    async move {
        match left {
            Some(left) => LEFT.scope(left, work).await,
            None => work.await,
        }
    }
}

/// Runs a step, which is given how long it may take: `max`, or what is left.
#[cfg(feature = "mysql")]
pub(super) async fn spend<F: Future>(max: Duration, step: impl FnOnce(Duration) -> F) -> F::Output {
    let left = LEFT.try_with(|left| Duration::from_micros(left.load(Ordering::Relaxed)));
    let max = left.map_or(max, |left| max.min(left.max(LEAST)));
    let begun = Instant::now();
    let result = step(max).await;
    let taken = micros(begun.elapsed());
    let spend = |left: &Arc<AtomicU64>| {
        let rest = |left: u64| Some(left.saturating_sub(taken));
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest)
            .ok();
    };
    // Work of no request has no budget.
    LEFT.try_with(spend).ok();
    result
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
