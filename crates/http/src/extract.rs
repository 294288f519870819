//! What handlers take out of a request. Whatever is wrong with it becomes an [`ApiError`](crate::ApiError).

mod caller;
mod holder;
mod json;
mod path;
mod people;
mod query;
mod strict;

use parlor_domain::PageSize;

pub(crate) use caller::{COOKIE, Caller, Uploader, bearer};
pub(crate) use holder::{Asked, Holder};
pub(crate) use json::{Json, is_json};
pub(crate) use path::{ApiKeyNumber, InviteNumber, Path, UploadId};
pub(crate) use people::PeopleQuery;
pub(crate) use query::Query;
pub(crate) use strict::Strict;

/// The size of a page for which this `limit` was given. Too much is as good as the most.
pub(crate) fn size(limit: Option<u64>) -> PageSize {
    limit.map_or_else(PageSize::default, PageSize::clamped)
}
