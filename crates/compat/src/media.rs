//! Files, for whoever has their URL.

use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{Error, HttpRequest, HttpResponse};
use parlor_http::give;
use uuid::Uuid;

use crate::compat::{Compat, api};
use crate::drf::{Refusal, View};

/// For how long a browser may keep a file, which is gone with its message.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Where a dialect's files are.
pub(crate) fn view() -> View {
    View::at("/media/{folder}/{file}").exactly().get(find)
}

async fn find(
    request: HttpRequest,
    compat: Data<Compat>,
    place: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (_, file) = place.into_inner();
    let name = file.split_once('.').map_or(&*file, |(name, _)| name);
    let name: Uuid = name.parse().map_err(|_| Refusal::no_page())?;
    let media = match compat.services().dialects.find_media(name).await {
        Ok(media) => media,
        Err(parlor_services::Error::NoSuchMedia) => return Err(Refusal::no_page().into()),
        Err(error) => return Err(Refusal::from(error).into()),
    };
    Ok(give(api(&request), &request, &media, KEPT).await?)
}
