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

/// What became of checking the password of somebody who logs in.
#[derive(Debug)]
pub(crate) enum Verified {
    /// It is not the right one.
    Wrong,
    /// It is.
    Right,
    /// It is, and this should be its hash from now on.
    Rehashed(PasswordHash),
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
        let salt = self.salt();
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

    /// The same as [`verify`](Self::verify), and hashes a right password anew if the hash is of another scheme or cost than those
    /// that are made now.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait.
    pub(crate) async fn verify_and_rehash(
        &self,
        password: SecretString,
        stored: Option<PasswordHash>,
    ) -> Result<Verified, Error> {
        let hasher = self.hasher;
        let outdated = |hash: &PasswordHash| !hasher.is_current(hash.0.expose_secret());
        let salt = stored.as_ref().filter(|hash| outdated(hash)).map(|_| self.salt());
        let stored = stored.map_or_else(|| hasher.nobodys_hash(), |hash| hash.0);
        self.workshop
            .run(move || {
                let password = password.expose_secret();
                if !hasher.verify(password, stored.expose_secret()) {
                    return Verified::Wrong;
                }
                salt.map_or(Verified::Right, |salt| {
                    Verified::Rehashed(PasswordHash(hasher.hash(password, salt)))
                })
            })
            .await
    }

    fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        salt
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

    #[tokio::test]
    async fn a_hash_of_another_cost_is_made_anew() {
        let passwords = passwords();
        let dearer = PasswordHasher::new(PasswordHasher::MIN_COST + 1).unwrap();
        let stored = PasswordHash(dearer.hash("correct horse", [7; 16]));
        let verify = |text: &str, hash: &PasswordHash| {
            let hash = Some(hash.clone());
            passwords.verify_and_rehash(text.into(), hash)
        };
        assert!(matches!(
            verify("wrong horse", &stored).await.unwrap(),
            Verified::Wrong
        ));
        let Verified::Rehashed(anew) = verify("correct horse", &stored).await.unwrap() else {
            panic!("its cost is another")
        };
        assert!(matches!(
            verify("correct horse", &anew).await.unwrap(),
            Verified::Right
        ));
    }
}
