//! UPDATE statements that stay prepared. Diesel parses each one anew, since the columns that it sets may vary; where
//! they are few combinations, the connection keeps them like other statements, by their text.

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// See [`kept`].
pub struct Kept<T>(T);

/// Keeps an UPDATE prepared. Its text must not depend on values: no lists, no boxed conditions.
pub fn kept<T>(update: T) -> Kept<T> {
    Kept(update)
}

impl<T> QueryId for Kept<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for Kept<T>
where
    DB: Backend,
    T: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<T, C> RunQueryDsl<C> for Kept<T> {}
