//! A member's name and picture, as lists and cards show them.

/// Name and picture of a member, with a link to the member's page.
#[derive(Clone, Debug)]
pub struct Face {
    /// The Kakao user id as text; empty when the member has left.
    pub id: String,
    /// The member's name, or a placeholder when the member has left.
    pub name: String,
    /// Path of the small picture.
    pub image: Option<String>,
    /// The name's first character, shown when there is no picture.
    pub initial: String,
}

impl Face {
    /// Creates a face; `image` is the path of the small picture.
    pub fn new(id: String, name: String, image: Option<String>) -> Self {
        let initial = name.chars().next().map(String::from).unwrap_or_default();
        Self {
            id,
            name,
            image,
            initial,
        }
    }
}
