//! FunSun server: the JSON API of the mobile app, the web app, and what they stand on.
//!
//! The modules are listed from bottom to top: each imports only modules above it in this list, which
//! `scripts/house-rules` checks. `state` is the one exception: it names types of features that import nothing of it.

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
