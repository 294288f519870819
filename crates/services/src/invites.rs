//! Invitations to make an account.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use parlor_ports::{Clock, Invite, InviteStore, NewInvite};
use secrecy::SecretString;

use crate::codes::Codes;
use crate::{Actor, Error};

/// Most invitations in a list.
const MOST: usize = 500;
/// How many accounts an invitation makes at most, and for how many days it is good.
const USES: RangeInclusive<u32> = 1..=10_000;
const DAYS: RangeInclusive<u32> = 1..=365;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the invitation of the first administrator is good.
const FIRST_LIFE: Duration = DAY.saturating_mul(7);

/// Invites people.
pub struct Invites {
    pub(crate) store: Arc<dyn InviteStore>,
    pub(crate) codes: Arc<Codes>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Whom an invitation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// Whether the account that it makes is an administrator's.
    pub admin: bool,
    /// How many accounts it makes.
    pub uses: u32,
    /// How long it is good.
    pub life: Duration,
}

impl Invites {
    /// Makes an invitation. Its text is shown once.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor is an administrator; [`Error::Invalid`]
    pub async fn invite(&self, actor: &Actor, wanted: Invitation) -> Result<(SecretString, Invite), Error> {
        actor.administers()?;
        self.make(wanted, Some(actor)).await
    }

    /// Makes an invitation on the operator's word.
    ///
    /// # Errors
    /// [`Error::Invalid`]
    pub async fn invite_by_operator(&self, wanted: Invitation) -> Result<(SecretString, Invite), Error> {
        self.make(wanted, None).await
    }

    /// Makes the invitation of the first administrator, if there is none. One that was made before is void.
    pub async fn invite_first(&self) -> Result<Option<SecretString>, Error> {
        let wanted = Invitation {
            admin: true,
            uses: 1,
            life: FIRST_LIFE,
        };
        let (text, new) = self.draw(wanted, None);
        Ok(self.store.invite_first(new).await?.then_some(text))
    }

    /// The invitations that can still be used, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor is an administrator
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Invite>, Error> {
        actor.administers()?;
        Ok(self.store.list(self.clock.now(), MOST).await?)
    }

    /// Withdraws an invitation.
    ///
    /// # Errors
    /// [`Error::NoSuchInvite`]; [`Error::Forbidden`] unless the actor is an administrator
    pub async fn withdraw(&self, actor: &Actor, number: i64) -> Result<(), Error> {
        actor.administers()?;
        if self.store.withdraw(number).await? {
            Ok(())
        } else {
            Err(Error::NoSuchInvite)
        }
    }

    async fn make(&self, wanted: Invitation, by: Option<&Actor>) -> Result<(SecretString, Invite), Error> {
        if !USES.contains(&wanted.uses) {
            return Err(Error::invalid("uses", "must be 1 to 10,000"));
        }
        if !(DAY * *DAYS.start()..=DAY * *DAYS.end()).contains(&wanted.life) {
            return Err(Error::invalid("days", "must be 1 to 365"));
        }
        let (text, new) = self.draw(wanted, by);
        Ok((text, self.store.invite(new).await?))
    }

    fn draw(&self, wanted: Invitation, by: Option<&Actor>) -> (SecretString, NewInvite) {
        let (text, token) = self.codes.draw_token();
        let at = self.clock.now();
        let new = NewInvite {
            token,
            admin: wanted.admin,
            uses: wanted.uses,
            by: by.map(|actor| actor.user.id),
            at,
            expires_at: at + wanted.life,
        };
        (text, new)
    }
}
