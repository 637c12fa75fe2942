//! Who sends a request: tokens, cookies and sessions, the member or guest behind them, and forms that
//! only our own pages can send. Knows no profile; see `people` for that.

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
pub use form::{OpenForm, SignedForm, check_form_token};
pub use recognise::{cookie_bearer, recognise, render_early_refusal};
pub use tokens::{Bearer, TokenKind, Tokens};
pub use visitor::{PageMember, Visitor};
