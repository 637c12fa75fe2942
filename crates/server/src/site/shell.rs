//! The frame around every page: who looks, in which language and colours, where in the app they are.

use funsun_domain::ids::AccountKey;

use super::assets;
use super::texts::Texts;
use crate::config::Contact;
use crate::db::{Conn, StorageError};

/// Light, dark, or what the device says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// What the device says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// As our cookie writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads what [`Theme::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
    }
}

/// The part of the app that a page belongs to; its tab is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The home page.
    Home,
    /// Looking around.
    Explore,
    /// Opening a funding.
    Open,
    /// Notifications.
    Notifications,
    /// One's own page.
    Me,
    /// None of them.
    None,
}

/// The member who looks.
#[derive(Clone, Debug)]
pub struct Me {
    /// The member's name.
    pub username: String,
    /// Notifications not read yet.
    pub unread: i64,
}

/// Finds what the frame shows of a member; `None` when the member has left. Set from above, since it counts
/// notifications.
pub type FindMe = fn(&mut Conn, AccountKey) -> Result<Option<Me>, StorageError>;

/// What the layout shows; every page's context has one, named `shell`.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The words, in the viewer's language.
    pub t: Texts,
    /// Colours.
    pub theme: Theme,
    /// Shown in the browser's tab, and first in the frame.
    pub title: String,
    /// Which tab is marked.
    pub tab: Tab,
    /// The member who looks; a guest otherwise.
    pub me: Option<Me>,
    /// Ties a form to the member's login; empty for guests.
    pub csrf: String,
    /// How clients reach us, without a trailing slash: link previews want whole addresses.
    pub origin: String,
    /// Path and query of the page, to come back to.
    pub path: String,
    /// What has just been done, as the key of a short text; shown as a toast.
    pub done: Option<&'static str>,
    /// Whom one can ask.
    pub contact: Option<Contact>,
}

/// What can have been done before a page is shown: keys of texts, by the value of its `done` parameter.
const DONE: &[&str] = &[
    "done.welcome",
    "done.logged_out",
    "done.saved",
    "done.opened",
    "done.edited",
    "done.deleted",
    "done.reviewed",
    "done.thanked",
    "done.taken_back",
    "done.reported",
    "done.followed",
    "done.unfollowed",
    "done.withdrawn",
    "done.session_ended",
    "done.others_ended",
    "done.read",
];

/// The key of the text for this value of `done`, if it is one of ours.
pub fn done_key(value: &str) -> Option<&'static str> {
    let known = |key: &&str| key.strip_prefix("done.") == Some(value);
    DONE.iter().copied().find(known)
}

impl Shell {
    /// A frame that knows nobody.
    pub fn bare(t: Texts) -> Self {
        Self {
            t,
            theme: Theme::Auto,
            title: String::new(),
            tab: Tab::None,
            me: None,
            csrf: String::new(),
            origin: String::new(),
            path: "/".to_owned(),
            done: None,
            contact: None,
        }
    }

    /// The address of one of our files.
    pub fn asset(&self, file: &str) -> String {
        assets::path(file)
    }

    /// Nobody is logged in: a login has the token of its forms.
    pub fn is_guest(&self) -> bool {
        self.csrf.is_empty()
    }

    /// Where one logs in, and comes back here from.
    pub fn login_path(&self) -> String {
        login_path(&self.path)
    }

    /// Forced colours, for the root element.
    pub fn forced_theme(&self) -> Option<&'static str> {
        (self.theme != Theme::Auto).then(|| self.theme.as_str())
    }

    /// Whether this tab is the marked one.
    pub fn is_at(&self, tab: &str) -> bool {
        let marked = match self.tab {
            Tab::Home => "home",
            Tab::Explore => "explore",
            Tab::Open => "open",
            Tab::Notifications => "notifications",
            Tab::Me => "me",
            Tab::None => "",
        };
        marked == tab
    }

    /// A number for a small badge: `99+` above two digits.
    pub fn unread_badge(&self) -> Option<String> {
        match self.me.as_ref().map_or(0, |me| me.unread) {
            0 => None,
            count @ 1..=99 => Some(count.to_string()),
            _ => Some("99+".to_owned()),
        }
    }
}

/// The log-in page that leads back to `next`.
pub fn login_path(next: &str) -> String {
    with_next("/login", next)
}

/// A path that is told where to go on to.
pub fn with_next(path: &str, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", next);
    format!("{path}?{}", query.finish())
}
