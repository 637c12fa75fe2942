//! Filling a database: town by town, then funding by funding, in transactions that are each complete in
//! themselves. Stopped half-way, what is there balances.

use std::collections::BTreeMap;
use std::sync::Arc;

use funsun_domain::time::Timestamp;

use super::fundings::{DemoFunding, Invention, Rations};
use super::members::{self, DemoMember};
use super::random::Random;
use super::sql::{self, FirstIds};
use super::town::{TOWN, Town};
use crate::db::{Conn, Db, StorageError, dialect};

const RATION: u64 = 6;
const ORDER: u64 = 7;

/// Fundings of one transaction.
const FUNDINGS_AT_ONCE: i64 = 10_000;

/// How much to invent.
#[derive(Clone, Copy, Debug)]
pub struct DemoSize {
    /// Members.
    pub accounts: i64,
    /// Fundings, by random members.
    pub fundings: i64,
    /// Supports, each with its payment and ledger entries.
    pub supports: i64,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

struct Filling {
    size: DemoSize,
    first: FirstIds,
    town: Town,
    now: Timestamp,
}

/// Adds invented rows to the database, numbered from the first free id on; nothing else may write
/// meanwhile. `progress` hears, after each transaction, what is written and how much of it.
///
/// # Errors
/// When the database fails; the transactions before stand.
pub async fn fill(
    db: &Db,
    size: DemoSize,
    now: Timestamp,
    mut progress: impl FnMut(&'static str, i64),
) -> Result<(), StorageError> {
    db.write(dialect::configure_for_bulk_inserts).await?;
    let filling = Arc::new(Filling {
        size,
        first: db.read(sql::find_first_ids).await?,
        town: Town {
            seed: size.seed,
            members: size.accounts,
        },
        now,
    });
    for first in (0..size.accounts).step_by(step(TOWN)) {
        let own = Arc::clone(&filling);
        db.write(move |conn| own.write_town(conn, first)).await?;
        progress("members", (first + TOWN).min(size.accounts));
    }
    let mut rations = Rations {
        supports: size.supports,
        fundings: size.fundings,
    };
    let mut support_id = filling.first.support;
    for first in (0..size.fundings).step_by(step(FUNDINGS_AT_ONCE)) {
        let batch = filling.invent(first, &mut rations);
        let count: usize = batch.iter().map(|funding| funding.supports.len()).sum();
        let own = Arc::clone(&filling);
        let batch = Arc::new(batch);
        db.write(move |conn| own.write_fundings(conn, first, support_id, &batch))
            .await?;
        support_id += i64::try_from(count).expect("a batch is small");
        progress("fundings", (first + FUNDINGS_AT_ONCE).min(size.fundings));
    }
    Ok(())
}

impl Filling {
    fn account(&self, member: i64) -> i64 {
        self.first.account + member
    }

    fn write_town(&self, conn: &mut Conn, first: i64) -> Result<(), StorageError> {
        let people: Vec<i64> = (first..(first + TOWN).min(self.size.accounts)).collect();
        let mut follows: Vec<(i64, i64)> = Vec::new();
        for member in &people {
            follows.extend(self.town.followees(*member).map(|other| (*member, other)));
        }
        let mut counts: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for (follower, followee) in &follows {
            counts.entry(*followee).or_default().0 += 1;
            counts.entry(*follower).or_default().1 += 1;
        }
        for member in people {
            let person: DemoMember = members::invent(self.size.seed, member, self.now);
            let (followers, followees) = counts.get(&member).copied().unwrap_or_default();
            let row = sql::MemberNumbers {
                id: self.account(member),
                kakao_id: self.first.kakao + member,
                followers,
                followees,
            };
            sql::insert_member(conn, row, &person)?;
        }
        for (follower, followee) in follows {
            let (follower, followee) = (self.account(follower), self.account(followee));
            sql::insert_follow(conn, follower, followee, self.now)?;
        }
        Ok(())
    }

    fn invent(&self, first: i64, rations: &mut Rations) -> Vec<DemoFunding> {
        let invention = Invention {
            town: self.town,
            count: self.size.fundings,
            now: self.now,
        };
        let numbers = first..(first + FUNDINGS_AT_ONCE).min(self.size.fundings);
        let invent = |number| {
            let mut random = Random::of(self.size.seed, RATION, number, 0);
            invention.invent(number, rations.next(&mut random))
        };
        numbers.map(invent).collect()
    }

    fn write_fundings(
        &self,
        conn: &mut Conn,
        first: i64,
        mut support_id: i64,
        batch: &[DemoFunding],
    ) -> Result<(), StorageError> {
        for (funding_id, funding) in (self.first.funding + first..).zip(batch) {
            let author = self.account(funding.author);
            sql::insert_funding(conn, funding_id, author, funding)?;
            let mut latest: BTreeMap<i64, i64> = BTreeMap::new();
            for support in &funding.supports {
                let author = self.account(support.author);
                let order_ref = order_ref(self.size.seed, support_id);
                let ids = sql::SupportIds {
                    id: support_id,
                    funding: funding_id,
                    author,
                };
                sql::insert_support(conn, ids, &order_ref, support)?;
                latest.insert(author, support_id);
                support_id += 1;
            }
            for (member, support) in latest {
                sql::insert_participation(conn, member, funding_id, support)?;
            }
        }
        Ok(())
    }
}

/// 32 hexadecimal digits. Anybody can compute it: it opens the page of a payment that nobody made.
fn order_ref(seed: u64, payment: i64) -> String {
    let mut random = Random::of(seed, ORDER, payment, 0);
    format!("{:016x}{:016x}", random.number(), random.number())
}

fn step(rows: i64) -> usize {
    usize::try_from(rows).expect("a batch is small")
}
