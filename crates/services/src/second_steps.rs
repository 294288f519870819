//! What people show besides the password: a mailed code, an authenticator app, recovery codes.

use std::sync::Arc;

use parlor_auth::{RecoveryCode, TotpSecret, TotpUri, Vault};
use parlor_domain::UserId;
use parlor_ports::{App, Clock, Entropy, SecondStep, SecondStepStore, UserStore};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::codes::Codes;
use crate::confirm::Confirm;
use crate::throttle::{Throttle, Tried};
use crate::{Actor, Error};

/// Sealed secrets that are looked at together.
const APPS: usize = 100;

/// Lets people choose a second step, and checks it.
pub struct SecondSteps {
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) store: Arc<dyn SecondStepStore>,
    pub(crate) confirm: Arc<Confirm>,
    pub(crate) codes: Arc<Codes>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// What apps call this server.
    pub(crate) issuer: Box<str>,
    /// Whether there are second steps on this server.
    pub(crate) enabled: bool,
}

/// What an authenticator app needs to be enrolled. Shown once.
#[derive(Debug)]
pub struct Enrolment {
    /// For apps on the same device: `otpauth://…`.
    pub uri: TotpUri,
    /// The same, to be typed.
    pub secret: SecretString,
    /// The same as a picture to be scanned, PNG.
    pub qr_code: Vec<u8>,
}

impl SecondSteps {
    /// What the actor has chosen.
    pub async fn find(&self, actor: &Actor) -> Result<SecondStep, Error> {
        let step = self.store.find(actor.user.id).await?;
        step.ok_or(Error::NoSuchUser(Some(actor.user.id)))
    }

    /// Asks the actor for a mailed code at each log in, or no more.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::EmailNotVerified`], [`Error::NoTwoStep`]
    pub async fn set_mailed_code(
        &self,
        actor: &Actor,
        on: bool,
        password: SecretString,
    ) -> Result<(), Error> {
        if on && !self.enabled {
            return Err(Error::NoTwoStep);
        }
        self.confirm.password(actor, password).await?;
        if self.store.set_mailed_code(actor.user.id, on).await? {
            Ok(())
        } else {
            Err(Error::EmailNotVerified)
        }
    }

    /// Draws a secret for an authenticator app, which counts once a code of it was shown.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::AppEnrolled`] if there is an app already, [`Error::NoTwoStep`]
    pub async fn enrol_app(&self, actor: &Actor, password: SecretString) -> Result<Enrolment, Error> {
        if !self.enabled {
            return Err(Error::NoTwoStep);
        }
        self.confirm.password(actor, password).await?;
        let account = self.users.find(actor.user.id).await?;
        let account = account.ok_or(Error::NoSuchUser(Some(actor.user.id)))?;
        let (mut random, mut nonce) = ([0; 20], [0; 12]);
        self.entropy.fill(&mut random);
        self.entropy.fill(&mut nonce);
        let secret = TotpSecret::from_bytes(random);
        let purpose = purpose(actor.user.id);
        let sealed = self.vault.seal(&purpose, nonce, secret.expose());
        let now = self.clock.now();
        if !self.store.enrol_app(actor.user.id, sealed, now).await? {
            return Err(Error::AppEnrolled);
        }
        let uri = secret.uri(&self.issuer, account.username.as_str());
        Ok(Enrolment {
            qr_code: uri.qr_png(),
            secret: secret.to_text(),
            uri,
        })
    }

    /// Counts the app from now on, because it shows the right code. Gives ten recovery codes, which are shown once.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::NoApp`] if none waits to be confirmed, [`Error::TooManyTries`]
    pub async fn confirm_app(&self, actor: &Actor, code: &str) -> Result<Vec<SecretString>, Error> {
        let step = self.find(actor).await?;
        let app = step
            .app
            .filter(|app| app.last_step.is_none())
            .ok_or(Error::NoApp)?;
        let shown = self
            .step_of(actor.user.id, &app, code)
            .await?
            .ok_or(Error::WrongCode)?;
        let (codes, digests) = self.codes.draw_recovery_codes(actor.user.id);
        let now = self.clock.now();
        let confirmed = self
            .store
            .confirm_app(actor.user.id, app.sealed, shown, digests, now)
            .await?;
        if !confirmed {
            return Err(Error::NoApp);
        }
        self.forget(actor.user.id).await?;
        Ok(codes)
    }

    /// Puts ten new recovery codes in the place of all.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::WrongCode`], [`Error::NoApp`], [`Error::TooManyTries`]
    pub async fn replace_recovery_codes(
        &self,
        actor: &Actor,
        password: SecretString,
        code: &str,
    ) -> Result<Vec<SecretString>, Error> {
        self.prove_both(actor, password, code).await?;
        let (codes, digests) = self.codes.draw_recovery_codes(actor.user.id);
        if self.store.replace_recovery_codes(actor.user.id, digests).await? {
            Ok(codes)
        } else {
            Err(Error::NoApp)
        }
    }

    /// Forgets the app and the recovery codes. A recovery code is as good as one that the app shows.
    ///
    /// # Errors
    /// As [`SecondSteps::replace_recovery_codes`].
    pub async fn remove_app(&self, actor: &Actor, password: SecretString, code: &str) -> Result<(), Error> {
        self.prove_both(actor, password, code).await?;
        if self.store.remove_app(actor.user.id).await? {
            Ok(())
        } else {
            Err(Error::NoApp)
        }
    }

    /// Forgets all that somebody has chosen, on the operator's word: the way back for who has lost the app and the
    /// recovery codes.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]
    pub async fn reset(&self, user: UserId) -> Result<(), Error> {
        if !self.store.reset(user).await? {
            return Err(Error::NoSuchUser(Some(user)));
        }
        self.forget(user).await
    }

    /// Whether the server's keys open the secrets of apps that the database holds: false if one of the first of them is
    /// sealed with a key that is not there.
    pub async fn opens(&self) -> Result<bool, Error> {
        let apps = self.store.apps(None, APPS).await?;
        Ok(apps.iter().all(|(user, sealed)| self.open(*user, sealed).is_ok()))
    }

    /// Resets everybody whose app's secret the server's keys do not open, and says how many they are.
    pub async fn reset_lost(&self) -> Result<usize, Error> {
        let (mut after, mut lost) = (None, 0);
        loop {
            let apps = self.store.apps(after, APPS).await?;
            let Some((last, _)) = apps.last() else {
                return Ok(lost);
            };
            after = Some(*last);
            for (user, sealed) in &apps {
                if self.open(*user, sealed).is_err() && self.store.reset(*user).await? {
                    lost += 1;
                }
            }
        }
    }

    /// Whether the user's app shows this code now, which is good once.
    pub(crate) async fn check_app(&self, user: UserId, code: &str) -> Result<bool, Error> {
        let step = self.store.find(user).await?.unwrap_or_default();
        let Some(app) = step.confirmed_app() else {
            return Ok(false);
        };
        let Some(shown) = self.step_of(user, app, code).await? else {
            return Ok(false);
        };
        let right = self.store.use_step(user, shown).await?;
        if right {
            self.forget(user).await?;
        }
        Ok(right)
    }

    /// Whether this is one of the user's recovery codes, which is good once.
    pub(crate) async fn use_recovery_code(&self, user: UserId, code: &RecoveryCode) -> Result<bool, Error> {
        self.count(user).await?;
        for digest in self.codes.recovery_digests(code, user) {
            if self.store.use_recovery_code(user, digest).await? {
                self.forget(user).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The time step in which the app shows this code, if it is one that was not used.
    async fn step_of(&self, user: UserId, app: &App, code: &str) -> Result<Option<i64>, Error> {
        self.count(user).await?;
        let internal = |error: Box<dyn std::error::Error + Send + Sync>| Error::Internal(error);
        let plain = self.open(user, &app.sealed);
        let plain = plain.map_err(|error| internal(error.into()))?;
        let secret = plain
            .expose_secret()
            .try_into()
            .map_err(|error: std::array::TryFromSliceError| internal(error.into()))?;
        Ok(TotpSecret::from_bytes(secret).check(code, self.clock.now(), app.last_step))
    }

    fn open(&self, user: UserId, sealed: &[u8]) -> Result<SecretSlice<u8>, parlor_auth::Error> {
        self.vault.open(&purpose(user), sealed)
    }

    async fn prove_both(&self, actor: &Actor, password: SecretString, code: &str) -> Result<(), Error> {
        self.confirm.password(actor, password).await?;
        let user = actor.user.id;
        if self.find(actor).await?.confirmed_app().is_none() {
            return Err(Error::NoApp);
        }
        let right = match RecoveryCode::parse(code) {
            Some(code) => self.use_recovery_code(user, &code).await?,
            None => self.check_app(user, code).await?,
        };
        if right { Ok(()) } else { Err(Error::WrongCode) }
    }

    async fn count(&self, user: UserId) -> Result<(), Error> {
        let user = &user.to_string();
        self.throttle.count(Tried::Code { user }).await
    }

    /// Begins the count anew, because a right code was shown.
    async fn forget(&self, user: UserId) -> Result<(), Error> {
        let user = &user.to_string();
        self.throttle.forget(Tried::Code { user }).await
    }
}

/// What a sealed secret is, and whose, so that it is good for nobody else.
fn purpose(user: UserId) -> Vec<u8> {
    [&b"app "[..], user.uuid().as_bytes()].concat()
}
