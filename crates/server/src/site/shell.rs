//! The frame around every page: the viewer, language, theme and position in the navigation.

use funsun_domain::ids::AccountKey;

use super::assets;
use super::texts::Texts;
use crate::config::Contact;
use crate::db::{Conn, StorageError};

/// Colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The device's setting.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The value in our cookie.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Parses the output of [`Theme::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
    }
}

/// The tab of the navigation that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The home page.
    Home,
    /// Public fundings.
    Explore,
    /// Opening a funding.
    Open,
    /// Notifications.
    Notifications,
    /// The member's own page.
    Me,
    /// No tab.
    None,
}

/// The logged-in member.
#[derive(Clone, Debug)]
pub struct Me {
    /// The member's name.
    pub username: String,
    /// Number of unread notifications.
    pub unread: i64,
}

/// Loads what the frame shows of a member; `None` when the member has left. A function pointer, since `site` can't
/// depend on notifications, which it counts.
pub type FindMe = fn(&mut Conn, AccountKey) -> Result<Option<Me>, StorageError>;

/// The context of the layout template; every page's context has one, named `shell`.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The texts, in the viewer's language.
    pub t: Texts,
    /// The colour theme.
    pub theme: Theme,
    /// The page's title, which most pages also show as their heading.
    pub title: String,
    /// The current tab.
    pub tab: Tab,
    /// The logged-in member; `None` for a guest.
    pub me: Option<Me>,
    /// The session's CSRF token; empty for guests.
    pub csrf: String,
    /// The site's base URL, without a trailing slash: link previews need absolute URLs.
    pub origin: String,
    /// Path and query of the page, to return to after login.
    pub path: String,
    /// Key of the text that confirms the last action; shown as a toast.
    pub done: Option<&'static str>,
    /// The operator's contact.
    pub contact: Option<Contact>,
}

/// Keys of confirmations; the part after `done.` is the value of a page's `done` parameter.
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

/// Returns the text key for a value of the `done` parameter; `None` when it is unknown.
pub fn done_key(value: &str) -> Option<&'static str> {
    let known = |key: &&str| key.strip_prefix("done.") == Some(value);
    DONE.iter().copied().find(known)
}

impl Shell {
    /// Creates the frame of a page without a viewer.
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

    /// Returns the URL path of a static file.
    pub fn asset(&self, file: &str) -> String {
        assets::path(file)
    }

    /// Whether nobody is logged in: every session has a CSRF token.
    pub fn is_guest(&self) -> bool {
        self.csrf.is_empty()
    }

    /// Returns the path of the login page, which redirects back here.
    pub fn login_path(&self) -> String {
        login_path(&self.path)
    }

    /// Returns the value of `data-theme`, unless the device decides.
    pub fn forced_theme(&self) -> Option<&'static str> {
        (self.theme != Theme::Auto).then(|| self.theme.as_str())
    }

    /// Whether this is the current tab.
    pub fn is_at(&self, tab: &str) -> bool {
        let current = match self.tab {
            Tab::Home => "home",
            Tab::Explore => "explore",
            Tab::Open => "open",
            Tab::Notifications => "notifications",
            Tab::Me => "me",
            Tab::None => "",
        };
        current == tab
    }

    /// Formats the number of unread notifications: `99+` above two digits, `None` for zero.
    pub fn unread_badge(&self) -> Option<String> {
        match self.me.as_ref().map_or(0, |me| me.unread) {
            0 => None,
            count @ 1..=99 => Some(count.to_string()),
            _ => Some("99+".to_owned()),
        }
    }
}

/// Returns the path of the login page, which redirects to `next`.
pub fn login_path(next: &str) -> String {
    with_next("/login", next)
}

/// Appends the `next` parameter, the page to go to afterwards.
pub fn with_next(path: &str, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", next);
    format!("{path}?{}", query.finish())
}
