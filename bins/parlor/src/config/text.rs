//! Settings that are texts of a certain form.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

/// Where the database is: SQLite in the data folder if empty, else a PostgreSQL address, which may hold a password.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(Option<SecretString>);

impl DatabaseUrl {
    /// The address of a PostgreSQL database; `None` for SQLite.
    pub fn postgres(&self) -> Option<&SecretString> {
        self.0.as_ref()
    }

    /// The address without password and parameters, fit for logs.
    pub fn redacted(&self) -> Option<String> {
        let mut url = Url::parse(self.0.as_ref()?.expose_secret()).ok()?;
        if url.password().is_some() {
            url.set_password(Some("***")).ok()?;
        }
        url.set_query(None);
        Some(url.into())
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        match Url::parse(&text).as_ref().map(Url::scheme) {
            Ok("postgres" | "postgresql") => Ok(Self(Some(text.into()))),
            // The text is not repeated: it may hold a password.
            _ => Err("must be postgres://user:password@host/name, or empty for SQLite in the data folder"),
        }
    }
}

/// What is logged: a level, or levels by module.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct LogLevel(String);

impl LogLevel {
    /// The filter that lets this through.
    pub fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl TryFrom<String> for LogLevel {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // To the filter a bare word is a module: of a misspelt level it would make silence.
        let known =
            |part: &str| part.contains(['=', '[']) || !part.is_empty() && part.parse::<LevelFilter>().is_ok();
        match EnvFilter::try_new(&text) {
            Ok(_) if text.split(',').all(known) => Ok(Self(text)),
            _ => Err(format!(
                "must be a level (error, warn, info, debug, trace) or levels by module such as \
                 info,parlor_store=debug, not `{text}`"
            )),
        }
    }
}
