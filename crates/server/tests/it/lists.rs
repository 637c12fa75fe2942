//! The lists of fundings.
