//! What one shows besides the password.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What one has chosen to show besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecondStepView {
    /// A code by mail at each log in, unless there is an app.
    pub mailed_code: bool,
    /// An authenticator app.
    pub app: bool,
    /// How many recovery codes are left.
    #[schema(example = 10)]
    pub recovery_codes: u32,
}

/// Mailed codes, on or off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetMailedCode {
    /// Whether a code is mailed at each log in.
    #[schema(example = true)]
    pub on: bool,
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
}

/// A wish for an authenticator app.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolApp {
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
}

/// What an authenticator app needs. It is shown once, and counts when a code of the app was shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentView {
    /// For an app on the same device: a link that opens it.
    #[schema(example = "otpauth://totp/Parlor:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Parlor")]
    pub uri: String,
    /// The same, to be typed: base 32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// The same as a picture to be scanned: a PNG in a `data:` URL, which an `<img>` shows as it is.
    #[schema(example = "data:image/png;base64,iVBORw0KGgo…")]
    pub qr_code: String,
}

/// The first code of an authenticator app.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmApp {
    /// What the app shows.
    #[schema(value_type = String, example = "123456")]
    pub code: SecretString,
}

/// Password and code, for what needs both.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProveBoth {
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
    /// What the app shows, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    pub code: SecretString,
}

/// Codes that each stand once for what the app shows, should it be lost. They are shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodesView {
    /// Ten of them.
    pub recovery_codes: Vec<String>,
}
