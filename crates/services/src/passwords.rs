//! Password hashing that keeps neither the other work nor the CPU waiting.

use std::sync::Arc;

use parlor_auth::PasswordHasher;
use parlor_domain::Password;
use parlor_ports::{Entropy, PasswordHash};
use secrecy::{ExposeSecret, SecretString};

use crate::Error;
use crate::workshop::Workshop;

/// How much hashing at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordsSettings {
    /// Passwords that are hashed or checked at the same time, each of which keeps a core busy.
    pub concurrent: usize,
    /// Passwords that may wait for their turn; who comes then is told to come back.
    pub waiting: usize,
}

impl Default for PasswordsSettings {
    fn default() -> Self {
        Self {
            concurrent: 2,
            waiting: 64,
        }
    }
}

/// Hashes and checks passwords on a few threads of their own, which leave the processor to everybody else.
pub struct Passwords {
    hasher: PasswordHasher,
    entropy: Arc<dyn Entropy>,
    workshop: Workshop,
}

impl Passwords {
    /// Hashes with this hasher, with salts from `entropy`.
    pub fn new(hasher: PasswordHasher, entropy: Arc<dyn Entropy>, settings: PasswordsSettings) -> Self {
        Self {
            hasher,
            entropy,
            workshop: Workshop::open("parlor-hash", settings.concurrent, settings.waiting),
        }
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        let hasher = self.hasher;
        self.workshop
            .run(move || PasswordHash(hasher.hash(password.expose(), salt)))
            .await
    }

    /// Whether this is the password of that hash. Without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait.
    pub async fn verify(&self, password: SecretString, stored: Option<PasswordHash>) -> Result<bool, Error> {
        let hasher = self.hasher;
        let stored = stored.map_or_else(|| hasher.nobodys_hash(), |hash| hash.0);
        self.workshop
            .run(move || hasher.verify(password.expose_secret(), stored.expose_secret()))
            .await
    }
}

#[cfg(test)]
mod tests {
    use parlor_ports::SystemEntropy;

    use super::*;

    fn passwords() -> Passwords {
        let settings = PasswordsSettings {
            concurrent: 1,
            waiting: 1,
        };
        let hasher = PasswordHasher::new(PasswordHasher::MIN_COST).unwrap();
        Passwords::new(hasher, Arc::new(SystemEntropy), settings)
    }

    #[tokio::test]
    async fn a_hash_is_verified() {
        let passwords = passwords();
        let password = Password::parse("correct horse".into()).unwrap();
        let stored = passwords.hash(password.clone()).await.unwrap();
        let again = passwords.hash(password).await.unwrap();
        assert_ne!(
            stored.0.expose_secret(),
            again.0.expose_secret(),
            "salts are fresh"
        );
        let verify = |text: &str| passwords.verify(text.into(), Some(stored.clone()));
        assert!(verify("correct horse").await.unwrap());
        assert!(!verify("wrong horse").await.unwrap());
        let nobody = passwords.verify("correct horse".into(), None).await;
        assert!(!nobody.unwrap());
    }
}
