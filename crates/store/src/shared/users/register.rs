//! Making accounts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use parlor_domain::{Account, AccountStatus};
use parlor_ports::{HostUser, NewAccount, Registered};
use secrecy::ExposeSecret;

use super::super::{Tx, invites, outbox, proofs, rooms};
use super::access::NO_PASSWORD;
use super::address::Address;
use super::profile::hold_mobile;
use super::{find, find_by_host};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::schema::{host_users, users};

pub(in super::super) async fn register(tx: &mut Tx<'_>, new: NewAccount) -> QueryResult<Registered> {
    register_numbered(tx, new, None).await
}

/// Makes an account with this number, which must be free, or with the next one.
pub(in super::super) async fn register_numbered(
    tx: &mut Tx<'_>,
    new: NewAccount,
    number: Option<i64>,
) -> QueryResult<Registered> {
    let everyones = if new.bot {
        None
    } else {
        rooms::hold_everyones(tx).await?
    };
    let held = new.email_verified || new.claims_address;
    let address = match new.email.as_ref().filter(|_| held) {
        Some(email) => Some(Address::hold(tx, email, &[]).await?),
        None => None,
    };
    if let Some(address) = &address {
        let claimed = new.claims_address && address.is_claimed(tx, new.id).await?;
        if claimed || address.is_taken(tx, new.id).await? {
            return Ok(Registered::EmailTaken);
        }
    }
    if let Some(host) = &new.host {
        tx.claim(&format!("host {:?}", (&host.issuer, &host.subject)))
            .await?;
        if find_by_host(tx.conn, host.clone()).await?.is_some() {
            return Ok(Registered::HostUserTaken);
        }
    }
    if let Some(mobile) = &new.mobile
        && hold_mobile(tx, mobile).await?.is_some()
    {
        return Ok(Registered::MobileTaken);
    }
    let invited = match &new.invite {
        Some(token) => match invites::redeem(tx, *token, new.at).await? {
            Some(admin) => admin,
            None => return Ok(Registered::InviteUnknown),
        },
        None => new.admin,
    };
    if !insert(tx, &new, invited, number).await? {
        if let Some(token) = new.invite {
            invites::give_back(tx, token).await?;
        }
        return Ok(Registered::UsernameTaken);
    }
    tx.open_stream(Id::of(new.id), new.at).await?;
    if let Some(address) = address {
        if new.claims_address {
            address.claim(tx, new.id).await?;
        }
        if new.email_verified {
            address.give(tx, new.id, new.at).await?;
        }
    }
    if let Some(host) = &new.host {
        link(tx, &new, host).await?;
    }
    if let Some((proof, letter)) = new.verification {
        proofs::keep(tx, &proof).await?;
        outbox::keep(tx, letter, Some(new.id)).await?;
    }
    let account: Option<Account> = find(tx.conn, new.id).await?;
    let account = account.ok_or_else(|| corrupt("account", new.id))?;
    if let Some(room) = everyones {
        rooms::welcome(tx, &room, account.user, new.at).await?;
    }
    Ok(Registered::Done(Box::new(account)))
}

/// False if somebody has this name, or one that looks like it.
async fn insert(tx: &mut Tx<'_>, new: &NewAccount, admin: bool, number: Option<i64>) -> QueryResult<bool> {
    let password = new.password.as_ref().map(|password| password.0.expose_secret());
    let inserted = diesel::insert_into(users::table)
        .values((
            number.map(|number| users::number.eq(number)),
            users::id.eq(Id::of(new.id)),
            users::username.eq(new.username.as_str()),
            users::username_key.eq(new.username.key()),
            users::username_look.eq(new.username.looks()),
            users::display_name.eq(new.display_name.as_str()),
            users::name_key.eq(new.display_name.key()),
            (
                users::first_name.eq(new.first_name.as_ref().map(|name| name.as_str())),
                users::first_name_key.eq(new.first_name.as_ref().map(|name| name.key())),
                users::last_name.eq(new.last_name.as_ref().map(|name| name.as_str())),
                users::last_name_key.eq(new.last_name.as_ref().map(|name| name.key())),
            ),
            users::email.eq(new.email.as_ref().map(|email| email.as_str())),
            users::unproved_key.eq(new.email.as_ref().map(|email| email.key())),
            users::mobile.eq(new.mobile.as_ref().map(|mobile| mobile.as_str())),
            // Who gives it at registering does so in a dialect that finds people by it.
            users::found_by_mobile.eq(new.mobile.is_some()),
            users::password.eq(password.unwrap_or(NO_PASSWORD)),
            users::bot.eq(new.bot),
            users::admin.eq(admin),
            users::status.eq(AccountStatus::Active.code()),
            users::created_at.eq(new.at.micros()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    Ok(inserted > 0)
}

/// Remembers of which host application's user the account is.
async fn link(tx: &mut Tx<'_>, new: &NewAccount, host: &HostUser) -> QueryResult<()> {
    diesel::insert_into(host_users::table)
        .values((
            host_users::issuer.eq(&*host.issuer),
            host_users::subject.eq(&*host.subject),
            host_users::user_id.eq(Id::of(new.id)),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}
