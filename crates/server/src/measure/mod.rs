//! Benchmark of durable payments per second: concurrent clients run the transactions of the support flow as the
//! service does, without calls to a provider in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::{AccountKey, FundingId, KakaoId, MerchantAccountId};
use funsun_domain::money::{Goal, SupportAmount};
use funsun_domain::payments::PaymentState;
use funsun_domain::supports::SupportTerms;
use tokio::task::JoinSet;

use crate::db::{Conn, Db, StorageError};
use crate::fundings::{NewFunding, create_unannounced};
use crate::members::{self, KakaoProfile};
use crate::payments::{StepContext, StoredPayment, demo_account, invented};

/// Number of fundings that the supports are spread over.
const FUNDINGS: usize = 8;

/// Durable transactions of one support: created, ready, approving, approved and attached.
const COMMITS_PER_SUPPORT: usize = 4;

/// The measurements.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// Latency of each durable transaction, ascending.
    pub commits: Vec<Duration>,
    /// Duration of the run.
    pub elapsed: Duration,
}

impl Measurement {
    /// Returns the number of complete supports.
    pub fn supports(&self) -> usize {
        self.commits.len() / COMMITS_PER_SUPPORT
    }

    /// Returns `count` per second, rounded down.
    pub fn per_second(&self, count: usize) -> u128 {
        let count = u128::try_from(count).unwrap_or(u128::MAX);
        count * 1_000 / self.elapsed.as_millis().max(1)
    }

    /// Returns the latency percentile.
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.commits.len() * percent / 100).min(self.commits.len().saturating_sub(1));
        self.commits.get(at).copied().unwrap_or_default()
    }
}

struct Workload {
    db: Db,
    payers: Vec<AccountKey>,
    fundings: Vec<FundingId>,
    merchant: MerchantAccountId,
    cx: StepContext,
}

/// Runs `clients` concurrent clients for `duration`, in an empty database.
///
/// # Errors
/// When the database fails.
pub async fn measure(
    db: Db,
    clients: usize,
    duration: Duration,
    cx: StepContext,
) -> Result<Measurement, StorageError> {
    let workload = Arc::new(prepare(db, clients, cx).await?);
    let (begun, mut running) = (Instant::now(), JoinSet::new());
    for client in 0..clients {
        running.spawn(run_client(Arc::clone(&workload), client, begun + duration));
    }
    let mut measurement = Measurement::default();
    while let Some(done) = running.join_next().await {
        let done = done.map_err(|lost| StorageError::Interrupted(lost.to_string()))?;
        measurement.commits.extend(done?);
    }
    measurement.elapsed = begun.elapsed();
    measurement.commits.sort_unstable();
    Ok(measurement)
}

async fn prepare(db: Db, clients: usize, cx: StepContext) -> Result<Workload, StorageError> {
    let fill = move |conn: &mut Conn| {
        let members: Result<Vec<_>, _> = (1..=clients + FUNDINGS)
            .map(|number| join(conn, number, cx))
            .collect();
        let mut payers = members?;
        let authors = payers.split_off(clients);
        let fundings: Result<Vec<_>, _> = authors
            .into_iter()
            .map(|author| open(conn, author, cx))
            .collect();
        Ok::<_, StorageError>((payers, fundings?, demo_account(conn, cx.now)?))
    };
    let (payers, fundings, merchant) = db.write(fill).await?;
    Ok(Workload {
        db,
        payers,
        fundings,
        merchant,
        cx: cx.without_cap(),
    })
}

fn join(conn: &mut Conn, number: usize, cx: StepContext) -> Result<AccountKey, StorageError> {
    let id = i64::try_from(number).map_err(StorageError::corrupt)?;
    let id = KakaoId::new(id).map_err(StorageError::corrupt)?;
    members::create(conn, id, "측정", &KakaoProfile::default(), cx.now)
}

fn open(conn: &mut Conn, author: AccountKey, cx: StepContext) -> Result<FundingId, StorageError> {
    let tomorrow = cx.now.plus_seconds(86_400);
    let funding = NewFunding {
        title: "하나를 위한 펀딩".parse().map_err(StorageError::corrupt)?,
        content: "모두가 한꺼번에 돕습니다"
            .parse()
            .map_err(StorageError::corrupt)?,
        goal: Goal::new(Goal::MAX).map_err(StorageError::corrupt)?,
        audience: Audience::Public,
        deadline: Deadline::new(tomorrow, cx.now).map_err(StorageError::corrupt)?,
        image: None,
        form_key: None,
    };
    let id = create_unannounced(conn, author, &funding, cx.now)?;
    Ok(id.expect("no form key is used twice here"))
}

/// Gives supports, one after the other, until `end`; returns the latency of each commit.
async fn run_client(
    workload: Arc<Workload>,
    client: usize,
    end: Instant,
) -> Result<Vec<Duration>, StorageError> {
    let payer = workload.payers[client];
    let amount = SupportAmount::new(SupportAmount::MIN).map_err(StorageError::corrupt)?;
    let mut commits = Vec::new();
    let mut number = 0;
    while Instant::now() < end {
        let terms = SupportTerms {
            funding: workload.fundings[(client + number) % FUNDINGS],
            amount,
            message: "응원합니다!".parse().map_err(StorageError::corrupt)?,
        };
        number += 1;
        let last = support(&workload, payer, terms, &mut commits).await?;
        if last.state() != PaymentState::Attached {
            return Err(StorageError::corrupt("a support was not accepted"));
        }
    }
    Ok(commits)
}

/// Runs the transactions of one support, in the order of `prepare` and `approve`.
async fn support(
    workload: &Workload,
    payer: AccountKey,
    terms: SupportTerms,
    commits: &mut Vec<Duration>,
) -> Result<StoredPayment, StorageError> {
    let (cx, merchant) = (workload.cx, workload.merchant);
    let begun = Instant::now();
    let create = move |conn: &mut Conn| invented::create(conn, merchant, payer, &terms, cx);
    let id = workload.db.write(create).await?;
    commits.push(begun.elapsed());
    let begun = Instant::now();
    let prepare = move |conn: &mut Conn| invented::prepare(conn, id, cx);
    workload.db.write(prepare).await?;
    commits.push(begun.elapsed());
    let begun = Instant::now();
    let begin = move |conn: &mut Conn| invented::begin_approval(conn, id, cx);
    workload.db.write(begin).await?;
    commits.push(begun.elapsed());
    let begun = Instant::now();
    let record = move |conn: &mut Conn| invented::approve(conn, id, cx);
    let payment = workload.db.write(record).await?;
    commits.push(begun.elapsed());
    Ok(payment)
}
