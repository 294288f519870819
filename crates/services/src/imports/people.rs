//! People who had an account at an older server.

use std::collections::HashSet;

use parlor_auth::{PasswordHasher, RegisterId};
use parlor_domain::{
    About, Account, DisplayName, Email, MediaId, Mobile, PersonName, Timestamp, UserId, Username,
};
use parlor_ports::{AvatarSet, CodeDigest, NewAccount, OldModel, OldPerson, PasswordHash, PersonBrought};
use secrecy::{ExposeSecret, SecretString};

use super::{Change, Imports, OldServerId, tamed};
use crate::accounts::like;
use crate::{Error, usernames};

/// Most bytes of a password's hash.
const LONGEST_HASH: usize = 1_000;

/// An account at an older server. Texts are as they were there, and may be empty.
#[derive(Debug, Clone)]
pub struct OldAccount {
    /// Its primary key there.
    pub key: Box<str>,
    /// Its number there.
    pub number: Option<i64>,
    /// Its id there, if that is a UUID.
    pub id: Option<UserId>,
    /// The unique name.
    pub username: String,
    /// What the person is called; the first and the last name if it is empty.
    pub display_name: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// Where mail reaches the person.
    pub email: String,
    /// Whether the person logs in by that.
    pub claims_address: bool,
    /// The hash of the password.
    pub password: SecretString,
    /// The mobile number, with or without a `+`. The person is found by it.
    pub mobile: String,
    /// The register id.
    pub register_id: SecretString,
    /// What the person tells about himself.
    pub about: String,
    /// Whether the account was locked.
    pub locked: bool,
    /// When it was made.
    pub joined_at: Option<Timestamp>,
    /// When the person was last there.
    pub last_seen: Option<Timestamp>,
}

impl OldAccount {
    /// By what another server's person of the same key is told from this one: when the account was made, in whole milliseconds, of
    /// which a dump has no parts.
    pub fn print(&self) -> Option<i64> {
        self.joined_at.map(|at| at.micros() / 1_000)
    }

    /// What a username is made like, if one can be made of what is known.
    pub fn base(&self) -> Option<Username> {
        let words = format!("{} {}", self.first_name, self.last_name);
        let mailbox = self.email.split('@').next().unwrap_or_default();
        let given: Option<Username> = self.username.parse().ok();
        given.or_else(|| [&*self.username, &words, mailbox].into_iter().find_map(like))
    }

    fn called(&self) -> Option<DisplayName> {
        let words = format!("{} {}", self.first_name, self.last_name);
        [&*self.display_name, &words, &self.username]
            .into_iter()
            .find_map(|text| tamed(text, DisplayName::MAX))
    }

    /// The address, if it is one, and what is to be told if not.
    fn address(&self) -> (Option<Email>, Option<Change>) {
        match self.email.trim() {
            "" => (None, None),
            text => match text.parse::<Email>() {
                Ok(email) => (Some(email), None),
                Err(_) => (None, Some(lost("e-mail address", "it is none"))),
            },
        }
    }

    fn hash(&self) -> (Option<PasswordHash>, Option<Change>) {
        let stored = self.password.expose_secret();
        let is_plain =
            stored.len() <= LONGEST_HASH && stored.is_ascii() && !stored.contains(char::is_control);
        if is_plain && PasswordHasher::is_of_django(stored) {
            return (Some(PasswordHash(self.password.clone())), None);
        }
        let why = if stored.starts_with('!') {
            "there was none"
        } else {
            "it was kept in no form that can be checked"
        };
        (None, Some(lost("password", why)))
    }

    fn mobile_number(&self) -> (Option<Mobile>, Option<Change>) {
        let text = self.mobile.trim();
        if text.is_empty() {
            return (None, None);
        }
        let plain: Result<Mobile, _> = text.parse();
        match plain.or_else(|_| format!("+{text}").parse()) {
            Ok(mobile) => (Some(mobile), None),
            Err(_) => (None, Some(lost("mobile number", "it is none"))),
        }
    }
}

/// What became of somebody.
#[derive(Debug, Clone)]
pub enum PersonCame {
    /// He came before.
    Known,
    /// He has an account now.
    Now {
        /// As it is.
        account: Box<Account>,
        /// What of it is not as it was.
        changes: Vec<Change>,
    },
}

/// Something that one person alone can have, in one form for all its spellings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Unique {
    /// A username.
    Name(String),
    /// What a username looks like.
    Looks(String),
    /// An address by which somebody logs in.
    Address(String),
    /// A mobile number.
    Mobile(Mobile),
    /// A register id, by what is kept of it.
    RegisterId([u8; 32]),
}

impl Imports {
    /// What somebody who comes would have alone.
    pub fn unique(&self, old: &OldAccount) -> Vec<Unique> {
        let name = old.base();
        let email = old.address().0.filter(|_| old.claims_address);
        let unique = [
            name.as_ref().map(|name| Unique::Name(name.key())),
            name.as_ref().map(|name| Unique::Looks(name.looks())),
            email.map(|email| Unique::Address(email.key())),
            old.mobile_number().0.map(Unique::Mobile),
            self.register_id(old).0.map(|id| Unique::RegisterId(id.0)),
        ];
        unique.into_iter().flatten().collect()
    }

    /// Gives somebody an account who had one at an older server. Nobody becomes an administrator by that.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`] if no name can be found for him
    pub async fn person(&self, from: OldServerId, old: &OldAccount) -> Result<PersonCame, Error> {
        let source = from.source(OldModel::Person, &old.key);
        let (mut new, mut changes) = self.prepare(from, old);
        let base = old.base();
        let mut tried = 0;
        loop {
            new.account.username = usernames::made(base.as_ref(), tried, new.account.id);
            match self.store.bring_person(source.clone(), new.clone()).await? {
                PersonBrought::Known => return Ok(PersonCame::Known),
                PersonBrought::Done(account) => {
                    changes.extend(unlike(old, &account));
                    return Ok(PersonCame::Now { account, changes });
                }
                PersonBrought::IdTaken => new.account.id = self.draw_user(new.account.at),
                PersonBrought::EmailTaken if new.account.claims_address => {
                    new.account.claims_address = false;
                    changes.push(lost("log in by e-mail address", "somebody else logs in by it"));
                }
                PersonBrought::EmailTaken => return Err(Error::EmailTaken),
                PersonBrought::MobileTaken if new.account.mobile.is_some() => {
                    new.account.mobile = None;
                    changes.push(lost("mobile number", "somebody else has it"));
                }
                PersonBrought::MobileTaken => return Err(Error::MobileTaken),
                PersonBrought::RegisterIdTaken if new.register_id.is_some() => {
                    new.register_id = None;
                    changes.push(lost("register id", "somebody else has it"));
                }
                PersonBrought::RegisterIdTaken => {
                    return Err(Error::Internal("nobody's register id is somebody's".into()));
                }
                PersonBrought::UsernameTaken if tried + 1 < usernames::TRIES => tried += 1,
                PersonBrought::UsernameTaken => return Err(Error::UsernameTaken),
            }
        }
    }

    /// What of somebody would not be as it was, as far as that is known without giving him an account, but for his name and number.
    /// Those who would have come before him have what is `taken`.
    pub async fn rehearse_person(
        &self,
        from: OldServerId,
        old: &OldAccount,
        taken: &HashSet<Unique>,
    ) -> Result<Vec<Change>, Error> {
        let (new, mut changes) = self.prepare(from, old);
        if let Some(email) = new.account.email.filter(|_| new.account.claims_address)
            && (taken.contains(&Unique::Address(email.key()))
                || self.users.find_by_claimed(&email).await?.is_some())
        {
            changes.push(lost("log in by e-mail address", "somebody else logs in by it"));
        }
        if let Some(mobile) = new.account.mobile
            && taken.contains(&Unique::Mobile(mobile))
        {
            changes.push(lost("mobile number", "somebody else has it"));
        }
        if let Some(id) = new.register_id
            && taken.contains(&Unique::RegisterId(id.0))
        {
            changes.push(lost("register id", "somebody else has it"));
        }
        Ok(changes)
    }

    /// Whether somebody has this number.
    pub async fn has_number(&self, number: i64) -> Result<bool, Error> {
        Ok(self.users.find_by_number(number).await?.is_some())
    }

    /// Whether somebody has this name.
    pub async fn has_name(&self, name: &Username) -> Result<bool, Error> {
        Ok(self.users.find_by_username(name).await?.is_some())
    }

    /// Makes a picture that was brought stand for somebody; false if it is no picture.
    pub async fn avatar(
        &self,
        from: OldServerId,
        key: &str,
        user: UserId,
        picture: MediaId,
    ) -> Result<bool, Error> {
        let source = from.source(OldModel::Avatar, key);
        let now = self.clock.now();
        let set = self.store.bring_avatar(source, user, picture, now).await?;
        Ok(set == AvatarSet::Done)
    }

    /// The account of somebody who came, but for its name, and what of it cannot be as it was.
    fn prepare(&self, from: OldServerId, old: &OldAccount) -> (OldPerson, Vec<Change>) {
        let now = self.clock.now();
        let at = old.joined_at.map_or(now, |at| at.min(now));
        let id = old.id.unwrap_or_else(|| self.draw_user(at));
        let (email, no_email) = old.address();
        let (password, no_password) = old.hash();
        let (mobile, no_mobile) = old.mobile_number();
        let (register_id, no_register_id) = self.register_id(old);
        let username = usernames::made(old.base().as_ref(), 0, id);
        let called = old.called();
        let display_name = called.unwrap_or_else(|| {
            let name: Result<DisplayName, _> = username.as_str().parse();
            name.expect("a username can be a name")
        });
        let person = OldPerson {
            account: NewAccount {
                id,
                display_name,
                username,
                first_name: tamed(&old.first_name, PersonName::MAX),
                last_name: tamed(&old.last_name, PersonName::MAX),
                claims_address: old.claims_address && email.is_some(),
                email,
                email_verified: false,
                mobile,
                password,
                host: None,
                invite: None,
                verification: None,
                bot: false,
                admin: false,
                at,
            },
            numbering: from.numbering(old.number),
            register_id,
            about: tamed(&old.about, About::MAX),
            locked: old.locked,
            last_seen: old.last_seen.map(|seen| seen.min(now)),
            print: old.print(),
        };
        let changes = [no_email, no_password, no_mobile, no_register_id];
        (person, changes.into_iter().flatten().collect())
    }

    /// What is kept of a register id, if it is one, and what is to be told if not.
    fn register_id(&self, old: &OldAccount) -> (Option<CodeDigest>, Option<Change>) {
        let text = old.register_id.expose_secret();
        if text.trim().is_empty() {
            return (None, None);
        }
        match RegisterId::parse(text) {
            Some(id) => {
                let digest = id.digest(&self.vault.dialects().register_ids);
                (Some(CodeDigest(digest)), None)
            }
            None => (None, Some(lost("register id", "it is none"))),
        }
    }
}

/// What of an account's name, number and id is not as it was.
fn unlike(old: &OldAccount, new: &Account) -> Vec<Change> {
    let mut changes = Vec::new();
    if !old.username.is_empty() && old.username != new.username.as_str() {
        changes.push(Change::Renamed(new.username.to_string()));
    }
    if old.number.is_some_and(|number| number != new.user.number) {
        changes.push(Change::Renumbered(new.user.number));
    }
    if old.id.is_some_and(|id| id != new.user.id) {
        changes.push(Change::Rekeyed(new.user.id.uuid()));
    }
    changes
}

fn lost(what: &'static str, why: &'static str) -> Change {
    Change::Lost { what, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(username: &str, first_name: &str, email: &str, password: &str) -> OldAccount {
        OldAccount {
            key: "1".into(),
            number: Some(1),
            id: None,
            username: username.to_owned(),
            display_name: String::new(),
            first_name: first_name.to_owned(),
            last_name: "Smith".to_owned(),
            email: email.to_owned(),
            claims_address: true,
            password: password.into(),
            mobile: String::new(),
            register_id: SecretString::default(),
            about: String::new(),
            locked: false,
            joined_at: None,
            last_seen: None,
        }
    }

    #[test]
    fn a_name_is_kept_or_made_of_what_is_known() {
        for (username, first_name, email, expected) in [
            ("Ann.Smith", "", "", Some("Ann.Smith")),
            ("ann+tea@example.org", "", "", Some("ann.tea.example.org")),
            ("", "Ann", "", Some("ann.smith")),
            ("", "", "", Some("smith")),
            // Letters of different scripts are not mixed.
            ("@", "\u{674e}", "li@example.org", Some("li")),
            ("@", "\u{674e}", "", None),
        ] {
            let base = old(username, first_name, email, "").base();
            assert_eq!(base.as_ref().map(Username::as_str), expected, "{username:?}");
        }
    }

    #[test]
    fn what_was_no_hash_is_no_password() {
        for (stored, kept) in [
            (
                "pbkdf2_sha256$600000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
                true,
            ),
            (
                "pbkdf2_sha256$4000000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
                false,
            ),
            ("argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$a2V5", false),
            ("!0rNgvjYtUy7IAMSCRAnpaOdJmFBXKLfjoHzb0Ah2", false),
            ("letmein", false),
            ("", false),
        ] {
            let (hash, change) = old("ann", "", "", stored).hash();
            assert_eq!((hash.is_some(), change.is_none()), (kept, kept), "{stored}");
        }
    }
}
