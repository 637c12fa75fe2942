//! What every handler and job shares.

use std::ops::Deref;
use std::sync::Arc;

use kakao::login::LoginClient;
use tokio::sync::Notify;

use crate::background::Background;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::fundings::live::Watchers;
use crate::fundings::{ItemLinks, PreviewCache};
use crate::identity::Tokens;
use crate::media::MediaStore;
use crate::payments::gateway::PaymentGateway;
use crate::site::FindMe;

/// The parts of the running service; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// See [`AppState`].
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The URL by which clients reach us, without a trailing slash.
    pub public_url: String,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Our tokens.
    pub tokens: Tokens,
    /// Kakao Login.
    pub login: LoginClient,
    /// The payment provider.
    pub gateway: Box<dyn PaymentGateway>,
    /// Pictures.
    pub media: MediaStore,
    /// Link previews.
    pub previews: PreviewCache,
    /// Push services of browsers.
    pub push: web_push::Client,
    /// Who watches a funding's page.
    pub watchers: Watchers,
    /// Finds what the frame of a page shows of its member.
    pub find_me: FindMe,
    /// Shops' pages.
    pub item_links: ItemLinks,
    /// Work that continues when the client that caused it has disconnected.
    pub background: Background,
    /// Wakes the sweeper: a payment is due right now.
    pub sweep_now: Notify,
    /// Wakes the worker that does jobs: a job is due right now.
    pub jobs_now: Notify,
}

impl AppState {
    /// Shares the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
