//! Who watches which funding on this node, and what wakes them when something happens there.

mod sql;
mod watchers;

pub use watchers::{Caller, Crowded, Live, Watch, tell_watchers};
