//! FunSun server: the JSON API of the mobile app, and the payment, storage and media parts behind it.

mod app;
mod background;
pub mod cli;
mod clock;
mod config;
mod db;
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
