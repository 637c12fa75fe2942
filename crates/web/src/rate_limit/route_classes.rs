//! The rate class of each route, by the path pattern it is registered with.

use std::collections::HashMap;

use http::Method;
use matchit::Router;

use super::Class;

/// The rate classes that routes declare, normally collected by [`crate::routes::Routes`].
///
/// A request without a declared class counts as [`Class::Read`] for GET and HEAD, and as [`Class::Write`] otherwise.
#[derive(Clone, Debug, Default)]
pub struct RouteClasses {
    by_pattern: HashMap<String, Declared>,
}

/// The declarations of one path pattern; one for a method takes precedence over `all`.
#[derive(Clone, Debug, Default)]
struct Declared {
    all: Option<Class>,
    by_method: Vec<(Method, Class)>,
}

impl RouteClasses {
    /// Counts every request to `pattern` as `class`.
    ///
    /// # Panics
    /// When `pattern` was declared with a different class before.
    pub fn limit(&mut self, pattern: &str, class: Class) {
        let declared = Declared {
            all: Some(class),
            by_method: Vec::new(),
        };
        self.declare(pattern.to_owned(), declared);
    }

    /// Counts requests with `method` to `pattern` as `class`.
    ///
    /// # Panics
    /// When `method` and `pattern` were declared with a different class before.
    pub(crate) fn limit_method(&mut self, pattern: &str, method: Method, class: Class) {
        let declared = Declared {
            all: None,
            by_method: vec![(method, class)],
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

    /// Adds a route without a class: its path must not count as that of a pattern that matches it, too.
    pub(crate) fn add(&mut self, pattern: &str) {
        self.declare(pattern.to_owned(), Declared::default());
    }

    /// Finds classes by the path of a request, before it is routed.
    ///
    /// # Panics
    /// When two patterns conflict, as a router with both would.
    pub fn matcher(self) -> ClassMatcher {
        let mut patterns = Router::new();
        for (pattern, declared) in self.by_pattern {
            let inserted = patterns.insert(pattern, declared);
            inserted.expect("the router has taken the same patterns");
        }
        ClassMatcher(patterns)
    }

    fn declare(&mut self, pattern: String, new: Declared) {
        let known = self.by_pattern.remove(&pattern).unwrap_or_default();
        let joined = known.join(new, &pattern);
        self.by_pattern.insert(pattern, joined);
    }
}

/// The rate class of a request by its path and method.
pub struct ClassMatcher(Router<Declared>);

impl ClassMatcher {
    /// The class of a request. A path without a route counts by the method alone.
    pub fn class_of(&self, path: &str, method: &Method) -> Class {
        let class = self.0.at(path).ok().and_then(|found| {
            let declared = found.value;
            declared.of(method).or(declared.all)
        });
        class.unwrap_or_else(|| default_of(method))
    }
}

impl Declared {
    fn of(&self, method: &Method) -> Option<Class> {
        let declared = self.by_method.iter().find(|(known, _)| known == method);
        declared.map(|(_, class)| *class)
    }

    /// Both declarations as one. Two that differ are a programming error, found at startup like an overlapping route.
    fn join(mut self, new: Self, pattern: &str) -> Self {
        let agree = |known: Option<Class>, new: Class| {
            if let Some(known) = known {
                assert!(
                    known == new,
                    "{pattern} has two rate classes: {known:?} and {new:?}"
                );
            }
        };
        if let Some(class) = new.all {
            agree(self.all, class);
            self.all = Some(class);
        }
        for (method, class) in new.by_method {
            agree(self.of(&method), class);
            self.by_method.push((method, class));
        }
        self
    }
}

fn default_of(method: &Method) -> Class {
    if is_read(method) {
        Class::Read
    } else {
        Class::Write
    }
}

fn is_read(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}
