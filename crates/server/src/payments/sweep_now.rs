//! The sweeps of unfinished payments and refunds, and how they are woken.

use tokio::sync::Notify;

use super::lanes::Lane;

/// What is swept independently of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// Refunds.
    Refunds,
    /// Payments in a lane.
    Payments(Lane),
}

impl Sweep {
    /// All sweeps. Each runs in a worker of its own.
    pub const ALL: [Self; 5] = [
        Self::Refunds,
        Self::Payments(Lane::Money),
        Self::Payments(Lane::Payer),
        Self::Payments(Lane::Closed),
        Self::Payments(Lane::Window),
    ];

    /// Its name in logs and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refunds => "refunds",
            Self::Payments(Lane::Money) => "captured",
            Self::Payments(Lane::Payer) => "unpaid",
            Self::Payments(Lane::Closed) => "closed",
            Self::Payments(Lane::Window | Lane::Rest) => "attached",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Refunds => 0,
            Self::Payments(Lane::Money | Lane::Rest) => 1,
            Self::Payments(Lane::Payer) => 2,
            Self::Payments(Lane::Closed) => 3,
            Self::Payments(Lane::Window) => 4,
        }
    }
}

/// Wakes the sweepers before their next interval.
#[derive(Debug, Default)]
pub struct SweepNow([Notify; Sweep::ALL.len()]);

impl SweepNow {
    /// Wakes all of them.
    pub fn wake_all(&self) {
        for sweep in &self.0 {
            sweep.notify_one();
        }
    }

    /// Waits until one is woken.
    pub async fn notified(&self, sweep: Sweep) {
        self.0[sweep.index()].notified().await;
    }
}
