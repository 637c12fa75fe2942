//! Push messages: a job renders what the member may read right now, and sends it to the push service of the
//! member's browser. A message may arrive twice; its tag makes the second replace the first.

use funsun_domain::ids::{AccountKey, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web_push::{Message, Outcome, Subscription};

use super::list::{self, Item};
use super::preferences;
use super::push_sql::{self, SubscriptionRow};
use super::render::render;
use crate::db::{Conn, StorageError};
use crate::identity::sessions;
use crate::jobs::{Job, JobId, Lane, Next};
use crate::site::{Lang, Texts};
use crate::state::AppState;

/// Time to live of a message at the push service, in seconds: a day.
const TTL_SECONDS: u32 = 86_400;
/// Consecutive refusals after which a subscription is removed.
const FAILURES_MAX: i64 = 10;

/// A message to send and its subscription.
struct Delivery {
    subscription: SubscriptionRow,
    item: Item,
    lang: Lang,
}

/// Sends a notification to a subscribed browser. A notification that was read, hidden, muted or
/// deleted meanwhile is not sent, nor is one to a browser whose session has ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PushMessage {
    pub(super) notification: i64,
    pub(super) subscription: i64,
}

impl Job for PushMessage {
    const KIND: &'static str = "push";
    const LANE: Lane = Lane::Push;

    async fn run(self, state: &AppState, _: JobId) -> anyhow::Result<Next> {
        push(state, self).await
    }
}

async fn push(state: &AppState, job: PushMessage) -> anyhow::Result<Next> {
    let PushMessage {
        notification,
        subscription,
    } = job;
    let prepare = move |conn: &mut Conn| prepare(conn, notification, subscription);
    let delivery = match state.db.read(prepare).await? {
        Prepared::Deliver(delivery) => *delivery,
        Prepared::Nothing => return Ok(Next::Done),
        Prepared::LoggedOut => return unsubscribe(state, subscription).await,
    };
    let now = state.clock.now();
    if delivery.item.at.plus_seconds(i64::from(TTL_SECONDS)) <= now {
        return Ok(Next::Done);
    }
    let row = &delivery.subscription;
    let to = Subscription::parse(
        &row.endpoint,
        &row.p256dh,
        &row.auth,
        state.config.address_policy(),
    );
    let Ok(to) = to else {
        return unsubscribe(state, subscription).await;
    };
    let payload = payload(&delivery, notification);
    let message = Message {
        payload: payload.as_bytes(),
        ttl_seconds: TTL_SECONDS,
    };
    match state.push.send(&to, message, now.seconds()).await {
        Outcome::Accepted if row.failures == 0 => Ok(Next::Done),
        Outcome::Accepted => set_failures(state, subscription, 0).await,
        Outcome::Gone => unsubscribe(state, subscription).await,
        Outcome::RetryAfter(seconds) => Ok(Next::Retry(seconds)),
        Outcome::Refused(status) => {
            tracing::warn!(subscription, status, "a push service refuses a message");
            match row.failures + 1 {
                FAILURES_MAX.. => unsubscribe(state, subscription).await,
                failures => set_failures(state, subscription, failures).await,
            }
        }
    }
}

enum Prepared {
    Deliver(Box<Delivery>),
    Nothing,
    LoggedOut,
}

fn prepare(conn: &mut Conn, id: i64, subscription: i64) -> Result<Prepared, StorageError> {
    let Some(subscription) = push_sql::find(conn, subscription)? else {
        return Ok(Prepared::Nothing);
    };
    if let Some(session) = subscription.session_id {
        let session = SessionId::new(session).map_err(StorageError::corrupt)?;
        if !sessions::is_live(conn, session)? {
            return Ok(Prepared::LoggedOut);
        }
    }
    let viewer = AccountKey::new(subscription.account_id).map_err(StorageError::corrupt)?;
    let found = list::find(conn, viewer, id)?;
    let chosen = preferences::find(conn, viewer)?;
    let item = found.filter(|item| item.unread && chosen.includes(item.kind));
    Ok(item.map_or(Prepared::Nothing, |item| {
        Prepared::Deliver(Box::new(Delivery {
            subscription,
            item,
            lang: chosen.lang,
        }))
    }))
}

fn payload(delivery: &Delivery, notification: i64) -> String {
    let text = render(Texts(delivery.lang), &delivery.item);
    json!({
        "title": text.title,
        "body": text.body,
        "url": format!("/notifications/{notification}"),
        "tag": format!("{}-{notification}", delivery.item.kind.as_str()),
    })
    .to_string()
}

async fn unsubscribe(state: &AppState, subscription: i64) -> anyhow::Result<Next> {
    let delete = move |conn: &mut Conn| push_sql::delete(conn, subscription);
    state.db.write(delete).await?;
    Ok(Next::Done)
}

async fn set_failures(state: &AppState, id: i64, failures: i64) -> anyhow::Result<Next> {
    let set = move |conn: &mut Conn| push_sql::set_failures(conn, id, failures);
    state.db.write(set).await?;
    Ok(Next::Done)
}
