//! What goes on in the background while the service runs.

pub mod loops;
