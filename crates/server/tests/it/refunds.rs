//! Money goes back.
