//! Looking up many rows by their keys with one statement.

use diesel::expression::Expression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A row that is looked up.
pub(super) trait Looked: Selectable<Pg, SelectExpression: QueryFragment<Pg> + 'static> {
    /// Where it is found.
    const TABLE: &'static str;
    /// The names of the columns of its key.
    const KEY: &'static str;
    /// Which rows count, after the key.
    const ONLY: &'static str;
}

/// The rows of this kind whose keys are in the arrays, one array for each column of the key.
///
/// It is a type, and not an `sql_query`, because that would be prepared anew each time.
pub(super) struct Lookup<R: Looked, K> {
    row: R::SelectExpression,
    keys: K,
}

impl<R: Looked, K> Lookup<R, K> {
    pub(super) fn new(keys: K) -> Self {
        Self {
            row: R::construct_selection(),
            keys,
        }
    }
}

impl<R: Looked, K: QueryFragment<Pg>> QueryFragment<Pg> for Lookup<R, K> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.row.walk_ast(out.reborrow())?;
        out.push_sql(" FROM unnest(");
        self.keys.walk_ast(out.reborrow())?;
        out.push_sql(") AS wanted (");
        out.push_sql(R::KEY);
        out.push_sql(") JOIN ");
        out.push_sql(R::TABLE);
        out.push_sql(" USING (");
        out.push_sql(R::KEY);
        out.push_sql(") ");
        out.push_sql(R::ONLY);
        Ok(())
    }
}

impl<R: Looked + 'static, K: QueryId> QueryId for Lookup<R, K> {
    type QueryId = Lookup<R, K::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = K::HAS_STATIC_QUERY_ID;
}

impl<R: Looked, K> Query for Lookup<R, K> {
    type SqlType = <R::SelectExpression as Expression>::SqlType;
}
