//! A crowd: ten thousand members written by SQL, the supports that they give, and KakaoPay's records of their
//! payments.

use std::fmt::Write;

use kakao_sandbox::Settings;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{App, Member, system_time};
use crate::database;

/// Members of the crowd.
pub const CROWD: i64 = 10_000;

/// The amount of each support, in won.
pub const AMOUNT: i64 = 1_000;

/// The ids of the crowd's rows are above this one: accounts, payments and supports have the same.
const FIRST: i64 = 1_000_000;

/// A program with a crowd.
pub struct CrowdedApp {
    pub app: App,
    _journal: TempDir,
}

impl CrowdedApp {
    /// Starts the program; KakaoPay has a payment of each member of the crowd on record.
    pub async fn start() -> Self {
        let journal = TempDir::new().unwrap();
        let path = journal.path().join("kakao.jsonl");
        std::fs::write(&path, records()).unwrap();
        let sandbox = Settings {
            journal: Some(path),
            ..Settings::default()
        };
        let app = App::with_kakao(sandbox, &[]).await;
        app.change_database(&format!(
            "INSERT INTO accounts (id, kakao_id, username, username_folded, created_at) \
             SELECT id, id, 'crowd', 'crowd', 0 FROM ({}) AS crowd",
            ids(FIRST)
        ));
        Self {
            app,
            _journal: journal,
        }
    }

    /// Each member of the crowd gives a support to this funding, with the payments that KakaoPay knows.
    pub fn supports(&self, funding: &Value) {
        self.give(funding, "id", FIRST);
    }

    /// One member gives as many supports to this funding, with payments that KakaoPay does not know.
    pub fn is_outdone_by(&self, giver: &Member, funding: &Value) {
        let giver = format!("(SELECT id FROM accounts WHERE kakao_id = {})", giver.id);
        self.give(funding, &giver, FIRST + CROWD);
    }

    /// Each member of the crowd follows this one, who is told so, and is followed back.
    pub fn befriends(&self, member: &Member) {
        let (ids, member) = (ids(FIRST), &member.id);
        let now = now();
        let key = format!("(SELECT id FROM accounts WHERE kakao_id = {member})");
        self.app.change_database(&format!(
            "INSERT INTO follows SELECT id, {key}, 0, 1 FROM ({ids}) AS crowd; \
             INSERT INTO follows SELECT {key}, id, 0, 1 FROM ({ids}) AS crowd; \
             UPDATE accounts SET follower_count = 1, followee_count = 1 WHERE id IN ({ids}); \
             UPDATE accounts SET follower_count = {CROWD}, followee_count = {CROWD} WHERE id = {key}; \
             INSERT INTO notifications (account_id, kind, subject, actor_id, created_at) \
             SELECT {key}, 'followed', id, id, {now} FROM ({ids}) AS crowd \
             UNION ALL SELECT id, 'followed', {key}, {key}, {now} FROM ({ids}) AS crowd;"
        ));
    }

    fn give(&self, funding: &Value, giver: &str, first: i64) {
        let funding = &funding["id"];
        let (ids, now) = (ids(first), now());
        let (order, number) = (database::padded("id", 32), database::padded("id", 19));
        self.app.change_database(&format!(
            "BEGIN; \
             INSERT INTO payments (id, order_ref, account_id, merchant_account_id, payer_ref, amount, state, reference, \
             wanted_funding_id, wanted_message, funding_id, lane, expires_at, created_at, changed_at) \
             SELECT id, {order}, {giver}, 1, 'member-' || id, {AMOUNT}, 'attached', \
             'T' || {number}, {funding}, 'hello ' || id, {funding}, 0, 0, 0, 0 FROM ({ids}) AS crowd; \
             INSERT INTO supports (id, funding_id, author_id, payment_id, amount, message, thanks, thanked_at, \
             created_at) \
             SELECT id, {funding}, {giver}, id, {AMOUNT}, 'hello ' || id, 'thanks ' || id, 0, 0 FROM ({ids}) AS crowd; \
             INSERT INTO participations \
             SELECT author_id, funding_id, max(id) FROM supports WHERE id > {first} GROUP BY author_id, funding_id; \
             INSERT INTO ledger_transactions (id, kind, reference, created_at) \
             SELECT 2 * id, 'approval', id, 0 FROM ({ids}) AS crowd UNION ALL \
             SELECT 2 * id + 1, 'attachment', id, 0 FROM ({ids}) AS crowd; \
             INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount) \
             SELECT 2 * id, 1, 'receivable:1', 'unattached', {AMOUNT} FROM ({ids}) AS crowd UNION ALL \
             SELECT 2 * id + 1, 1, 'unattached', 'funding:' || {funding}, {AMOUNT} FROM ({ids}) AS crowd; \
             UPDATE fundings SET collected_amount = collected_amount + {AMOUNT} * {CROWD} WHERE id = {funding}; \
             INSERT INTO notifications (account_id, kind, subject, actor_id, funding_id, support_id, amount, created_at) \
             SELECT (SELECT author_id FROM fundings WHERE id = {funding}), 'supported', id, {giver}, {funding}, id, \
             {AMOUNT}, {now} FROM ({ids}) AS crowd; \
             COMMIT;"
        ));
    }

    /// How many of the crowd's payments this funding holds: their refund has not begun.
    pub fn held_by(&self, funding: &Value) -> i64 {
        let funding = &funding["id"];
        self.app.count(&format!(
            "SELECT count(*) FROM payments WHERE funding_id = {funding} AND state = 'attached'"
        ))
    }
}

/// The time of new notifications: old ones are deleted.
fn now() -> i64 {
    system_time().micros()
}

/// SQL: the ids of the crowd, above `first`.
fn ids(first: i64) -> String {
    let last = first + CROWD;
    format!(
        "WITH RECURSIVE crowd(id) AS (SELECT {first} + 1 UNION ALL SELECT id + 1 FROM crowd WHERE id < {last}) \
         SELECT id FROM crowd"
    )
}

/// KakaoPay's records, as lines of the sandbox's journal.
fn records() -> String {
    let kakaopay = Settings::default();
    let part = |total: i64| json!({"total": total, "tax_free": 0, "vat": 0, "green_deposit": 0});
    let mut lines = String::new();
    for id in FIRST + 1..=FIRST + CROWD {
        let payment = json!({
            "tid": format!("T{id:019}"), "secret": id.to_string(), "cid": kakaopay.cid,
            "status": "SUCCESS_PAYMENT", "partner_order_id": format!("{id:032}"),
            "partner_user_id": format!("member-{id}"), "item_name": "gift", "item_code": null, "quantity": 1,
            "amount": part(AMOUNT), "canceled": part(0),
            "approval_url": "", "cancel_url": "", "fail_url": "", "method": "MONEY", "pg_token": null,
            "created_at": 0, "approved_at": 0, "canceled_at": null,
            "actions": [{"aid": format!("A{id}"), "at": 0, "amount": AMOUNT, "is_cancel": false, "payload": null}],
        });
        writeln!(lines, "{}", json!({ "payment": payment })).unwrap();
    }
    lines
}
