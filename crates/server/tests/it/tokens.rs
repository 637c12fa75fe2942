//! Access and refresh tokens.
