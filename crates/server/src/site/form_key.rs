//! Form keys: an idempotency key for each rendering of a form, so that a form that is sent twice takes effect once.

/// Generates a random key.
pub fn new() -> String {
    kakao::pkce::random_token()
}

/// Parses a key: 43 printable ASCII characters, as [`new`] generates (base64url).
///
/// # Errors
/// When the text is not of that form.
pub fn parse(text: &str) -> Result<String, &'static str> {
    let good = text.len() == 43 && text.bytes().all(|it| it.is_ascii_graphic());
    good.then(|| text.to_owned()).ok_or("is not a form key")
}
