//! Authentication: tokens, cookies and sessions, the member or guest who sends a request, and forms that only
//! our own pages can submit. Profiles are in `people`.

mod caller;
mod cookies;
mod form;
mod recognise;
pub mod sessions;
mod sql;
pub mod tokens;
mod visitor;

pub use caller::{FormerMember, LoginEnded, Member, account_gone, bearer_of, write_as};
pub use cookies::Cookie;
pub use form::{SignedForm, VisitorForm, check_form_token};
pub use recognise::{cookie_bearer, recognise, render_early_refusal};
pub use tokens::{Bearer, TokenKind, Tokens};
pub use visitor::{PageMember, Visitor};
