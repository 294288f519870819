//! Channels that anybody can find.

use actix_web::web::Data;
use parlor_wire::ChannelsPage;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Caller, Json, Query, size};
use crate::{Api, ApiError, cursor, view};

/// Most characters by which a channel is searched: no name has more.
const LONGEST: usize = 100;

/// Which channels are wanted, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChannelsQuery {
    /// The beginning of the name or of a word in it, in any case, up to 100 characters; all channels if nothing is said.
    #[param(example = "tea")]
    q: Option<String>,
    /// The `next` of the page before; nothing for the first page.
    cursor: Option<String>,
    /// How many: 1 to 200, 50 if nothing is said.
    limit: Option<u64>,
}

/// Channels that anybody can find
///
/// Those with `listed`, the one that was listed last first; with `q` in the order of their names. Channels that keep one out
/// are not there.
#[utoipa::path(get, path = "/v1/channels", operation_id = "listChannels", tag = "rooms", params(ChannelsQuery),
    responses((status = 200, description = "A page", body = ChannelsPage)))]
pub(crate) async fn list(
    Caller(actor): Caller,
    api: Data<Api>,
    Query(query): Query<ChannelsQuery>,
) -> Result<Json<ChannelsPage>, ApiError> {
    let text = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(ApiError::invalid(
            "q",
            &format!("must be at most {LONGEST} characters"),
        ));
    }
    let after = match &query.cursor {
        Some(cursor) => Some(cursor::read_channel(cursor, text.is_some())?),
        None => None,
    };
    let rooms = &api.services.rooms;
    let page = rooms.directory(&actor, text.map(str::to_owned), after, size(query.limit));
    Ok(Json(view::channels(&page.await?)))
}
