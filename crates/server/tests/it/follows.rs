//! Following and friends.
