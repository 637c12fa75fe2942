//! FunSun server: the JSON API of the mobile app, the web app, and the infrastructure below them.
//!
//! Each module imports only modules below it in the column of `ARCHITECTURE.md`, which `scripts/house-rules` checks.

mod app;
mod background;
pub mod cli;
mod clock;
mod config;
mod db;
#[cfg(feature = "sandbox")]
mod demo;
mod dev;
mod follows;
mod fundings;
mod home;
mod identity;
mod jobs;
mod measure;
mod media;
mod members;
mod notifications;
mod payments;
mod people;
mod reports;
mod site;
mod state;
mod status;
mod styleguide;
mod supports;
mod visibility;
mod workers;

/// The interface to payment providers, for [`cli::embedded`].
pub mod gateway {
    pub use crate::payments::approve::Proof;
    pub use crate::payments::gateway::*;
}
