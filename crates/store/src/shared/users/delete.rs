//! Taking an account from its person.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{AccountStatus, Audience, Reach, Shows, Timestamp, UserId};

use super::super::sessions::end_sessions;
use super::super::{Tx, api_keys, broadcasts, departures, invites, media, statuses, uploads};
use super::access::{NO_PASSWORD, void};
use super::hold;
use crate::code::Code;
use crate::id::Id;
use crate::schema::{
    apps, claimed_addresses, host_users, letters, places, recovery_codes, register_ids, sessions, users,
};

/// What those who are gone are called.
const USERNAME: &str = "deleted";
const DISPLAY_NAME: &str = "Deleted user";

pub(super) async fn delete(
    tx: &mut Tx<'_>,
    user: UserId,
    messages: bool,
    at: Timestamp,
) -> QueryResult<bool> {
    let Some(account) = hold(tx, user).await? else {
        return Ok(false);
    };
    end_sessions(tx, user, None, at).await?;
    void(tx, user).await?;
    invites::withdraw_all(tx, user).await?;
    api_keys::revoke_all(tx, user).await?;
    forget(tx, Id::of(user)).await?;
    blank(tx, Id::of(user)).await?;
    media::release(tx, account.profile.avatar).await?;
    uploads::end_all(tx, user, at).await?;
    statuses::remove_all(tx, user).await?;
    broadcasts::delete_all(tx, user, at).await?;
    departures::plan(tx, user, messages, at).await?;
    Ok(true)
}

/// Forgets what the account could do, and what is known of its devices. The rows of its sessions tell those who follow
/// it that they have ended.
async fn forget(tx: &mut Tx<'_>, user: Id) -> QueryResult<()> {
    diesel::delete(apps::table.find(user)).execute(tx.conn).await?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(host_users::table.filter(host_users::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(claimed_addresses::table.filter(claimed_addresses::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(register_ids::table.filter(register_ids::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(letters::table.filter(letters::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::delete(places::table.filter(places::user_id.eq(user)))
        .execute(tx.conn)
        .await?;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .set((sessions::device.eq(""), sessions::address.eq(None::<String>)))
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// Leaves of the account what others need to read old conversations. Its name is free again: the keys by which it was
/// found and kept from others are none that a name can have.
async fn blank(tx: &mut Tx<'_>, user: Id) -> QueryResult<()> {
    let nothing = None::<String>;
    let key = format!("!{}", user.0);
    let shows = Shows::default();
    diesel::update(users::table.find(user))
        .set((
            (
                users::username.eq(USERNAME),
                users::username_key.eq(&key),
                users::username_look.eq(&key),
                users::display_name.eq(DISPLAY_NAME),
                users::name_key.eq(&nothing),
                users::first_name.eq(&nothing),
                users::first_name_key.eq(&nothing),
                users::last_name.eq(&nothing),
                users::last_name_key.eq(&nothing),
                users::about.eq(&nothing),
                users::locale.eq(&nothing),
                users::time_zone.eq(&nothing),
            ),
            (
                users::email.eq(&nothing),
                users::email_key.eq(&nothing),
                users::unproved_key.eq(&nothing),
                users::email_verified_at.eq(None::<i64>),
                users::mobile.eq(&nothing),
                users::show_email.eq(shows.email.code()),
                users::show_mobile.eq(shows.mobile.code()),
                users::show_last_seen.eq(shows.last_seen.code()),
                users::last_seen.eq(None::<i64>),
                users::avatar.eq(None::<Id>),
            ),
            (
                users::password.eq(NO_PASSWORD),
                users::admin.eq(false),
                users::status.eq(AccountStatus::Deleted.code()),
                users::epoch.eq(users::epoch + 1),
                users::mailed_code.eq(false),
                users::reach.eq(Reach::default().code()),
                users::show_presence.eq(Audience::Nobody.code()),
                users::private.eq(false),
                users::discoverable.eq(true),
                users::found_by_mobile.eq(false),
            ),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}
