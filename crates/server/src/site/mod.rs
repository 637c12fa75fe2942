//! What every page of the web app shares: its words in two languages, its frame, its files, its forms, the
//! way it is answered and the way it refuses. Nothing in here knows a feature.

pub mod answer;
pub mod assets;
pub mod errors;
mod face;
pub mod form;
pub mod form_key;
pub mod format;
pub mod install;
mod qr;
pub mod shell;
pub mod small_pages;
pub mod texts;

pub use answer::{page, refused_form, see_other};
pub use face::Face;
pub use form::Form;
pub use qr::Qr;
pub use shell::{FindMe, Me, Shell, Tab, Theme};
pub use texts::{Lang, Texts};
