//! FunSun server: the JSON API of the mobile app, and the payment, storage and media parts behind it.

mod about;
mod app;
pub mod cli;
mod clock;
mod config;
mod db;
mod demo;
mod dev;
mod follows;
mod fundings;
mod identity;
mod jobs;
mod media;
mod members;
mod notifications;
mod operation;
mod payments;
mod people;
mod reports;
mod site;
mod state;
mod styleguide;
mod supports;
