//! Finding people, and what they let others see.

use std::collections::HashSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, AccountStatus, Audience, Mobile, UserId, fold};
use parlor_ports::{Shown, UserSearch};

use super::super::super::Conn;
use super::super::contacts::{blockers, whose_contact};
use crate::code::Code;
use crate::counter::rows;
use crate::id::Id;
use crate::rows::AccountRow;
use crate::schema::{blocks, users};

pub(super) async fn search(
    conn: &mut Conn,
    viewer: UserId,
    wanted: UserSearch,
    most: usize,
) -> QueryResult<Vec<Account>> {
    let active = users::status.eq(AccountStatus::Active.code());
    let (found, shown_to): (Option<AccountRow>, fn(&Account) -> Audience) = match wanted {
        UserSearch::Beginning(text) => return beginning(conn, viewer, fold(&text), most).await,
        UserSearch::Email(email) => {
            let one = users::table.filter(users::email_key.eq(email.key()));
            let one = one.filter(active).select(AccountRow::as_select());
            (one.first(conn).await.optional()?, |account| {
                account.profile.shows.email
            })
        }
        UserSearch::Mobile(mobile) => {
            let one = users::table.filter(users::mobile.eq(mobile.as_str()));
            let one = one.filter(active).select(AccountRow::as_select());
            (one.first(conn).await.optional()?, |account| {
                account.profile.shows.mobile
            })
        }
        UserSearch::Given(mobile) => return given(conn, viewer, &mobile, most).await,
    };
    let Some(row) = found else {
        return Ok(Vec::new());
    };
    let account = Account::try_from(row)?;
    let sight = Sight::of(conn, viewer, &[account.user.id]).await?;
    let sees = sight.reaches(account.user.id, shown_to(&account));
    Ok(sees.then_some(account).into_iter().take(most).collect())
}

/// The person with this number who is found by it, or shows it to the viewer.
async fn given(conn: &mut Conn, viewer: UserId, mobile: &Mobile, most: usize) -> QueryResult<Vec<Account>> {
    let found: Option<(AccountRow, bool)> = users::table
        .filter(users::mobile.eq(mobile.as_str()))
        .filter(users::status.eq(AccountStatus::Active.code()))
        .filter(users::discoverable)
        .select((AccountRow::as_select(), users::found_by_mobile))
        .first(conn)
        .await
        .optional()?;
    let Some((row, given)) = found else {
        return Ok(Vec::new());
    };
    let account = Account::try_from(row)?;
    let person = account.user.id;
    let shown_to = if given {
        Audience::Everyone
    } else {
        account.profile.shows.mobile
    };
    let sight = Sight::of(conn, viewer, &[person]).await?;
    let sees = sight.reaches(person, shown_to);
    Ok(sees.then_some(account).into_iter().take(most).collect())
}

/// People one of whose names begins like this. Each kind of name has its index, of which a range is read; a username that is
/// all of it is the first of its range. Who has blocked the viewer, or is not discoverable, is found by the whole username only.
async fn beginning(conn: &mut Conn, viewer: UserId, key: String, most: usize) -> QueryResult<Vec<Account>> {
    // PostgreSQL knows no text with a zero in it, and so nobody has it in his name.
    if key.is_empty() || key.contains('\0') {
        return Ok(Vec::new());
    }
    let end = format!("{key}{}", char::MAX);
    let limit = rows(most);
    let mut found: Vec<Account> = Vec::new();
    macro_rules! range {
        ($($column:ident),*) => { $(
            let rows: Vec<AccountRow> = users::table
                .filter(users::$column.ge(&key))
                .filter(users::$column.lt(&end))
                .filter(users::status.eq(AccountStatus::Active.code()))
                .filter(users::username_key.eq(&key).or(users::discoverable.and(not(exists(
                    blocks::table
                        .filter(blocks::user_id.eq(users::id))
                        .filter(blocks::blocked_id.eq(Id::of(viewer))),
                )))))
                .order(users::$column)
                .limit(limit)
                .select(AccountRow::as_select())
                .load(conn)
                .await?;
            for row in rows {
                if !found.iter().any(|known| known.user == row.user()) {
                    found.push(row.try_into()?);
                }
            }
        )* };
    }
    // Only the keys of deleted accounts begin like that, and there may be many.
    if !key.starts_with('!') {
        range!(username_key);
    }
    range!(name_key, first_name_key, last_name_key);
    found.truncate(most);
    Ok(found)
}

pub(super) async fn shown(
    conn: &mut Conn,
    viewer: UserId,
    people: Vec<UserId>,
) -> QueryResult<Vec<(UserId, Shown)>> {
    let sight = Sight::of(conn, viewer, &people).await?;
    let ids: Vec<Id> = people.into_iter().map(Id::of).collect();
    let rows: Vec<AccountRow> = users::table
        .filter(users::id.eq_any(ids))
        .order(users::id)
        .select(AccountRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            let account = Account::try_from(row)?;
            Ok((account.user.id, sight.shown(account)))
        })
        .collect()
}

/// How near a viewer is to others.
struct Sight {
    viewer: UserId,
    /// Whose contact he is.
    contacts: HashSet<Id>,
    /// Who has blocked him, and shows him no more than nothing.
    blockers: HashSet<Id>,
}

impl Sight {
    async fn of(conn: &mut Conn, viewer: UserId, people: &[UserId]) -> QueryResult<Self> {
        Ok(Self {
            viewer,
            contacts: whose_contact(conn, viewer, people).await?,
            blockers: blockers(conn, viewer, people).await?,
        })
    }

    /// Whether the viewer sees what this person shows to these.
    fn reaches(&self, person: UserId, audience: Audience) -> bool {
        let id = Id::of(person);
        let shown = || audience.includes(self.contacts.contains(&id));
        person == self.viewer || !self.blockers.contains(&id) && shown()
    }

    fn shown(&self, account: Account) -> Shown {
        let (user, profile) = (account.user.id, account.profile);
        let verified = account.email.filter(|_| account.email_verified_at.is_some());
        Shown {
            presence: self.reaches(user, profile.shows.presence),
            email: verified.filter(|_| self.reaches(user, profile.shows.email)),
            mobile: profile
                .mobile
                .filter(|_| self.reaches(user, profile.shows.mobile)),
            last_seen: account
                .last_seen
                .filter(|_| self.reaches(user, profile.shows.last_seen)),
        }
    }
}
