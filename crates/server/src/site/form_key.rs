//! Form keys: one for each time a form is shown, so that a form that is sent twice is done once.

/// A new random key.
pub fn new() -> String {
    kakao::pkce::random_token()
}

/// Parses a key: 43 visible ASCII characters, as [`new`] makes them (base64url).
///
/// # Errors
/// When the text can't be a key of ours.
pub fn parse(text: &str) -> Result<String, &'static str> {
    let good = text.len() == 43 && text.bytes().all(|it| it.is_ascii_graphic());
    good.then(|| text.to_owned()).ok_or("is not a form key")
}
