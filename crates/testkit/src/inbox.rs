//! Where letters arrive in tests.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use parlor_domain::{Letter, LetterKind};
use parlor_ports::{MailError, Mailer};
use secrecy::ExposeSecret;

/// A mailer that keeps what it sends, and can be told to fail.
#[derive(Debug, Default)]
pub struct Inbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    letters: Vec<(i64, Letter)>,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy)]
enum Failure {
    Away,
    Refuses,
}

impl Inbox {
    /// All that arrived, in order, each with its number.
    pub fn letters(&self) -> Vec<(i64, Letter)> {
        self.lock().letters.clone()
    }

    /// What is secret in the last letter of this kind to this address.
    pub fn secret(&self, to: &str, kind: LetterKind) -> Option<String> {
        let state = self.lock();
        let mut letters = state.letters.iter().rev().map(|(_, letter)| letter);
        let letter = letters.find(|letter| letter.to.as_str() == to && letter.kind == kind)?;
        let secret = letter.secret.as_ref()?;
        Some(secret.expose_secret().to_owned())
    }

    /// How many letters of this kind went to this address.
    pub fn count(&self, to: &str, kind: LetterKind) -> usize {
        let state = self.lock();
        let fit = |(_, letter): &&(i64, Letter)| letter.to.as_str() == to && letter.kind == kind;
        state.letters.iter().filter(fit).count()
    }

    /// Takes no letters for now.
    pub fn go_away(&self) {
        self.lock().failure = Some(Failure::Away);
    }

    /// Refuses letters for good.
    pub fn refuse(&self) {
        self.lock().failure = Some(Failure::Refuses);
    }

    /// Takes letters again.
    pub fn come_back(&self) {
        self.lock().failure = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Mailer for Inbox {
    async fn send(&self, number: i64, letter: &Letter) -> Result<(), MailError> {
        let mut state = self.lock();
        match state.failure {
            None => state.letters.push((number, letter.clone())),
            Some(Failure::Away) => return Err(MailError::Temporary("nobody answers".into())),
            Some(Failure::Refuses) => return Err(MailError::Permanent("no such mailbox".into())),
        }
        Ok(())
    }
}
