//! Letters that wait.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::{Timestamp, UserId};
use parlor_ports::{GivenUp, NewLetter, Outbox, Priority, StoreError, Waiting};

use super::super::{Backend, Conn, due};
use super::Tx;
use super::care::STEP;
use crate::counter::rows;
use crate::rows::{GivenUpRow, NewLetterRow};
use crate::schema::letters;

#[async_trait]
impl Outbox for Backend {
    async fn claim(&self, now: Timestamp, until: Timestamp, most: usize) -> Result<Vec<Waiting>, StoreError> {
        self.write_as(Priority::Bulk, move |tx| claim(tx, now, until, most).boxed())
            .await
    }

    async fn sent(&self, number: i64) -> Result<(), StoreError> {
        self.write_as(Priority::Bulk, move |tx| sent(tx, number).boxed())
            .await
    }

    async fn put_off(&self, number: i64, due_at: Option<Timestamp>, why: String) -> Result<(), StoreError> {
        self.write_as(Priority::Bulk, move |tx| put_off(tx, number, due_at, why).boxed())
            .await
    }

    async fn given_up(&self, most: usize) -> Result<Vec<GivenUp>, StoreError> {
        self.read(move |conn| given_up(conn, most).boxed()).await
    }

    async fn retry_given_up(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |tx| retry_given_up(tx, now).boxed()).await
    }

    async fn sweep(&self, before: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, before).boxed())
            .await
    }
}

/// Keeps a letter about somebody's account until it is sent: for all that write letters.
pub(super) async fn keep(tx: &mut Tx<'_>, letter: NewLetter, user: Option<UserId>) -> QueryResult<()> {
    diesel::insert_into(letters::table)
        .values(NewLetterRow::of(letter, user))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn claim(tx: &mut Tx<'_>, now: Timestamp, until: Timestamp, most: usize) -> QueryResult<Vec<Waiting>> {
    let rows = due(tx.conn, now.micros(), rows(most)).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
    diesel::update(letters::table.filter(letters::number.eq_any(numbers)))
        .set(letters::due_at.eq(until.micros()))
        .execute(tx.conn)
        .await?;
    rows.into_iter().map(Waiting::try_from).collect()
}

async fn sent(tx: &mut Tx<'_>, number: i64) -> QueryResult<()> {
    diesel::delete(letters::table.find(number))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn put_off(tx: &mut Tx<'_>, number: i64, due_at: Option<Timestamp>, why: String) -> QueryResult<()> {
    diesel::update(letters::table.find(number))
        .set((
            letters::due_at.eq(due_at.map(Timestamp::micros)),
            letters::put_off.eq(letters::put_off + 1),
            letters::why.eq(why),
        ))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn given_up(conn: &mut Conn, most: usize) -> QueryResult<Vec<GivenUp>> {
    let rows: Vec<GivenUpRow> = letters::table
        .filter(letters::due_at.is_null())
        .order(letters::number)
        .limit(rows(most))
        .select(GivenUpRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(GivenUp::try_from).collect()
}

async fn retry_given_up(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<usize> {
    let now = now.micros();
    diesel::update(letters::table.filter(letters::due_at.is_null()))
        .filter(letters::expires_at.is_null().or(letters::expires_at.gt(now)))
        .set((
            letters::due_at.eq(now),
            letters::tried_since.eq(now),
            letters::put_off.eq(0),
        ))
        .execute(tx.conn)
        .await
}

async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> QueryResult<bool> {
    let over: Vec<i64> = letters::table
        .filter(letters::due_at.is_null())
        .filter(letters::tried_since.lt(before.micros()))
        .order(letters::tried_since)
        .limit(STEP)
        .select(letters::number)
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        return Ok(false);
    }
    // Whoever has them tried again at this moment keeps them.
    diesel::delete(letters::table.filter(letters::number.eq_any(over)))
        .filter(letters::due_at.is_null())
        .execute(tx.conn)
        .await?;
    Ok(true)
}
