//! Requests that are wrong, and what each is told.
