//! Fills a database: members by town, then fundings in batches. Each transaction leaves consistent data, so an
//! interrupted run leaves a balanced ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use funsun_domain::time::Timestamp;

use super::fundings::{DemoFunding, Generator, SupportDistribution};
use super::members::{self, DemoMember};
use super::random::Random;
use super::sql::{self, FirstIds};
use super::town::{TOWN, Town};
use crate::db::{Conn, Db, StorageError, dialect};
use crate::payments::demo_account;

/// Kinds of random streams.
const SHARE: u64 = 6;
const ORDER: u64 = 7;

/// Fundings per transaction.
const FUNDINGS_PER_BATCH: i64 = 10_000;

/// Amount of data to generate.
#[derive(Clone, Copy, Debug)]
pub struct DemoSize {
    /// Number of members.
    pub accounts: i64,
    /// Number of fundings, by random members.
    pub fundings: i64,
    /// Number of supports, each with its payment and ledger transactions.
    pub supports: i64,
    /// Random seed.
    pub seed: u64,
}

struct DataSet {
    size: DemoSize,
    first: FirstIds,
    town: Town,
    now: Timestamp,
}

/// Adds invented rows to the database, with ids from the first free one on; no other process may write meanwhile.
/// `progress` is called after each transaction, with the kind and number of rows written.
///
/// # Errors
/// When the database fails; earlier transactions stay committed.
pub async fn fill(
    db: &Db,
    size: DemoSize,
    now: Timestamp,
    mut progress: impl FnMut(&'static str, i64),
) -> Result<(), StorageError> {
    db.write(dialect::configure_for_bulk_inserts).await?;
    let data_set = Arc::new(DataSet {
        size,
        first: db.read(sql::find_first_ids).await?,
        town: Town {
            seed: size.seed,
            members: size.accounts,
        },
        now,
    });
    for first in (0..size.accounts).step_by(step(TOWN)) {
        let own = Arc::clone(&data_set);
        db.write_bulk(move |conn| own.write_town(conn, first))
            .await?;
        progress("members", (first + TOWN).min(size.accounts));
    }
    let mut distribution = SupportDistribution {
        supports: size.supports,
        fundings: size.fundings,
    };
    let mut support_id = data_set.first.support;
    for first in (0..size.fundings).step_by(step(FUNDINGS_PER_BATCH)) {
        let batch = data_set.generate(first, &mut distribution);
        let count: usize = batch.iter().map(|funding| funding.supports.len()).sum();
        let own = Arc::clone(&data_set);
        let batch = Arc::new(batch);
        db.write_bulk(move |conn| own.write_fundings(conn, first, support_id, &batch))
            .await?;
        support_id += i64::try_from(count).expect("a batch is small");
        progress("fundings", (first + FUNDINGS_PER_BATCH).min(size.fundings));
    }
    Ok(())
}

impl DataSet {
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
            let person: DemoMember = members::generate(self.size.seed, member, self.now);
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
            let mutual = self.town.are_friends(follower, followee);
            let (follower, followee) = (self.account(follower), self.account(followee));
            sql::insert_follow(conn, follower, followee, mutual, self.now)?;
        }
        Ok(())
    }

    fn generate(&self, first: i64, distribution: &mut SupportDistribution) -> Vec<DemoFunding> {
        let generator = Generator {
            town: self.town,
            count: self.size.fundings,
            now: self.now,
        };
        let numbers = first..(first + FUNDINGS_PER_BATCH).min(self.size.fundings);
        let generate = |number| {
            let mut random = Random::of(self.size.seed, SHARE, number, 0);
            generator.generate(number, distribution.next(&mut random))
        };
        numbers.map(generate).collect()
    }

    fn write_fundings(
        &self,
        conn: &mut Conn,
        first: i64,
        mut support_id: i64,
        batch: &[DemoFunding],
    ) -> Result<(), StorageError> {
        let merchant = demo_account(conn, self.now)?;
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
                    merchant,
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

/// Returns 32 hexadecimal digits. They are predictable, which is harmless: the payment is invented.
fn order_ref(seed: u64, payment: i64) -> String {
    let mut random = Random::of(seed, ORDER, payment, 0);
    format!("{:016x}{:016x}", random.number(), random.number())
}

fn step(rows: i64) -> usize {
    usize::try_from(rows).expect("a batch is small")
}
