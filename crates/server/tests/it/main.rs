//! Black-box tests of FunSun: HTTP requests to the running program, with the Kakao sandbox over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first failure"
)]

mod accounts;
mod app;
mod audit;
mod audit_provider;
mod bad_bodies;
mod bad_days;
mod bad_input;
mod batches;
mod browser;
mod commands;
mod concurrency;
mod copy;
mod crash;
mod crowd;
mod database;
mod demo;
mod documents;
mod follows;
mod forms_again;
mod funding_bounds;
mod fundings;
mod interleavings;
mod item_link;
mod late_money;
mod leaving;
mod limits;
mod link_preview;
mod lists;
mod live;
mod logins;
mod member;
mod member_pages;
mod merchant_accounts;
mod migration;
mod notifications;
mod open_form;
mod own_pages;
mod page_paths;
mod pages;
mod payer;
mod payment_faults;
mod payment_history;
mod payment_reviews;
mod payments;
mod picture_files;
mod pictures;
mod public_cap;
mod refund_scope;
mod refunds;
mod reports;
mod second_provider;
mod sharing;
mod styleguide;
mod supports;
mod sweeper;
mod tokens;
mod two_nodes;
mod unlinking;
mod used_forms;
mod visibility;
mod visitor;
mod watcher;
mod words;
