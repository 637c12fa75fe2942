//! Extractors of the pages: the visitor, recognised by cookies. The JSON API accepts no cookies and the pages
//! accept no bearer token, so that another site's form can use neither.

use anyhow::anyhow;
use axum::extract::FromRequestParts;
use http::request::Parts;

use super::caller::Member;
use crate::config::Contact;
use crate::db::StorageError;
use crate::site::{Shell, Tab, Texts, Theme};
use crate::state::AppState;
use crate::visibility::Viewer;
use web::AppError;

/// A member or a guest who requests a page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The member; `None` for a guest.
    pub member: Option<Member>,
    /// The texts, in the visitor's language.
    pub t: Texts,
    pub(super) theme: Theme,
    pub(super) csrf: String,
    pub(super) origin: String,
    pub(super) path: String,
    pub(super) done: Option<&'static str>,
    pub(super) contact: Option<Contact>,
}

/// A member who requests a page. As an extractor it redirects guests to the log-in page, and from there back.
#[derive(Clone, Debug)]
pub struct PageMember {
    /// The member.
    pub member: Member,
    /// The same member, with the context that pages need.
    pub visitor: Visitor,
}

impl Visitor {
    /// The viewer of the visibility rule.
    pub fn viewer(&self) -> Viewer {
        self.member.map_or(Viewer::Guest, Viewer::from)
    }

    /// The frame of a page; `title` is a translated text.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shell(
        &self,
        state: &AppState,
        tab: Tab,
        title: impl Into<String>,
    ) -> Result<Shell, StorageError> {
        let me = match self.member {
            Some(member) => {
                let find_me = state.find_me;
                state.db.read(move |conn| find_me(conn, member.key)).await?
            }
            None => None,
        };
        Ok(Shell {
            title: title.into(),
            tab,
            me,
            ..self.bare_shell()
        })
    }

    /// The frame without anything from the database: for pages that report a failure.
    pub(super) fn bare_shell(&self) -> Shell {
        Shell {
            theme: self.theme,
            csrf: self.csrf.clone(),
            origin: self.origin.clone(),
            path: self.path.clone(),
            done: self.done,
            contact: self.contact.clone(),
            ..Shell::bare(self.t)
        }
    }
}

pub(super) fn not_logged_in() -> AppError {
    AppError::unauthorized("not_logged_in", "log in first")
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, AppError> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or_else(|| AppError::internal(anyhow!("a page that is not behind `recognise`")))
    }
}

impl FromRequestParts<AppState> for PageMember {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let member = visitor.member.ok_or_else(not_logged_in)?;
        Ok(Self { member, visitor })
    }
}
