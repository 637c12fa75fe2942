//! The number of one showing of a form: sent twice, it is done once.

/// A fresh one.
pub fn new() -> String {
    kakao::pkce::random_token()
}

/// One of ours is 43 characters of base64url.
///
/// # Errors
/// What can't be one.
pub fn parse(text: &str) -> Result<String, &'static str> {
    let good = text.len() == 43 && text.bytes().all(|it| it.is_ascii_graphic());
    good.then(|| text.to_owned()).ok_or("no attempt of ours")
}
