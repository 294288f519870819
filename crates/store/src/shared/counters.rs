//! Counts of what was tried.

use std::time::Duration;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use parlor_domain::Timestamp;
use parlor_ports::{CounterName, CounterStore, Priority, StoreError};

use super::super::Backend;
use super::Tx;
use super::care::STEP;
use crate::schema::counters;

#[async_trait]
impl CounterStore for Backend {
    async fn count(
        &self,
        name: CounterName,
        most: u32,
        window: Duration,
        now: Timestamp,
    ) -> Result<Result<(), Duration>, StoreError> {
        self.write(move |tx| count(tx, name, most, window, now).boxed())
            .await
    }

    async fn forget(&self, name: CounterName) -> Result<(), StoreError> {
        self.write(move |tx| forget(tx, name).boxed()).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.write_as(Priority::Bulk, move |tx| sweep(tx, now).boxed())
            .await
    }
}

async fn count(
    tx: &mut Tx<'_>,
    name: CounterName,
    most: u32,
    window: Duration,
    now: Timestamp,
) -> QueryResult<Result<(), Duration>> {
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    if most == 0 {
        return Ok(Err(window));
    }
    // Another round only when somebody else has begun or swept the window in between.
    loop {
        if one_more(tx, name, most, now).await? || begin(tx, name, window, now).await? {
            return Ok(Ok(()));
        }
        let ends_at: Option<i64> = counters::table
            .find(name.0.to_vec())
            .select(counters::ends_at)
            .filter(counters::ends_at.gt(now.micros()))
            .filter(counters::count.ge(most))
            .first(tx.conn)
            .await
            .optional()?;
        if let Some(ends_at) = ends_at {
            return Ok(Err(Timestamp::from_micros(ends_at).since(now)));
        }
    }
}

/// Counts in the window that there is, if it is not over and has place.
async fn one_more(tx: &mut Tx<'_>, name: CounterName, most: i32, now: Timestamp) -> QueryResult<bool> {
    let counted = diesel::update(counters::table.find(name.0.to_vec()))
        .filter(counters::ends_at.gt(now.micros()))
        .filter(counters::count.lt(most))
        .set(counters::count.eq(counters::count + 1))
        .execute(tx.conn)
        .await?;
    Ok(counted > 0)
}

/// Begins a window, if there is none or it is over.
async fn begin(tx: &mut Tx<'_>, name: CounterName, window: Duration, now: Timestamp) -> QueryResult<bool> {
    let ends_at = (now + window).micros();
    let begun = diesel::update(counters::table.find(name.0.to_vec()))
        .filter(counters::ends_at.le(now.micros()))
        .set((counters::count.eq(1), counters::ends_at.eq(ends_at)))
        .execute(tx.conn)
        .await?;
    if begun > 0 {
        return Ok(true);
    }
    let begun = diesel::insert_into(counters::table)
        .values((
            counters::name.eq(name.0.to_vec()),
            counters::count.eq(1),
            counters::ends_at.eq(ends_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)
        .await?;
    Ok(begun > 0)
}

async fn forget(tx: &mut Tx<'_>, name: CounterName) -> QueryResult<()> {
    diesel::delete(counters::table.find(name.0.to_vec()))
        .execute(tx.conn)
        .await?;
    Ok(())
}

async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> QueryResult<bool> {
    let over: Vec<Vec<u8>> = counters::table
        .filter(counters::ends_at.le(now.micros()))
        .order(counters::ends_at)
        .limit(STEP)
        .select(counters::name)
        .load(tx.conn)
        .await?;
    if over.is_empty() {
        return Ok(false);
    }
    // One of them may have begun anew meanwhile.
    diesel::delete(counters::table.filter(counters::name.eq_any(over)))
        .filter(counters::ends_at.le(now.micros()))
        .execute(tx.conn)
        .await?;
    Ok(true)
}
