//! The parts that all pages of the web app share: translations, page frame, assets, forms, responses and error pages.
//! Nothing in here depends on a feature.

pub mod assets;
pub mod errors;
mod face;
pub mod form;
pub mod form_key;
pub mod format;
pub mod install;
mod qr;
pub mod response;
pub mod shell;
pub mod small_pages;
pub mod texts;

pub use face::Face;
pub use form::Form;
pub use qr::Qr;
pub use response::{page, refused_form, see_other};
pub use shell::{FindMe, Me, Shell, Tab, Theme};
pub use texts::{Lang, Texts};
