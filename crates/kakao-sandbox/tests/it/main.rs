//! Black-box tests: a sandbox on a free port, used over HTTP only.

mod authorize;
mod binary;
mod cancel;
mod faults;
mod journal;
mod merchants;
mod oidc;
mod pages;
mod pay;
mod refusals;
mod test_sandbox;
mod token;
mod user;
mod webhooks;
