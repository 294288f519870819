//! Links that prove who has got them.

use diesel::{Insertable, QueryResult};
use parlor_domain::Email;
use parlor_ports::{NewProof, Purpose};

use crate::code::{Code, Proves};
use crate::error::{corrupt, parse};
use crate::id::Id;
use crate::schema::proofs;

/// A proof to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = proofs)]
pub(crate) struct ProofRow {
    token: Vec<u8>,
    user_id: Id,
    pub(crate) purpose: i16,
    email: Option<String>,
    epoch: i64,
    created_at: i64,
    expires_at: i64,
}

impl ProofRow {
    /// The row of a proof that is good as long as the account is as it is in this epoch.
    pub(crate) fn of(new: &NewProof, epoch: i64) -> Self {
        let (purpose, email) = match &new.purpose {
            Purpose::Verify(email) => (Proves::Verify, Some(email)),
            Purpose::Confirm(email) => (Proves::Confirm, Some(email)),
            Purpose::Reset => (Proves::Reset, None),
            Purpose::Change => (Proves::Change, None),
        };
        Self {
            token: new.token.0.to_vec(),
            user_id: new.user.into(),
            purpose: purpose.code(),
            email: email.map(|email| email.as_str().to_owned()),
            epoch,
            created_at: new.at.micros(),
            expires_at: new.expires_at.micros(),
        }
    }

    /// What a row with this purpose and this address is good for.
    pub(crate) fn purpose(code: i16, email: Option<&str>) -> QueryResult<Purpose> {
        let email = || -> QueryResult<Email> {
            let text = email.ok_or_else(|| corrupt("proof", "no address"))?;
            parse("e-mail address", text)
        };
        Ok(match Proves::decode(code)? {
            Proves::Verify => Purpose::Verify(email()?),
            Proves::Confirm => Purpose::Confirm(email()?),
            Proves::Reset => Purpose::Reset,
            Proves::Change => Purpose::Change,
        })
    }
}
