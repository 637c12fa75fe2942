//! How many payments the writer puts on this machine's disk: the transactions of the support flow as the
//! service runs them, from many clients at once, with nobody to wait for in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::{AccountKey, FundingId, OrderRef};
use funsun_domain::money::{Goal, SupportAmount};
use funsun_domain::payments::{PaymentState, Step};
use funsun_domain::time::Timestamp;
use tokio::task::JoinSet;

use crate::db::{Conn, Db, StorageError};
use crate::demo::sql::{self, FirstIds};
use crate::demo::{DemoSize, fill};
use crate::fundings::{self, NewFunding};
use crate::payments::audit::DEMO_TID;
use crate::payments::{self, NewPayment, StepContext, StoredPayment, Wanted};
use crate::supports;

/// Fundings that the supports go to, as if one were popular and some less so.
const FUNDINGS: usize = 8;

/// Durable transactions of one support: written down, ready, approving, approved with its support.
const COMMITS_A_SUPPORT: usize = 4;

/// What was put on the disk.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// How long each transaction took until it was on the disk, in ascending order.
    pub commits: Vec<Duration>,
    /// From the first transaction to the last.
    pub elapsed: Duration,
}

impl Measured {
    /// Whole supports.
    pub fn supports(&self) -> usize {
        self.commits.len() / COMMITS_A_SUPPORT
    }

    /// So many in a second, rounded down.
    pub fn a_second(&self, count: usize) -> u128 {
        let count = u128::try_from(count).unwrap_or(u128::MAX);
        count * 1_000 / self.elapsed.as_millis().max(1)
    }

    /// The time that `percent` of the transactions kept to.
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.commits.len() * percent / 100).min(self.commits.len().saturating_sub(1));
        self.commits.get(at).copied().unwrap_or_default()
    }
}

struct Scene {
    db: Db,
    payers: Vec<AccountKey>,
    fundings: Vec<FundingId>,
    cx: StepContext,
}

/// Has so many `clients` support without a pause for `duration`, on a database of its own.
///
/// # Errors
/// When the database fails.
pub async fn measure(
    db: Db,
    clients: usize,
    duration: Duration,
    cx: StepContext,
) -> Result<Measured, StorageError> {
    let scene = Arc::new(set(db, clients, cx).await?);
    let (begun, mut running) = (Instant::now(), JoinSet::new());
    for client in 0..clients {
        running.spawn(act(Arc::clone(&scene), client, begun + duration));
    }
    let mut measured = Measured::default();
    while let Some(done) = running.join_next().await {
        let done = done.map_err(|lost| StorageError::Interrupted(lost.to_string()))?;
        measured.commits.extend(done?);
    }
    measured.elapsed = begun.elapsed();
    measured.commits.sort_unstable();
    Ok(measured)
}

async fn set(db: Db, clients: usize, cx: StepContext) -> Result<Scene, StorageError> {
    let first: FirstIds = db.read(sql::find_first_ids).await?;
    let accounts = i64::try_from(clients + FUNDINGS).map_err(StorageError::corrupt)?;
    let size = DemoSize {
        accounts,
        fundings: 0,
        supports: 0,
        seed: 1,
    };
    fill(&db, size, cx.now, |_, _| {}).await?;
    let keys: Result<Vec<_>, _> = (first.account..first.account + accounts)
        .map(AccountKey::new)
        .collect();
    let mut payers = keys.map_err(StorageError::corrupt)?;
    let authors = payers.split_off(clients);
    let open = move |conn: &mut Conn| {
        authors
            .iter()
            .map(|author| open(conn, *author, cx.now))
            .collect()
    };
    let fundings = db.write(open).await?;
    Ok(Scene {
        db,
        payers,
        fundings,
        cx,
    })
}

fn open(conn: &mut Conn, author: AccountKey, now: Timestamp) -> Result<FundingId, StorageError> {
    let tomorrow = now.plus_seconds(86_400);
    let funding = NewFunding {
        title: "하나를 위한 펀딩".parse().map_err(StorageError::corrupt)?,
        content: "모두가 한꺼번에 돕습니다"
            .parse()
            .map_err(StorageError::corrupt)?,
        goal: Goal::new(Goal::MAX).map_err(StorageError::corrupt)?,
        audience: Audience::Public,
        deadline: Deadline::new(tomorrow, now).map_err(StorageError::corrupt)?,
        image: None,
        form_key: None,
    };
    let id = fundings::sql::create(conn, author, &funding, now)?;
    Ok(id.expect("no form is sent twice here"))
}

/// One client: support after support until the time is over.
async fn act(
    scene: Arc<Scene>,
    client: usize,
    end: Instant,
) -> Result<Vec<Duration>, StorageError> {
    let payer = scene.payers[client];
    let amount = SupportAmount::new(SupportAmount::MIN).map_err(StorageError::corrupt)?;
    let mut commits = Vec::new();
    let mut number = 0;
    while Instant::now() < end {
        let wanted = Wanted {
            funding: scene.fundings[(client + number) % FUNDINGS],
            message: "응원합니다!".to_owned(),
        };
        number += 1;
        let last = support(&scene, payer, amount, wanted, &mut commits).await?;
        if last.state() != PaymentState::Attached {
            return Err(StorageError::corrupt("a support was not accepted"));
        }
    }
    Ok(commits)
}

/// The transactions of `prepare` and `approve`, one after the other.
async fn support(
    scene: &Scene,
    payer: AccountKey,
    amount: SupportAmount,
    wanted: Wanted,
    commits: &mut Vec<Duration>,
) -> Result<StoredPayment, StorageError> {
    let cx = scene.cx;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StorageError::corrupt)?;
    let order = OrderRef::from_random(random);
    let digest = order.as_str().to_owned();
    let begun = Instant::now();
    let funding = wanted.funding;
    let payment = NewPayment {
        amount,
        wanted: Some(wanted),
        form_key: None,
    };
    let create = move |conn: &mut Conn| {
        supports::find_open(conn, funding, payer, cx.now)?;
        payments::sql::create(conn, payer, &order, &payment, cx)
    };
    let id = scene.db.write(create).await?;
    commits.push(begun.elapsed());
    let begun = Instant::now();
    let ready = move |conn: &mut Conn| {
        payments::sql::set_tid(conn, id, &format!("{DEMO_TID}{id}"))?;
        payments::sql::get(conn, id)?.step(conn, Step::Prepare, cx)
    };
    scene.db.write(ready).await?;
    commits.push(begun.elapsed());
    let begun = Instant::now();
    let claim = move |conn: &mut Conn| {
        payments::sql::set_proof(conn, id, &digest)?;
        payments::sql::get(conn, id)?.step(conn, Step::StartApproval, cx)
    };
    scene.db.write(claim).await?;
    commits.push(begun.elapsed());
    let begun = Instant::now();
    let record = move |conn: &mut Conn| {
        let payment = payments::sql::get(conn, id)?.step(conn, Step::Approve, cx)?;
        supports::accept_wanted(conn, payment, cx)
    };
    let payment = scene.db.write(record).await?;
    commits.push(begun.elapsed());
    Ok(payment)
}
