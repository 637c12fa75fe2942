//! A member as a page shows them in passing.

/// Name and picture; `id` leads to the member's page.
#[derive(Clone, Debug)]
pub struct Face {
    /// The Kakao user id as text; empty when the member has withdrawn.
    pub id: String,
    /// The member's name, or what stands for one who has withdrawn.
    pub name: String,
    /// Path of the small picture.
    pub image: Option<String>,
    /// Stands for a missing picture.
    pub initial: String,
}

impl Face {
    /// Of a member with this name; `image` is the path of the small picture.
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
