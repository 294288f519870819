//! API keys, which administrators give to backends.

use actix_web::HttpResponse;
use actix_web::web::Data;
use parlor_domain::{KeyName, Scope, Scopes, Username};
use parlor_services::KeyWish;
use parlor_wire::{ApiKeyMade, ApiKeysList, CreateApiKey, parse};
use secrecy::ExposeSecret;

use crate::extract::{ApiKeyNumber, Caller, Json, Path};
use crate::{Api, ApiError, answer, view};

/// Make an API key
///
/// For administrators. The key is shown once. With it a backend of yours notifies people and posts as a bot, and can do nothing
/// else.
#[utoipa::path(post, path = "/v1/admin/keys", operation_id = "makeApiKey", tag = "administration",
    request_body = CreateApiKey,
    responses(
        (status = 201, description = "Made", body = ApiKeyMade),
        (status = 403, description = "`forbidden`"),
        (status = 409, description = "`username_taken`: somebody has the bot's name who is none; `too_many_api_keys`"),
    ))]
pub(crate) async fn make(
    Caller(actor): Caller,
    api: Data<Api>,
    Json(wish): Json<CreateApiKey>,
) -> Result<HttpResponse, ApiError> {
    let scopes = wish.scopes.iter().map(|scope| parse::<Scope>("scopes", scope));
    let scopes: Vec<Scope> = scopes.collect::<Result<_, _>>()?;
    let scopes = Scopes::of(&scopes).map_err(|why| ApiError::invalid("scopes", &why.to_string()))?;
    let bot = wish.bot.as_deref().map(|bot| parse::<Username>("bot", bot));
    let wanted = KeyWish {
        name: parse::<KeyName>("name", &wish.name)?,
        scopes,
        bot: bot.transpose()?,
        days: wish.days,
    };
    let (text, made) = api.services.api_keys.make(&actor, wanted).await?;
    let path = format!("/v1/admin/keys/{}", made.number);
    let made = ApiKeyMade {
        key: text.expose_secret().to_owned(),
        made: view::api_key(&made),
    };
    Ok(answer::created(&path, made))
}

/// The API keys
///
/// For administrators.
#[utoipa::path(get, path = "/v1/admin/keys", operation_id = "listApiKeys", tag = "administration",
    responses(
        (status = 200, description = "All of them, at most 1,000, the newest first", body = ApiKeysList),
        (status = 403, description = "`forbidden`"),
    ))]
pub(crate) async fn list(Caller(actor): Caller, api: Data<Api>) -> Result<Json<ApiKeysList>, ApiError> {
    let keys = api.services.api_keys.list(&actor).await?;
    Ok(Json(ApiKeysList {
        keys: keys.iter().map(view::api_key).collect(),
    }))
}

/// Revoke an API key
///
/// For administrators. From then on it opens nothing.
#[utoipa::path(delete, path = "/v1/admin/keys/{key}", operation_id = "revokeApiKey", tag = "administration",
    responses(
        (status = 204, description = "Revoked"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`no_such_api_key`"),
    ))]
pub(crate) async fn revoke(
    Caller(actor): Caller,
    api: Data<Api>,
    Path(key): Path<ApiKeyNumber>,
) -> Result<HttpResponse, ApiError> {
    api.services.api_keys.revoke(&actor, key.0).await?;
    Ok(answer::done())
}
