//! Links that were mailed, and what they prove.

use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

/// What stood in a mailed link.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowProof {
    /// The part of the link after `=`.
    #[schema(value_type = String, example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub token: SecretString,
}

/// A wish for a link by which a forgotten password is replaced.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskForReset {
    /// The name, or the verified e-mail address, in any case.
    #[schema(example = "ann@example.org")]
    pub login: String,
}

/// Another password in the place of a forgotten one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The part of the link after `=`.
    #[schema(value_type = String, example = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")]
    pub token: SecretString,
    /// The password from now on: at least 8 characters, at most 1,024 bytes.
    #[schema(value_type = String, format = Password, min_length = 8, example = "staple by the horse")]
    pub new_password: SecretString,
}
