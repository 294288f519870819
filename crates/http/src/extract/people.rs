//! Which people of a list are wanted.

use parlor_domain::{PageSize, UserId};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::size;

/// Where a list of people goes on, and how much of it is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// The `next` of the page before; nothing for the first page.
    after: Option<Uuid>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

impl PeopleQuery {
    /// After whom the page begins, and how many it has.
    pub(crate) fn page(&self) -> (Option<UserId>, PageSize) {
        (self.after.map(UserId::new), size(self.limit))
    }
}
