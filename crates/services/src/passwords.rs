//! Password hashing that keeps neither the other work nor the CPU waiting.

use std::sync::Arc;

use parlor_auth::PasswordHasher;
use parlor_domain::Password;
use parlor_ports::{Entropy, PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

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

/// Hashes and checks passwords on threads of their own, few at a time.
pub struct Passwords {
    hasher: PasswordHasher,
    entropy: Arc<dyn Entropy>,
    /// One permit for each that runs or waits.
    places: Arc<Semaphore>,
    /// One permit for each that runs.
    turns: Arc<Semaphore>,
}

impl Passwords {
    /// Hashes with this hasher, with salts from `entropy`.
    pub fn new(hasher: PasswordHasher, entropy: Arc<dyn Entropy>, settings: PasswordsSettings) -> Self {
        let concurrent = settings.concurrent.max(1);
        Self {
            hasher,
            entropy,
            places: Arc::new(Semaphore::new(concurrent + settings.waiting)),
            turns: Arc::new(Semaphore::new(concurrent)),
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
        self.run(move || PasswordHash(hasher.hash(password.expose(), salt)))
            .await
    }

    /// Whether this is the password of that hash. Without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait.
    pub async fn verify(&self, password: SecretString, stored: Option<PasswordHash>) -> Result<bool, Error> {
        let hasher = self.hasher;
        let stored = stored.map_or_else(|| hasher.nobodys_hash(), |hash| hash.0);
        self.run(move || hasher.verify(password.expose_secret(), stored.expose_secret()))
            .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let permits = self.wait_for_turn().await?;
        // The permits go along: a caller who goes away does not make room for one more while his work still runs.
        let work = move || {
            let _permits = permits;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|failed| Error::Internal(Box::new(failed)))
    }

    async fn wait_for_turn(&self) -> Result<[OwnedSemaphorePermit; 2], Error> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Busy)?;
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .expect("nobody closes the semaphore");
        Ok([place, turn])
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

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
    async fn beyond_those_who_may_wait_others_are_told_to_come_back() {
        let passwords = passwords();
        let verify = || passwords.verify("correct horse".into(), None);
        let nobodys_turn = passwords.turns.clone().acquire_owned().await;
        let mut waiting = [pin!(verify()), pin!(verify())];
        for verify in &mut waiting {
            let first = poll_fn(|context| Poll::Ready(verify.as_mut().poll(context))).await;
            assert!(first.is_pending());
        }
        assert!(matches!(verify().await, Err(Error::Busy)));
        drop(nobodys_turn);
        for verify in waiting {
            assert!(!verify.await.unwrap());
        }
        assert!(!verify().await.unwrap(), "there is room again");
    }
}
