//! Accounts of people who register in a dialect.

use parlor_domain::{Account, DisplayName, Email, Mobile, Password, PersonName, UserId, Username};
use parlor_ports::{MobileSet, UserSearch};

use super::{Accounts, Beside, Registration, SignUp, found};
use crate::throttle::Tried;
use crate::{Actor, Error, usernames};

/// What somebody gives who wants an account in a dialect.
#[derive(Debug, Clone)]
pub struct GuestRegistration {
    /// The unique name.
    pub name: GuestName,
    /// What the person is called; the unique name if nothing is given.
    pub display_name: Option<DisplayName>,
    /// The first name.
    pub first_name: Option<PersonName>,
    /// The last name.
    pub last_name: Option<PersonName>,
    /// An address that is the person's from now on in dialects, unless somebody else verifies it.
    pub email: Option<Email>,
    /// Where calls and texts reach the person.
    pub mobile: Option<Mobile>,
    /// The password.
    pub password: Password,
}

/// The unique name of somebody who comes from a dialect.
#[derive(Debug, Clone)]
pub enum GuestName {
    /// As he says.
    Given(Username),
    /// The dialect has none: one is made that is like this.
    Like(String),
}

impl Accounts {
    /// Makes an account for whoever asks in a dialect, if anybody may have one.
    ///
    /// # Errors
    /// [`Error::SignUpClosed`], [`Error::UsernameTaken`], [`Error::EmailTaken`], [`Error::MobileTaken`], [`Error::Busy`]
    pub async fn register_guest(&self, guest: GuestRegistration) -> Result<Account, Error> {
        self.admit_guests()?;
        let base = match &guest.name {
            GuestName::Given(username) => return self.make_guest(username.clone(), &guest).await,
            GuestName::Like(names) => like(names),
        };
        for tried in 0..usernames::TRIES {
            let drawn = UserId::new(self.entropy.uuid(self.clock.now()));
            let username = usernames::made(base.as_ref(), tried, drawn);
            match self.make_guest(username, &guest).await {
                Err(Error::UsernameTaken) => {}
                made => return made,
            }
        }
        Err(Error::UsernameTaken)
    }

    /// Whether anybody may have an account who asks in a dialect: who may not is told that, and not what is wrong with his form.
    ///
    /// # Errors
    /// [`Error::SignUpClosed`]
    pub fn admit_guests(&self) -> Result<(), Error> {
        match self.settings.sign_up {
            SignUp::Open => Ok(()),
            SignUp::Invited | SignUp::Closed => Err(Error::SignUpClosed),
        }
    }

    /// Whether somebody has this address in dialects: he has verified it, or claimed it.
    pub async fn is_claimed(&self, email: &Email) -> Result<bool, Error> {
        Ok(self.users.find_by_claimed(email).await?.is_some())
    }

    /// Those of these accounts that there are, in the order of their numbers.
    pub async fn find_all(&self, users: Vec<UserId>) -> Result<Vec<Account>, Error> {
        Ok(self.users.find_all(users).await?)
    }

    /// Those accounts that have these numbers, in the order of their numbers.
    pub async fn find_all_by_number(&self, numbers: Vec<i64>) -> Result<Vec<Account>, Error> {
        Ok(self.users.find_all_by_number(numbers).await?)
    }

    /// Gives the actor another password where he is not asked for the one before, ends all sessions but this one, and tells him by
    /// mail.
    ///
    /// # Errors
    /// [`Error::TooManyTries`], [`Error::Busy`]
    pub async fn set_own_password(&self, actor: &Actor, new: Password) -> Result<(), Error> {
        let user = actor.user.id.to_string();
        self.throttle.count(Tried::NewPassword { user: &user }).await?;
        let account = self.find(actor.user.id).await?;
        let hash = self.passwords.hash(new).await?;
        let now = self.clock.now();
        let notice = self.letters.password_changed(&account, now);
        let changed = self
            .users
            .set_password(actor.user.id, hash, Some(actor.session), notice, now);
        found(changed.await?, actor.user.id)?;
        self.post.written();
        Ok(())
    }

    /// Gives the actor a mobile number where he is not asked for his password, and people are found by their numbers:
    /// [`Self::find_by_mobile`] finds him from now on, whoever may see the number.
    ///
    /// # Errors
    /// [`Error::MobileTaken`], [`Error::TooManyTries`]
    pub async fn give_mobile(&self, actor: &Actor, mobile: Mobile) -> Result<Account, Error> {
        self.count_number(actor).await?;
        match self.users.give_mobile(actor.user.id, mobile).await? {
            MobileSet::Done(account) => Ok(*account),
            MobileSet::Taken => Err(Error::MobileTaken),
            MobileSet::Unknown => Err(Error::NoSuchUser(Some(actor.user.id))),
        }
    }

    /// The discoverable person who has [given](Self::give_mobile) this number, or shows it to the actor, whom he has not blocked.
    ///
    /// # Errors
    /// [`Error::TooManyTries`]: who tries numbers one after the other must not learn whose they are.
    pub async fn find_by_mobile(&self, actor: &Actor, mobile: Mobile) -> Result<Option<Account>, Error> {
        self.count_number(actor).await?;
        let wanted = UserSearch::Given(mobile);
        Ok(self.users.search(actor.user.id, wanted, 1).await?.pop())
    }

    async fn count_number(&self, actor: &Actor) -> Result<(), Error> {
        let user = &actor.user.id.to_string();
        self.throttle.count(Tried::Number { user }).await
    }

    async fn make_guest(&self, username: Username, guest: &GuestRegistration) -> Result<Account, Error> {
        let registration = Registration {
            username,
            password: guest.password.clone(),
            display_name: guest.display_name.clone(),
            email: guest.email.clone(),
            invite: None,
        };
        let beside = Beside {
            first_name: guest.first_name.clone(),
            last_name: guest.last_name.clone(),
            claims_address: guest.email.is_some(),
            mobile: guest.mobile.clone(),
            admin: false,
        };
        self.make(registration, beside).await
    }
}

/// The letters and digits of a text, with a dot for what is between them, if that is fit for a username.
pub(crate) fn like(text: &str) -> Option<Username> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let whole: String = words.join(".").chars().take(Username::MAX_CHARS).collect();
    whole.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_people_are_called() {
        for (names, expected) in [
            ("Ann Smith", Some("ann.smith")),
            ("  Jean-Luc  O'Hara ", Some("jean.luc.o.hara")),
            ("李 小龙", Some("李.小龙")),
            ("!!!", None),
            ("x", None),
            (
                "Wolfeschlegelsteinhausen Bergerdorff",
                Some("wolfeschlegelsteinhausen.bergerd"),
            ),
        ] {
            let made = like(names);
            assert_eq!(made.as_ref().map(Username::as_str), expected);
        }
    }
}
