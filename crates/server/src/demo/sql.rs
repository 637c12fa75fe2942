//! Statements of the demo data. Ids are assigned by the caller, not by the database.

use diesel::dsl::max;
use diesel::prelude::*;
use funsun_domain::ids::MerchantAccountId;
use funsun_domain::ledger::{LedgerAccount, TransactionKind};
use funsun_domain::payments::PaymentState;
use funsun_domain::text::fold;
use funsun_domain::time::Timestamp;

use super::fundings::{DemoFunding, DemoSupport};
use super::members::{DemoMember, FIRST_KAKAO_ID};
use crate::db::schema::{
    accounts, follows, fundings, ledger_postings, ledger_transactions, participations, payments,
    supports, username_grams,
};
use crate::db::{Conn, StorageError, dialect};
use crate::people::grams;
use crate::visibility::{EVERYBODY, FRIENDS};

/// The first free ids, which invented rows begin with.
#[derive(Clone, Copy, Debug)]
pub struct FirstIds {
    pub account: i64,
    pub funding: i64,
    /// Shared by a payment and its support.
    pub support: i64,
    pub kakao: i64,
}

/// Finds the first free ids.
pub fn find_first_ids(conn: &mut Conn) -> Result<FirstIds, StorageError> {
    let account: Option<i64> = accounts::table.select(max(accounts::id)).first(conn)?;
    let funding: Option<i64> = fundings::table.select(max(fundings::id)).first(conn)?;
    let payment: Option<i64> = payments::table.select(max(payments::id)).first(conn)?;
    let support: Option<i64> = supports::table.select(max(supports::id)).first(conn)?;
    let kakao: Option<i64> = accounts::table
        .select(max(accounts::kakao_id))
        .first(conn)?;
    let highest = payment.unwrap_or(0).max(support.unwrap_or(0));
    Ok(FirstIds {
        account: account.unwrap_or(0) + 1,
        funding: funding.unwrap_or(0) + 1,
        support: highest + 1,
        kakao: kakao.map_or(FIRST_KAKAO_ID, |last| FIRST_KAKAO_ID.max(last + 1)),
    })
}

/// Whether the database has no members, not even ones who have left.
pub fn is_empty(conn: &mut Conn) -> Result<bool, StorageError> {
    let any = accounts::table.select(accounts::id);
    Ok(!diesel::select(diesel::dsl::exists(any)).get_result::<bool>(conn)?)
}

/// The ids and counts of a member's row.
#[derive(Clone, Copy, Debug)]
pub struct MemberNumbers {
    pub id: i64,
    pub kakao_id: i64,
    pub followers: i64,
    pub followees: i64,
}

/// Inserts a member.
pub fn insert_member(
    conn: &mut Conn,
    numbers: MemberNumbers,
    member: &DemoMember,
) -> Result<(), StorageError> {
    let folded = fold(&member.username);
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(numbers.id),
            accounts::kakao_id.eq(numbers.kakao_id),
            accounts::username.eq(&member.username),
            accounts::username_folded.eq(&folded),
            accounts::email.eq(&member.email),
            accounts::birthday.eq(&member.birthday),
            accounts::gender.eq(member.gender),
            accounts::age_range.eq(member.age_range),
            accounts::bank_account.eq(member.bank_account.as_ref()),
            accounts::follower_count.eq(numbers.followers),
            accounts::followee_count.eq(numbers.followees),
            accounts::created_at.eq(member.created_at.micros()),
        ))
        .execute(conn)?;
    for gram in grams(&folded) {
        diesel::insert_into(username_grams::table)
            .values((
                username_grams::gram.eq(gram),
                username_grams::account_id.eq(numbers.id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Inserts a follow; the counts are already in the members' rows.
pub fn insert_follow(
    conn: &mut Conn,
    follower: i64,
    followee: i64,
    mutual: bool,
    now: Timestamp,
) -> Result<(), StorageError> {
    diesel::insert_into(follows::table)
        .values((
            follows::follower_id.eq(follower),
            follows::followee_id.eq(followee),
            follows::created_at.eq(now.micros()),
            follows::is_mutual.eq(mutual),
        ))
        .execute(conn)?;
    Ok(())
}

/// Inserts a funding with its total.
pub fn insert_funding(
    conn: &mut Conn,
    id: i64,
    author: i64,
    funding: &DemoFunding,
) -> Result<(), StorageError> {
    let collected: i64 = funding.supports.iter().map(|support| support.amount).sum();
    let visible_to = if funding.public { EVERYBODY } else { FRIENDS };
    diesel::insert_into(fundings::table)
        .values((
            fundings::id.eq(id),
            fundings::author_id.eq(author),
            fundings::title.eq(&funding.title),
            fundings::content.eq(&funding.content),
            fundings::goal_amount.eq(funding.goal),
            fundings::collected_amount.eq(collected),
            fundings::is_public.eq(funding.public),
            fundings::visible_to.eq(visible_to),
            fundings::deadline_at.eq(funding.deadline_at.micros()),
            fundings::created_at.eq(funding.created_at.micros()),
            fundings::review.eq(funding.review),
        ))
        .execute(conn)?;
    Ok(())
}

/// The ids of a support's row.
#[derive(Clone, Copy, Debug)]
pub struct SupportIds {
    /// Id of the support and of its payment.
    pub id: i64,
    pub funding: i64,
    pub author: i64,
    /// The account of invented payments.
    pub merchant: MerchantAccountId,
}

/// Inserts a support, its payment and both ledger transactions.
pub fn insert_support(
    conn: &mut Conn,
    ids: SupportIds,
    order_ref: &str,
    support: &DemoSupport,
) -> Result<(), StorageError> {
    let SupportIds {
        id,
        funding,
        author,
        merchant,
    } = ids;
    let at = support.created_at.micros();
    diesel::insert_into(payments::table)
        .values((
            payments::id.eq(id),
            payments::order_ref.eq(order_ref),
            payments::account_id.eq(author),
            payments::merchant_account_id.eq(merchant.get()),
            payments::payer_ref.eq(order_ref),
            payments::amount.eq(support.amount),
            payments::state.eq(PaymentState::Attached.as_str()),
            payments::reference.eq(format!("demo-{id}")),
            payments::funding_id.eq(funding),
            payments::lane.eq(0_i16),
            payments::expires_at.eq(at),
            payments::created_at.eq(at),
            payments::changed_at.eq(at),
        ))
        .execute(conn)?;
    diesel::insert_into(supports::table)
        .values((
            supports::id.eq(id),
            supports::funding_id.eq(funding),
            supports::author_id.eq(author),
            supports::payment_id.eq(id),
            supports::amount.eq(support.amount),
            supports::message.eq(support.message),
            supports::created_at.eq(at),
        ))
        .execute(conn)?;
    let receivable = LedgerAccount::Receivable(merchant).to_string();
    let unattached = LedgerAccount::Unattached.to_string();
    let held = format!("funding:{funding}");
    let moves = [
        (TransactionKind::Approval, &receivable, &unattached),
        (TransactionKind::Attachment, &unattached, &held),
    ];
    for (kind, from, to) in moves {
        diesel::insert_into(ledger_transactions::table)
            .values((
                ledger_transactions::kind.eq(kind.as_str()),
                ledger_transactions::reference.eq(id),
                ledger_transactions::created_at.eq(at),
            ))
            .execute(conn)?;
        diesel::insert_into(ledger_postings::table)
            .values((
                ledger_postings::transaction_id.eq(dialect::last_insert_id(conn)?),
                ledger_postings::number.eq(1_i64),
                ledger_postings::from_account.eq(from),
                ledger_postings::to_account.eq(to),
                ledger_postings::amount.eq(support.amount),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Inserts a participation: `support` is the member's latest one in the funding.
pub fn insert_participation(
    conn: &mut Conn,
    member: i64,
    funding: i64,
    support: i64,
) -> Result<(), StorageError> {
    diesel::insert_into(participations::table)
        .values((
            participations::account_id.eq(member),
            participations::funding_id.eq(funding),
            participations::last_support_id.eq(support),
        ))
        .execute(conn)?;
    Ok(())
}
