//! What can be wrong with a configuration.

use std::path::PathBuf;

use super::Origin;

/// Why a configuration cannot be used. The text says what to change and where; it never repeats a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why. Not called the source, which would be printed once more.
        why: std::io::Error,
    },
    /// A file is not TOML.
    #[error("{} is not valid TOML: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// There is no such setting.
    #[error("unknown setting `{key}` ({origin}){}", hint(near))]
    Unknown {
        /// What was written.
        key: String,
        /// Where it was written.
        origin: Origin,
        /// What was perhaps meant.
        near: Vec<String>,
    },
    /// A value cannot be what the setting is.
    #[error("setting `{key}` ({origin}): {why}")]
    Wrong {
        /// The setting.
        key: String,
        /// Where it was made.
        origin: Origin,
        /// What it must be.
        why: String,
    },
    /// Two settings do not go together.
    #[error("{0}")]
    Together(String),
    /// What the settings name cannot be used.
    #[error("{0}")]
    Unusable(String),
}

fn hint(near: &[String]) -> String {
    match near {
        [] => "; config/default.toml lists them all".to_owned(),
        [one] => format!("; did you mean `{one}`?"),
        many => format!("; did you mean one of `{}`?", many.join("`, `")),
    }
}
