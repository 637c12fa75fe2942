//! The payment calls, as the app makes them and the better way.
