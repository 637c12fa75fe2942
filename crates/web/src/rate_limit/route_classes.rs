//! The rate class of each route, by the path pattern it is registered with.

use std::collections::HashMap;

use http::Method;

use super::Class;

/// The rate classes that routes declare, normally collected by [`crate::routes::Routes`].
///
/// A request without a declared class counts as [`Class::Read`] for GET and HEAD, and as [`Class::Write`] otherwise.
#[derive(Clone, Debug, Default)]
pub struct RouteClasses {
    by_pattern: HashMap<String, Declared>,
}

/// The declarations of one path pattern; `writes` takes precedence over `all`.
#[derive(Clone, Copy, Debug, Default)]
struct Declared {
    all: Option<Class>,
    writes: Option<Class>,
}

impl RouteClasses {
    /// Counts every request to `pattern` as `class`.
    ///
    /// # Panics
    /// When `pattern` was declared with a different class before.
    pub fn limit(&mut self, pattern: &str, class: Class) {
        let declared = Declared {
            all: Some(class),
            ..Declared::default()
        };
        self.declare(pattern.to_owned(), declared);
    }

    /// Counts requests other than GET and HEAD to `pattern` as `class`.
    ///
    /// # Panics
    /// When `pattern` was declared with a different class before.
    pub fn limit_writes(&mut self, pattern: &str, class: Class) {
        let declared = Declared {
            writes: Some(class),
            ..Declared::default()
        };
        self.declare(pattern.to_owned(), declared);
    }

    /// The declarations of both tables.
    ///
    /// # Panics
    /// When the tables declare different classes for the same requests.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (pattern, declared) in other.by_pattern {
            self.declare(pattern, declared);
        }
        self
    }

    /// The class of a request to the route of `pattern`; `None` when no route matched.
    pub fn class_of(&self, pattern: Option<&str>, method: &Method) -> Class {
        let declared = pattern
            .and_then(|pattern| self.by_pattern.get(pattern))
            .copied()
            .unwrap_or_default();
        if is_read(method) {
            declared.all.unwrap_or(Class::Read)
        } else {
            declared.writes.or(declared.all).unwrap_or(Class::Write)
        }
    }

    fn declare(&mut self, pattern: String, new: Declared) {
        let known = self.by_pattern.get(&pattern).copied().unwrap_or_default();
        let joined = Declared {
            all: join(&pattern, known.all, new.all),
            writes: join(&pattern, known.writes, new.writes),
        };
        self.by_pattern.insert(pattern, joined);
    }
}

/// Both declarations as one. Two that differ are a programming error, found at startup like an overlapping route.
fn join(pattern: &str, known: Option<Class>, new: Option<Class>) -> Option<Class> {
    if let (Some(known), Some(new)) = (known, new) {
        assert!(
            known == new,
            "{pattern} has two rate classes: {known:?} and {new:?}"
        );
    }
    known.or(new)
}

fn is_read(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}
