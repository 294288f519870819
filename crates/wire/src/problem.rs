//! Errors over HTTP: problem details (RFC 9457).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why a request was refused; `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: `code` says what `type` would.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    pub title: String,
    /// The status code of the answer.
    #[schema(example = 422)]
    pub status: u16,
    /// A stable name of the error, for programs.
    #[schema(example = "invalid")]
    pub code: String,
    /// What is wrong and what to do, for people.
    #[schema(example = "username: must be 2 to 32 characters")]
    pub detail: String,
    /// The field of the request that is wrong, with dots between levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "username")]
    pub field: Option<String>,
    /// The person whom the refusal is about, where the request named several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Uuid>,
    /// The request's id, which is also in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Whether the same may work later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Not as it is.
    Never,
    /// At once.
    Now,
    /// After so many milliseconds.
    AfterMs(u64),
}
