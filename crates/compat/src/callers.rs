//! Who makes a request: whose bearer token it brings.

use actix_web::HttpRequest;
use parlor_domain::Dialect;
use parlor_services::{Guest, TokenKind, TokenRefusal};

use crate::compat::Compat;
use crate::drf::authorization::bearer;
use crate::drf::{Refusal, Scheme, Sender};

/// Whose token a request brings; `None` if it brings none.
///
/// # Errors
/// 401 if it brings one that is not good.
pub(crate) async fn caller(request: &HttpRequest, dialect: Dialect) -> Result<Option<Guest>, Refusal> {
    let Some(token) = bearer(request.headers())? else {
        return Ok(None);
    };
    let dialects = &Compat::of(request).services().dialects;
    let inspected = dialects.inspect(dialect, token, TokenKind::Access);
    match inspected.await? {
        Ok(guest) => {
            Sender::remember(request, guest.actor.user.id);
            Ok(Some(guest))
        }
        Err(TokenRefusal::WrongType) => Err(Refusal::bad_token("Token has wrong type")),
        Err(TokenRefusal::Invalid | TokenRefusal::Expired | TokenRefusal::Over) => {
            Err(Refusal::bad_token("Token is invalid or expired"))
        }
    }
}

/// Whose token a request brings that must bring one.
///
/// # Errors
/// 401 if it brings none, or one that is not good.
pub(crate) async fn known_caller(request: &HttpRequest, dialect: Dialect) -> Result<Guest, Refusal> {
    let caller = caller(request, dialect).await?;
    caller.ok_or_else(|| Refusal::not_authenticated(Scheme::Bearer))
}
