//! What a template can say.

use chrono::{DateTime, Utc};
use minijinja::{Value, context};
use parlor_domain::{Letter, LetterKind, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::hostile;
use crate::kind::{Carries, carries};

/// The letter lacks the code or token without which it says nothing.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the letter has no code and no token")]
pub(crate) struct NoSecret;

/// The values of one letter. What a letter of this kind does not have is `none`.
pub(crate) struct Values {
    name: Option<String>,
    code: Option<SecretString>,
    token: Option<SecretString>,
    link: Option<SecretString>,
    expires: Option<String>,
    minutes: Option<u64>,
    detail: String,
    server: String,
    public_url: String,
}

impl Values {
    /// What this letter says, on a server of this name and address, with this page of accounts.
    pub(crate) fn of(letter: &Letter, server: &str, page: &Url, address: &Url) -> Result<Self, NoSecret> {
        let secret = || letter.secret.clone().ok_or(NoSecret);
        let (code, token, link) = match carries(letter.kind) {
            Carries::Code => (Some(secret()?), None, None),
            Carries::Link(word) => {
                let token = secret()?;
                let link = link(page.clone(), word, &token);
                (None, Some(token), Some(link))
            }
            Carries::LinkTo(path) => {
                let token = secret()?;
                let mut there = address.clone();
                there.set_path(path);
                let link = link(there, "token", &token);
                (None, Some(token), Some(link))
            }
            Carries::Nothing => (None, None, None),
        };
        Ok(Self {
            name: hostile::name(letter.name.as_str()).map(str::to_owned),
            code,
            token,
            link,
            expires: letter.expires_at.map(told),
            minutes: letter
                .expires_at
                .map(|until| until.since(letter.at).as_secs().div_ceil(60)),
            detail: hostile::detail(&letter.detail),
            server: server.to_owned(),
            public_url: page.to_string(),
        })
    }

    /// Values to try a template with: with, or without, what not every letter of this kind has.
    pub(crate) fn made_up(kind: LetterKind, full: bool) -> Self {
        let made_up = |text: &str| SecretString::from(text);
        let (code, link) = match carries(kind) {
            Carries::Code => (Some(made_up("123456")), None),
            Carries::Link(_) | Carries::LinkTo(_) => {
                (None, Some(made_up("https://chat.example/#word=token")))
            }
            Carries::Nothing => (None, None),
        };
        Self {
            name: full.then(|| "Ann".to_owned()),
            token: link.as_ref().map(|_| made_up("token")),
            expires: (code.is_some() || link.is_some()).then(|| "2026-11-21 10:15 UTC".to_owned()),
            minutes: (code.is_some() || link.is_some()).then_some(5),
            code,
            link,
            detail: if full {
                "somewhere".to_owned()
            } else {
                String::new()
            },
            server: "Parlor".to_owned(),
            public_url: "https://chat.example/".to_owned(),
        }
    }

    /// All of them, under the names by which templates know them.
    pub(super) fn context(&self) -> Value {
        fn shown(secret: Option<&SecretString>) -> Option<&str> {
            secret.map(ExposeSecret::expose_secret)
        }
        context! {
            name => self.name.as_deref(),
            code => shown(self.code.as_ref()),
            token => shown(self.token.as_ref()),
            link => shown(self.link.as_ref()),
            expires => self.expires.as_deref(),
            minutes => self.minutes,
            detail => &self.detail,
            server => &self.server,
            public_url => &self.public_url,
        }
    }
}

/// A link that ends in a token, after a word.
fn link(mut page: Url, word: &str, token: &SecretString) -> SecretString {
    page.set_fragment(Some(&format!("{word}={}", token.expose_secret())));
    String::from(page).into()
}

/// A time as people of all countries read it, in UTC: the server cannot know where the reader is.
fn told(at: Timestamp) -> String {
    let at: DateTime<Utc> = DateTime::from_timestamp_micros(at.micros()).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
