//! Builds a router whose routes declare their rate class where they are added.

use axum::Router;
use axum::routing::MethodRouter;
use http::Method;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::rate_limit::{Class, RouteClasses};

/// Routes of one audience, each with the rate class of its requests.
pub struct Routes<S = ()> {
    router: OpenApiRouter<S>,
    classes: RouteClasses,
    /// The path patterns added last; empty at the beginning and after a merge.
    last: Vec<String>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    pub fn new() -> Self {
        Self {
            router: OpenApiRouter::default(),
            classes: RouteClasses::default(),
            last: Vec::new(),
        }
    }

    /// Adds a route that is not in the API document (a page).
    #[must_use]
    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        self.router = self.router.route(path, methods);
        self.classes.add(path);
        self.last = vec![path.to_owned()];
        self
    }

    /// Adds operations of the API document, as [`utoipa_axum::routes!`] collects them.
    #[must_use]
    pub fn operations(mut self, operations: UtoipaMethodRouter<S>) -> Self {
        let (_, paths, _) = &operations;
        self.last = paths.paths.keys().cloned().collect();
        self.router = self.router.routes(operations);
        for pattern in &self.last {
            self.classes.add(pattern);
        }
        self
    }

    /// Counts every request to the route added last as `class`.
    ///
    /// # Panics
    /// When no route was added, or its path was declared with a different class before.
    #[must_use]
    pub fn limited(mut self, class: Class) -> Self {
        self.assert_route();
        for pattern in &self.last {
            self.classes.limit(pattern, class);
        }
        self
    }

    /// Counts requests with `method` to the route added last as `class`.
    ///
    /// # Panics
    /// As [`Routes::limited`].
    #[must_use]
    pub fn method_limited(mut self, method: &Method, class: Class) -> Self {
        self.assert_route();
        for pattern in &self.last {
            self.classes.limit_method(pattern, method.clone(), class);
        }
        self
    }

    /// The routes, operations and declarations of both.
    ///
    /// # Panics
    /// When both have the same method of the same path, or declare different classes for the same requests.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            router: self.router.merge(other.router),
            classes: self.classes.merge(other.classes),
            last: Vec::new(),
        }
    }

    /// The router, the API document of its operations, and the rate classes of its routes.
    pub fn into_parts(self) -> (Router<S>, OpenApi, RouteClasses) {
        let (router, document) = self.router.split_for_parts();
        (router, document, self.classes)
    }

    fn assert_route(&self) {
        assert!(
            !self.last.is_empty(),
            "a rate class is declared after the route it applies to"
        );
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}
