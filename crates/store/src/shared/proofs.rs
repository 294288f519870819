//! Links that prove who has got them.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{AccountStatus, Email, Timestamp, UserId};
use parlor_ports::{
    EmailProved, NewLetter, NewProof, PasswordHash, Priority, ProofStore, Purpose, StoreError, TokenDigest,
};

use super::super::{Backend, Conn};
use super::care::STEP;
use super::sessions::end_sessions;
use super::users::{self, Address, replace_password, void};
use super::{Tx, outbox};
use crate::code::Code;
use crate::error::corrupt;
use crate::id::Id;
use crate::rows::ProofRow;
use crate::schema::{proofs, users as accounts};

#[async_trait]
impl ProofStore for Backend {
    async fn issue(&self, new: NewProof, letter: NewLetter) -> Result<(), StoreError> {
        self.write(move |tx| issue(tx, new, letter).boxed()).await
    }

    async fn find(
        &self,
        proof: TokenDigest,
        now: Timestamp,
    ) -> Result<Option<(UserId, Purpose)>, StoreError> {
        self.read(move |conn| find(conn, proof, now).boxed()).await
    }

    async fn verify_email(&self, proof: TokenDigest, now: Timestamp) -> Result<EmailProved, StoreError> {
        self.write(move |tx| verify_email(tx, proof, now).boxed()).await
    }

    async fn confirm_email(
        &self,
        proof: TokenDigest,
        notice: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<EmailProved, StoreError> {
        self.write(move |tx| confirm_email(tx, proof, notice, now).boxed())
            .await
    }

    async fn claim_email(
        &self,
        user: UserId,
        proof: Option<TokenDigest>,
        email: Email,
        notice: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<EmailProved, StoreError> {
        self.write(move |tx| async move { claim_email(tx, user, proof, &email, notice, now).await }.boxed())
            .await
    }

    async fn set_email(&self, user: UserId, email: Email, now: Timestamp) -> Result<EmailProved, StoreError> {
        self.write(move |tx| async move { set_email(tx, user, &email, now).await }.boxed())
            .await
    }

    async fn reset_password(
        &self,
        proof: TokenDigest,
        password: PasswordHash,
        notice: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError> {
        self.write(move |tx| reset_password(tx, proof, password, notice, now).boxed())
            .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, now).boxed())
            .await
    }
}

async fn issue(tx: &mut Tx<'_>, new: NewProof, letter: NewLetter) -> QueryResult<()> {
    let Some(account) = users::hold(tx, new.user).await? else {
        return Ok(());
    };
    // The address may have become another since the letter was written. Its reader gets no link that is good.
    let reader_is_owner = match new.purpose {
        Purpose::Verify(_) | Purpose::Reset | Purpose::Change => account.email.as_ref() == Some(&letter.to),
        Purpose::Confirm(_) => true,
    };
    if reader_is_owner {
        keep(tx, &new).await?;
        outbox::keep(tx, letter, Some(new.user)).await?;
    }
    Ok(())
}

/// Keeps a proof for the account as it is now, in the place of the last one for the same purpose.
pub(super) async fn keep(tx: &mut Tx<'_>, new: &NewProof) -> QueryResult<()> {
    let user = Id::of(new.user);
    let epoch = accounts::table
        .find(user)
        .select(accounts::epoch)
        .first(tx.conn)
        .await?;
    let row = ProofRow::of(new, epoch);
    diesel::delete(proofs::table.filter(proofs::user_id.eq(user)))
        .filter(proofs::purpose.eq(row.purpose))
        .execute(tx.conn)
        .await?;
    diesel::insert_into(proofs::table)
        .values(row)
        .execute(tx.conn)
        .await?;
    Ok(())
}

/// What a proof is good for, if the account is still as it was when it was made.
async fn find(conn: &mut Conn, proof: TokenDigest, now: Timestamp) -> QueryResult<Option<(UserId, Purpose)>> {
    let found: Option<(Id, i16, Option<String>, Option<String>)> = proofs::table
        .inner_join(accounts::table.on(accounts::id.eq(proofs::user_id)))
        .filter(proofs::token.eq(proof.0.to_vec()))
        .filter(proofs::expires_at.gt(now.micros()))
        .filter(proofs::epoch.eq(accounts::epoch))
        .filter(accounts::status.ne(AccountStatus::Deleted.code()))
        .select((proofs::user_id, proofs::purpose, proofs::email, accounts::email))
        .first(conn)
        .await
        .optional()?;
    let Some((user, purpose, email, current)) = found else {
        return Ok(None);
    };
    let purpose = ProofRow::purpose(purpose, email.as_deref())?;
    if matches!(purpose, Purpose::Verify(_)) && current != email {
        return Ok(None);
    }
    Ok(Some((user.into(), purpose)))
}

/// Uses up a proof. True exactly once, and only while it is good. The account must be held.
async fn use_up(tx: &mut Tx<'_>, proof: TokenDigest, now: Timestamp) -> QueryResult<bool> {
    let good = find(tx.conn, proof, now).await?.is_some();
    let used = diesel::delete(proofs::table.find(proof.0.to_vec()))
        .execute(tx.conn)
        .await?;
    Ok(good && used > 0)
}

async fn verify_email(tx: &mut Tx<'_>, proof: TokenDigest, now: Timestamp) -> QueryResult<EmailProved> {
    match find(tx.conn, proof, now).await? {
        Some((user, Purpose::Verify(email))) => prove(tx, proof, user, &email, now).await,
        _ => Ok(EmailProved::Unknown),
    }
}

async fn confirm_email(
    tx: &mut Tx<'_>,
    proof: TokenDigest,
    notice: Option<NewLetter>,
    now: Timestamp,
) -> QueryResult<EmailProved> {
    let Some((user, Purpose::Confirm(email))) = find(tx.conn, proof, now).await? else {
        return Ok(EmailProved::Unknown);
    };
    let proved = prove(tx, proof, user, &email, now).await?;
    if matches!(proved, EmailProved::Done(_)) {
        begin_anew(tx, user).await?;
        if let Some(notice) = notice {
            outbox::keep(tx, notice, Some(user)).await?;
        }
    }
    Ok(proved)
}

/// Voids what was made for an account before its address changed. The account must be held.
async fn begin_anew(tx: &mut Tx<'_>, user: UserId) -> QueryResult<()> {
    diesel::update(accounts::table.find(Id::of(user)))
        .set(accounts::epoch.eq(accounts::epoch + 1))
        .execute(tx.conn)
        .await?;
    void(tx, user).await
}

/// Makes an address somebody's by a proof.
async fn prove(
    tx: &mut Tx<'_>,
    proof: TokenDigest,
    user: UserId,
    email: &Email,
    now: Timestamp,
) -> QueryResult<EmailProved> {
    let address = Address::hold(tx, email, &[user]).await?;
    if !use_up(tx, proof, now).await? {
        return Ok(EmailProved::Unknown);
    }
    give(tx, address, user, now).await
}

/// Makes an address somebody's that is held with his account.
async fn give(
    tx: &mut Tx<'_>,
    address: Address<'_>,
    user: UserId,
    now: Timestamp,
) -> QueryResult<EmailProved> {
    if address.is_taken(tx, user).await? {
        return Ok(EmailProved::Taken);
    }
    address.give(tx, user, now).await?;
    let account = users::find(tx.conn, user).await?;
    let account = account.ok_or_else(|| corrupt("account", user))?;
    Ok(EmailProved::Done(Box::new(account)))
}

async fn claim_email(
    tx: &mut Tx<'_>,
    user: UserId,
    proof: Option<TokenDigest>,
    email: &Email,
    notice: Option<NewLetter>,
    now: Timestamp,
) -> QueryResult<EmailProved> {
    let address = Address::hold(tx, email, &[user]).await?;
    if let Some(proof) = proof
        && find(tx.conn, proof, now).await? != Some((user, Purpose::Change))
    {
        return Ok(EmailProved::Unknown);
    }
    let account = users::find(tx.conn, user).await?;
    let Some(account) = account.filter(|account| account.status == AccountStatus::Active) else {
        return Ok(EmailProved::Unknown);
    };
    let is_new = account.email.as_ref().map(Email::key) != Some(email.key());
    if is_new && address.belongs_to_another(tx, user).await? {
        return Ok(EmailProved::Taken);
    }
    if let Some(proof) = proof
        && !use_up(tx, proof, now).await?
    {
        return Ok(EmailProved::Unknown);
    }
    if !is_new {
        return Ok(EmailProved::Done(Box::new(account)));
    }
    address.claim_instead(tx, user).await?;
    begin_anew(tx, user).await?;
    if let Some(notice) = notice {
        outbox::keep(tx, notice, Some(user)).await?;
    }
    let account = users::find(tx.conn, user).await?;
    let account = account.ok_or_else(|| corrupt("account", user))?;
    Ok(EmailProved::Done(Box::new(account)))
}

async fn set_email(tx: &mut Tx<'_>, user: UserId, email: &Email, now: Timestamp) -> QueryResult<EmailProved> {
    let address = Address::hold(tx, email, &[user]).await?;
    let account = users::find(tx.conn, user).await?;
    if account.is_none_or(|account| account.status == AccountStatus::Deleted) {
        return Ok(EmailProved::Unknown);
    }
    let given = give(tx, address, user, now).await?;
    if matches!(given, EmailProved::Done(_)) {
        begin_anew(tx, user).await?;
    }
    Ok(given)
}

async fn reset_password(
    tx: &mut Tx<'_>,
    proof: TokenDigest,
    password: PasswordHash,
    notice: Option<NewLetter>,
    now: Timestamp,
) -> QueryResult<Option<UserId>> {
    let Some((user, Purpose::Reset)) = find(tx.conn, proof, now).await? else {
        return Ok(None);
    };
    let account = users::find(tx.conn, user).await?;
    let unproved = account
        .filter(|account| account.email_verified_at.is_none())
        .and_then(|account| account.email);
    let address = match &unproved {
        Some(email) => Some(Address::hold(tx, email, &[user]).await?),
        None => {
            tx.lock([Id::of(user)]).await?;
            None
        }
    };
    if !use_up(tx, proof, now).await? {
        return Ok(None);
    }
    // The mail was read, so the address is this person's as well.
    if let Some(address) = address
        && !address.is_taken(tx, user).await?
    {
        address.give(tx, user, now).await?;
    }
    replace_password(tx, user, &password).await?;
    end_sessions(tx, user, None, now).await?;
    if let Some(notice) = notice {
        outbox::keep(tx, notice, Some(user)).await?;
    }
    Ok(Some(user))
}

async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let over: Vec<Vec<u8>> = proofs::table
        .filter(proofs::expires_at.le(now.micros()))
        .order(proofs::expires_at)
        .limit(STEP)
        .select(proofs::token)
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        return Ok(false);
    }
    diesel::delete(proofs::table.filter(proofs::token.eq_any(over)))
        .execute(tx.conn)
        .await?;
    Ok(true)
}
