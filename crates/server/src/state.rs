//! The state that all handlers and jobs share.

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
use crate::payments::merchants::Merchants;
use crate::payments::sweep_now::SweepNow;
use crate::site::FindMe;

/// The state of the running service; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The fields of [`AppState`].
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The base URL that clients use, without a trailing slash.
    pub public_url: String,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Issues and verifies our tokens.
    pub tokens: Tokens,
    /// Client of Kakao Login.
    pub login: LoginClient,
    /// Our accounts at payment providers.
    pub merchants: Merchants,
    /// Stored pictures.
    pub media: MediaStore,
    /// Cache of link previews.
    pub previews: PreviewCache,
    /// Client of browsers' push services.
    pub push: web_push::Client,
    /// Open live streams of fundings.
    pub watchers: Watchers,
    /// Loads what the page frame shows of the member.
    pub find_me: FindMe,
    /// Client of shops' pages.
    pub item_links: ItemLinks,
    /// Tasks that continue when the client disconnects.
    pub background: Background,
    /// Wakes the payment sweepers before their next interval.
    pub sweep_now: SweepNow,
    /// Wakes the job worker before its next interval.
    pub jobs_now: Notify,
}

impl AppState {
    /// Wraps the fields for sharing.
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
