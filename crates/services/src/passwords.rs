//! Password hashing that keeps neither the other work nor the CPU waiting.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use parlor_auth::PasswordHasher;
use parlor_domain::Password;
use parlor_ports::{Entropy, PasswordHash};
use secrecy::{ExposeSecret, SecretString};
#[cfg(target_os = "linux")]
use thread_priority::{NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

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

/// Hashes and checks passwords on a few threads of their own, which leave the processor to everybody else.
pub struct Passwords {
    hasher: PasswordHasher,
    entropy: Arc<dyn Entropy>,
    /// One permit for each that runs or waits.
    places: Arc<Semaphore>,
    /// To the threads, which end when it is dropped.
    work: Sender<Work>,
}

type Work = Box<dyn FnOnce() + Send>;

impl Passwords {
    /// Hashes with this hasher, with salts from `entropy`.
    pub fn new(hasher: PasswordHasher, entropy: Arc<dyn Entropy>, settings: PasswordsSettings) -> Self {
        let concurrent = settings.concurrent.max(1);
        let (work, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for n in 0..concurrent {
            let waiting = waiting.clone();
            std::thread::Builder::new()
                .name(format!("parlor-hash-{n}"))
                .spawn(move || hash_all(&waiting))
                .expect("the machine has threads to give");
        }
        Self {
            hasher,
            entropy,
            places: Arc::new(Semaphore::new(concurrent + settings.waiting)),
            work,
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
        // The place goes along: a caller who goes away does not make room for one more while his work still runs.
        let place: OwnedSemaphorePermit = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Busy)?;
        let (done, result) = oneshot::channel();
        let work: Work = Box::new(move || {
            let result = work();
            drop(place);
            // Nobody waits for it any more if the caller has gone.
            let _ = done.send(result);
        });
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Internal(error);
        self.work
            .send(work)
            .map_err(|gone| failed(gone.to_string().into()))?;
        result.await.map_err(|gone| failed(gone.into()))
    }
}

/// Does one after the other until nobody can send any more.
fn hash_all(waiting: &Mutex<Receiver<Work>>) {
    give_way();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else {
            return;
        };
        // A hash that makes the library panic is one caller's misfortune, and must not take the thread from the others.
        let _told_to_the_caller = catch_unwind(AssertUnwindSafe(work));
    }
}

/// Lets all other threads go first, at once and not at the end of a time slice, so that those who log in do not delay
/// those who talk.
fn give_way() {
    // Elsewhere it would be the whole program that gives way.
    #[cfg(target_os = "linux")]
    if let Err(error) = thread_priority::set_thread_priority_and_policy(
        thread_priority::thread_native_id(),
        ThreadPriority::Min,
        ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle),
    ) {
        tracing::warn!(%error, "passwords are hashed at the priority of everything else");
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
    async fn a_panic_takes_no_thread_away() {
        let passwords = passwords();
        for _ in 0..3 {
            let failed = passwords.run(|| panic!("broken hash")).await;
            assert!(matches!(failed, Err::<(), _>(Error::Internal(_))));
        }
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn beyond_those_who_may_wait_others_are_told_to_come_back() {
        let passwords = passwords();
        let verify = || passwords.verify("correct horse".into(), None);
        let (go, wait) = mpsc::channel::<()>();
        let keep_busy = move || {
            let _released = wait.recv();
        };
        passwords.work.send(Box::new(keep_busy)).unwrap();
        let mut waiting = [pin!(verify()), pin!(verify())];
        for verify in &mut waiting {
            let first = poll_fn(|context| Poll::Ready(verify.as_mut().poll(context))).await;
            assert!(first.is_pending());
        }
        assert!(matches!(verify().await, Err(Error::Busy)));
        drop(go);
        for verify in waiting {
            assert!(!verify.await.unwrap());
        }
        assert!(!verify().await.unwrap(), "there is room again");
    }
}
