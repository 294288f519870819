//! What services refuse, in the words of DRF, where a view has none of its own.

use actix_web::http::StatusCode;
use parlor_services::{Error, ErrorKind};
use serde_json::json;

use crate::drf::Refusal;

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Error::SignUpClosed = error {
            return Self::detail(StatusCode::FORBIDDEN, "Registration is closed.");
        }
        match error.kind() {
            ErrorKind::Invalid => {
                let field = error.field().unwrap_or("non_field_errors");
                Self::new(StatusCode::BAD_REQUEST, json!({ field: [error.to_string()] }))
            }
            ErrorKind::Unauthenticated => Self::detail(StatusCode::UNAUTHORIZED, &error.to_string()),
            ErrorKind::Forbidden => Self::detail(
                StatusCode::FORBIDDEN,
                "You do not have permission to perform this action.",
            ),
            ErrorKind::NotFound => Self::not_found(),
            ErrorKind::Conflict => Self::detail(StatusCode::CONFLICT, &error.to_string()),
            ErrorKind::TooLarge => Self::detail(StatusCode::PAYLOAD_TOO_LARGE, &error.to_string()),
            ErrorKind::Full => Self::detail(StatusCode::INSUFFICIENT_STORAGE, &error.to_string()),
            ErrorKind::Unsupported => Self::detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, &error.to_string()),
            ErrorKind::Limited => Self::throttled(error.wait().unwrap_or_default()),
            ErrorKind::Busy | ErrorKind::Unavailable => Self::unavailable(),
            ErrorKind::Internal => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::server_error()
            }
        }
    }
}
