//! Letters: how one is written, and kept so that its secret is safe.

use std::sync::Arc;

use parlor_auth::Vault;
use parlor_domain::{Account, DisplayName, Email, Letter, LetterKind, Locale, Timestamp};
use parlor_ports::{Entropy, NewLetter};
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// To whom a letter goes.
#[derive(Debug, Clone)]
pub(crate) struct Addressee<'a> {
    pub(crate) to: Email,
    pub(crate) name: &'a DisplayName,
    pub(crate) locale: Option<&'a Locale>,
}

impl<'a> Addressee<'a> {
    /// The person of this account, at that address.
    pub(crate) fn of(account: &'a Account, to: Email) -> Self {
        Self {
            to,
            name: &account.display_name,
            locale: account.profile.locale.as_ref(),
        }
    }
}

/// Writes letters and opens them.
pub(crate) struct Letters {
    vault: Arc<Vault>,
    entropy: Arc<dyn Entropy>,
}

/// What a letter brings besides its kind.
#[derive(Debug, Default)]
pub(crate) struct Content<'a> {
    /// What proves that the reader has it, and until when.
    pub(crate) secret: Option<(&'a SecretString, Timestamp)>,
    /// See [`Letter::detail`].
    pub(crate) detail: String,
}

impl Letters {
    pub(crate) fn new(vault: Arc<Vault>, entropy: Arc<dyn Entropy>) -> Self {
        Self { vault, entropy }
    }

    /// A letter.
    pub(crate) fn write(
        &self,
        addressee: Addressee<'_>,
        kind: LetterKind,
        content: Content<'_>,
        at: Timestamp,
    ) -> NewLetter {
        let sealed = content.secret.map(|(secret, _)| {
            let mut nonce = [0; 12];
            self.entropy.fill(&mut nonce);
            let purpose = purpose(&addressee.to);
            self.vault
                .seal(&purpose, nonce, secret.expose_secret().as_bytes())
        });
        NewLetter {
            to: addressee.to,
            name: addressee.name.clone(),
            locale: addressee.locale.cloned(),
            kind,
            sealed,
            expires_at: content.secret.map(|(_, expires_at)| expires_at),
            detail: content.detail.into(),
            at,
        }
    }

    /// Tells somebody that the password was changed, if an address is known.
    pub(crate) fn password_changed(&self, account: &Account, at: Timestamp) -> Option<NewLetter> {
        let addressee = Addressee::of(account, account.email.clone()?);
        Some(self.write(addressee, LetterKind::PasswordChanged, Content::default(), at))
    }

    /// The letter as it is to be sent.
    pub(crate) fn open(&self, kept: NewLetter) -> Result<Letter, Error> {
        let unsealed = kept.sealed.map(|sealed| self.unseal(&kept.to, &sealed));
        let secret = unsealed.transpose()?;
        Ok(Letter {
            to: kept.to,
            name: kept.name,
            locale: kept.locale,
            kind: kept.kind,
            secret,
            expires_at: kept.expires_at,
            detail: kept.detail,
            at: kept.at,
        })
    }

    fn unseal(&self, to: &Email, sealed: &[u8]) -> Result<SecretString, Error> {
        let internal = |error: Box<dyn std::error::Error + Send + Sync>| Error::Internal(error);
        let plain = self
            .vault
            .open(&purpose(to), sealed)
            .map_err(|error| internal(error.into()))?;
        let text = std::str::from_utf8(plain.expose_secret()).map_err(|error| internal(error.into()))?;
        Ok(text.into())
    }
}

/// What a sealed text is, and for whom, so that whoever can write to the database cannot have it sent to himself.
fn purpose(to: &Email) -> Vec<u8> {
    [b"letter ", to.as_str().as_bytes()].concat()
}
