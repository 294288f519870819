//! Asking for a code.

use std::time::Duration;

use parlor_domain::{Account, Email, LetterKind, Timestamp};
use parlor_ports::{Challenge, CodeDigest, NewChallenge, NewLetter, TokenDigest};
use secrecy::SecretString;

use super::LogIns;
use crate::codes::token_digest;
use crate::letters::{Addressee, Content};
use crate::throttle::Tried;
use crate::{Device, Error};

/// How long one waits for a second mail; twice as long for each one after it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// Letters that one challenge may cause.
const MOST_SENT: u32 = 5;

/// A log in that needs a code to go on.
#[derive(Debug, Clone)]
pub struct Challenged {
    /// By which it is named. Whoever has it has come so far, and must not lose it to others.
    pub token: SecretString,
    /// What completes it.
    pub methods: Vec<Method>,
    /// Where the code was mailed, so that its owner knows it and nobody else; `None` if none was, or that is not told.
    pub sent_to: Option<String>,
    /// After which time another code can be mailed, if one can.
    pub resend_after: Option<Duration>,
    /// Until when it can be completed.
    pub expires_at: Timestamp,
}

/// What completes a log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The code that was mailed.
    MailedCode,
    /// The code that an authenticator app shows.
    App,
    /// A recovery code.
    RecoveryCode,
}

impl LogIns {
    /// Asks for what the authenticator app shows.
    pub(super) async fn ask_for_app(
        &self,
        account: &Account,
        password_shown: bool,
        device: Device,
    ) -> Result<Challenged, Error> {
        let (token, digest) = self.codes.draw_token();
        let new = self.challenge(digest, Some(account), None, password_shown, device);
        let expires_at = new.expires_at;
        self.challenges.open(new, None).await?;
        Ok(Challenged {
            token,
            methods: vec![Method::App, Method::RecoveryCode],
            sent_to: None,
            resend_after: None,
            expires_at,
        })
    }

    /// Mails a code to somebody who has shown the password.
    pub(super) async fn mail_code(&self, account: &Account, device: Device) -> Result<Challenged, Error> {
        let user = account.user.id.to_string();
        self.throttle.count(Tried::MailedCode { user: &user }).await?;
        let email = account.email.clone().ok_or(Error::NoSecondStep)?;
        let (token, digest) = self.codes.draw_token();
        let (code, letter) = self.letter(digest, account, &email, &device, self.over());
        let new = self.challenge(digest, Some(account), Some(code), true, device);
        let expires_at = new.expires_at;
        self.challenges.open(new, Some(letter)).await?;
        self.post.written();
        Ok(Challenged {
            token,
            methods: vec![Method::MailedCode],
            sent_to: Some(masked(&email)),
            resend_after: until_next(1, self.settings.code_life),
            expires_at,
        })
    }

    /// Mails a code, or does as if.
    pub(super) async fn mail_code_or_none(
        &self,
        account: Option<&Account>,
        device: Device,
    ) -> Result<Challenged, Error> {
        let (token, digest) = self.codes.draw_token();
        let addressed = account.and_then(|account| Some((account, account.email.clone()?)));
        let (code, letter) = match addressed {
            Some((account, email)) => {
                let (code, letter) = self.letter(digest, account, &email, &device, self.over());
                (code, Some(letter))
            }
            None => (self.codes.draw_code(digest).1, None),
        };
        let new = self.challenge(digest, account, Some(code), false, device);
        let expires_at = new.expires_at;
        self.challenges.open(new, letter).await?;
        self.post.written();
        Ok(Challenged {
            token,
            methods: vec![Method::MailedCode],
            sent_to: None,
            resend_after: until_next(1, self.settings.code_life),
            expires_at,
        })
    }

    /// Mails another code in the place of the last one.
    ///
    /// # Errors
    /// [`Error::ChallengeOver`]; [`Error::TooManyTries`] if the last code was mailed only just now, or there were too many.
    pub async fn send_again(&self, token: &SecretString) -> Result<Challenged, Error> {
        let digest = token_digest(token).ok_or(Error::ChallengeOver)?;
        let now = self.clock.now();
        let challenge = self.challenges.find(digest, now).await?;
        let challenge = challenge
            .filter(|challenge| challenge.code.is_some())
            .ok_or(Error::ChallengeOver)?;
        self.wait_for_next(&challenge, now)?;
        let account = match challenge.user {
            Some(user) => self.users.find(user).await?,
            None => None,
        };
        let email = account.as_ref().and_then(|account| account.email.clone());
        let device = Device {
            name: challenge.device.clone(),
            address: challenge.address.clone(),
        };
        let (code, letter) = match account.as_ref().zip(email.as_ref()) {
            Some((account, email)) => {
                let user = account.user.id.to_string();
                if challenge.password_shown {
                    self.throttle.count(Tried::MailedCode { user: &user }).await?;
                }
                let (code, letter) = self.letter(digest, account, email, &device, challenge.expires_at);
                (code, Some(letter))
            }
            None => (self.codes.draw_code(digest).1, None),
        };
        let replaced = self
            .challenges
            .replace_code(digest, challenge.sent, code, letter, now)
            .await?;
        if !replaced {
            // Somebody else asked at the same moment, or it is over.
            return Err(Error::TooManyTries(FIRST_WAIT));
        }
        self.post.written();
        Ok(Challenged {
            token: token.clone(),
            methods: vec![Method::MailedCode],
            sent_to: email
                .filter(|_| challenge.password_shown)
                .map(|email| masked(&email)),
            resend_after: until_next(challenge.sent + 1, challenge.expires_at.since(now)),
            expires_at: challenge.expires_at,
        })
    }

    fn wait_for_next(&self, challenge: &Challenge, now: Timestamp) -> Result<(), Error> {
        if challenge.sent >= MOST_SENT {
            return Err(Error::TooManyTries(challenge.expires_at.since(now)));
        }
        let (waited, wait) = (now.since(challenge.sent_at), wait_after(challenge.sent));
        if waited < wait {
            return Err(Error::TooManyTries(wait - waited));
        }
        Ok(())
    }

    fn over(&self) -> Timestamp {
        self.clock.now() + self.settings.code_life
    }

    fn challenge(
        &self,
        token: TokenDigest,
        account: Option<&Account>,
        code: Option<CodeDigest>,
        password_shown: bool,
        device: Device,
    ) -> NewChallenge {
        NewChallenge {
            token,
            user: account.map(|account| account.user.id),
            code,
            password_shown,
            device: device.name,
            address: device.address,
            at: self.clock.now(),
            expires_at: self.over(),
        }
    }

    /// A new code for this challenge, and the letter that brings it.
    fn letter(
        &self,
        challenge: TokenDigest,
        account: &Account,
        email: &Email,
        device: &Device,
        expires_at: Timestamp,
    ) -> (CodeDigest, NewLetter) {
        let (code, kept) = self.codes.draw_code(challenge);
        let content = Content {
            secret: Some((&code, expires_at)),
            detail: whence(device),
        };
        let now = self.clock.now();
        let addressee = Addressee::of(account, email.clone());
        let letter = self.letters.write(addressee, LetterKind::LoginCode, content, now);
        (kept, letter)
    }
}

/// Twice as long after each letter.
fn wait_after(sent: u32) -> Duration {
    FIRST_WAIT * 2_u32.saturating_pow(sent.saturating_sub(1))
}

/// The same, if there is another letter to wait for before the challenge is over.
fn until_next(sent: u32, left: Duration) -> Option<Duration> {
    let wait = wait_after(sent);
    (sent < MOST_SENT && wait < left).then_some(wait)
}

/// Where a log in began, as far as that is known.
pub(crate) fn whence(device: &Device) -> String {
    let known = [Some(device.name.as_str()), device.address.as_deref()];
    let known: Vec<&str> = known
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    known.join(", ")
}

/// An address that only its owner recognises.
fn masked(email: &Email) -> String {
    let (local, domain) = email.as_str().split_once('@').unwrap_or_default();
    let first = local.chars().next().map(String::from).unwrap_or_default();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double() {
        let waits: Vec<u64> = (1..5).map(|sent| wait_after(sent).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240]);
    }

    #[test]
    fn nobody_waits_for_a_letter_that_would_come_too_late() {
        let left = Duration::from_secs(61);
        assert_eq!(until_next(2, left), Some(Duration::from_secs(60)));
        assert_eq!(until_next(3, left), None);
        assert_eq!(until_next(MOST_SENT, Duration::MAX), None);
    }

    #[test]
    fn an_address_is_masked() {
        assert_eq!(
            masked(&"ann.lee@example.org".parse().unwrap()),
            "a***@example.org"
        );
    }
}
