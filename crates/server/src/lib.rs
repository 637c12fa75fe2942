//! FunSun server: the JSON API of the mobile app, and the payment, storage and media parts behind it.

mod about;
mod accounts;
mod app;
pub mod cli;
mod clock;
mod config;
mod db;
mod demo;
mod dev;
mod follows;
mod fundings;
mod jobs;
mod media;
mod notifications;
mod operation;
mod payments;
mod reports;
mod site;
mod state;
mod styleguide;
mod supports;
