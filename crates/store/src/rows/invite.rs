//! Invitations.

use diesel::{Insertable, Queryable, Selectable};
use parlor_domain::Timestamp;
use parlor_ports::{Invite, NewInvite};

use crate::id::Id;
use crate::schema::invites;

/// An invitation, without its text.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = invites)]
pub(crate) struct InviteRow {
    number: i64,
    admin: bool,
    uses: i32,
    by_id: Option<Id>,
    created_at: i64,
    expires_at: i64,
}

impl From<InviteRow> for Invite {
    fn from(row: InviteRow) -> Self {
        Self {
            number: row.number,
            admin: row.admin,
            uses: u32::try_from(row.uses).unwrap_or(0),
            by: row.by_id.map(Into::into),
            at: Timestamp::from_micros(row.created_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        }
    }
}

/// An invitation to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = invites)]
pub(crate) struct NewInviteRow {
    token: Vec<u8>,
    admin: bool,
    first: bool,
    uses: i32,
    by_id: Option<Id>,
    created_at: i64,
    expires_at: i64,
}

impl NewInviteRow {
    /// The row of an invitation, which may be the one for a server without accounts.
    pub(crate) fn of(new: &NewInvite, first: bool) -> Self {
        Self {
            token: new.token.0.to_vec(),
            admin: new.admin,
            first,
            uses: i32::try_from(new.uses).unwrap_or(i32::MAX),
            by_id: new.by.map(Into::into),
            created_at: new.at.micros(),
            expires_at: new.expires_at.micros(),
        }
    }
}
