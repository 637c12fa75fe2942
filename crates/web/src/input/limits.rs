//! Limits of size and time of a request body.

use std::time::Duration;

/// The limits of one request body. A route may set its own in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct InputLimits {
    /// A JSON or form body, in bytes.
    pub plain_bytes_max: usize,
    /// A whole multipart body, in bytes.
    pub multipart_bytes_max: usize,
    /// One uploaded file, in bytes.
    pub file_bytes_max: usize,
    /// The text of one field, in bytes.
    pub text_bytes_max: usize,
    /// Fields of one request.
    pub fields_max: usize,
    /// Time within which the whole body must arrive.
    pub deadline: Duration,
}

impl Default for InputLimits {
    fn default() -> Self {
        Self {
            plain_bytes_max: 64 * 1024,
            multipart_bytes_max: 11 * 1024 * 1024,
            file_bytes_max: 10 * 1024 * 1024,
            text_bytes_max: 16 * 1024,
            fields_max: 32,
            deadline: Duration::from_secs(30),
        }
    }
}
