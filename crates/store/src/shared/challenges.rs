//! Log-ins that still need a code.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::Timestamp;
use parlor_ports::{
    Challenge, ChallengeStore, CodeDigest, NewChallenge, NewLetter, Priority, StoreError, TokenDigest,
};

use super::super::{Backend, Conn};
use super::care::STEP;
use super::{Tx, outbox};
use crate::rows::{ChallengeRow, NewChallengeRow};
use crate::schema::challenges;

#[async_trait]
impl ChallengeStore for Backend {
    async fn open(&self, new: NewChallenge, letter: Option<NewLetter>) -> Result<(), StoreError> {
        self.write(move |tx| open(tx, new, letter).boxed()).await
    }

    async fn find(&self, challenge: TokenDigest, now: Timestamp) -> Result<Option<Challenge>, StoreError> {
        self.read(move |conn| find(conn, challenge, now).boxed()).await
    }

    async fn count_try(
        &self,
        challenge: TokenDigest,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<Challenge>, StoreError> {
        self.write(move |tx| count_try(tx, challenge, most, now).boxed())
            .await
    }

    async fn meet(&self, challenge: TokenDigest, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |tx| meet(tx, challenge, now).boxed()).await
    }

    async fn replace_code(
        &self,
        challenge: TokenDigest,
        sent: u32,
        code: CodeDigest,
        letter: Option<NewLetter>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| replace_code(tx, challenge, sent, code, letter, now).boxed())
            .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, now).boxed())
            .await
    }
}

async fn open(tx: &mut Tx<'_>, new: NewChallenge, letter: Option<NewLetter>) -> QueryResult<()> {
    let user = new.user;
    diesel::insert_into(challenges::table)
        .values(NewChallengeRow::from(new))
        .execute(tx.conn)
        .await?;
    if let Some(letter) = letter {
        outbox::keep(tx, letter, user).await?;
    }
    Ok(())
}

async fn find(conn: &mut Conn, challenge: TokenDigest, now: Timestamp) -> QueryResult<Option<Challenge>> {
    challenges::table
        .find(challenge.0.to_vec())
        .filter(challenges::met_at.is_null())
        .filter(challenges::expires_at.gt(now.micros()))
        .select(ChallengeRow::as_select())
        .first(conn)
        .await
        .optional()?
        .map(Challenge::try_from)
        .transpose()
}

async fn count_try(
    tx: &mut Tx<'_>,
    challenge: TokenDigest,
    most: u32,
    now: Timestamp,
) -> QueryResult<Option<Challenge>> {
    diesel::update(challenges::table.find(challenge.0.to_vec()))
        .filter(challenges::met_at.is_null())
        .filter(challenges::expires_at.gt(now.micros()))
        .filter(challenges::tries.lt(i32::try_from(most).unwrap_or(i32::MAX)))
        .set(challenges::tries.eq(challenges::tries + 1))
        .returning(ChallengeRow::as_returning())
        .get_result(tx.conn)
        .await
        .optional()?
        .map(Challenge::try_from)
        .transpose()
}

async fn meet(tx: &mut Tx<'_>, challenge: TokenDigest, now: Timestamp) -> QueryResult<bool> {
    let met = diesel::update(challenges::table.find(challenge.0.to_vec()))
        .filter(challenges::met_at.is_null())
        .filter(challenges::expires_at.gt(now.micros()))
        .set(challenges::met_at.eq(now.micros()))
        .execute(tx.conn)
        .await?;
    Ok(met > 0)
}

async fn replace_code(
    tx: &mut Tx<'_>,
    challenge: TokenDigest,
    sent: u32,
    code: CodeDigest,
    letter: Option<NewLetter>,
    now: Timestamp,
) -> QueryResult<bool> {
    let replaced = diesel::update(challenges::table.find(challenge.0.to_vec()))
        .filter(challenges::met_at.is_null())
        .filter(challenges::expires_at.gt(now.micros()))
        .filter(challenges::sent.eq(i32::try_from(sent).unwrap_or(i32::MAX)))
        .set((
            challenges::code.eq(code.0.to_vec()),
            challenges::sent.eq(challenges::sent + 1),
            challenges::sent_at.eq(now.micros()),
        ))
        .returning(ChallengeRow::as_returning())
        .get_result(tx.conn)
        .await
        .optional()?;
    let Some(row) = replaced else {
        return Ok(false);
    };
    if let Some(letter) = letter {
        let challenge = Challenge::try_from(row)?;
        outbox::keep(tx, letter, challenge.user).await?;
    }
    Ok(true)
}

async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let over: Vec<Vec<u8>> = challenges::table
        .filter(challenges::expires_at.le(now.micros()))
        .order(challenges::expires_at)
        .limit(STEP)
        .select(challenges::token)
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        return Ok(false);
    }
    diesel::delete(challenges::table.filter(challenges::token.eq_any(over)))
        .execute(tx.conn)
        .await?;
    Ok(true)
}
