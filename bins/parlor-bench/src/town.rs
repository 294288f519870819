//! The people and rooms that a run needs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use parlor_client::{NewRoom, Rest, RestError, client_id};
use parlor_wire::{HistoryPolicy, JoinRule};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Requests at a time. Enough to keep the server's hashing of passwords busy.
const REQUESTS: usize = 32;
/// People whom one request may bring in.
const ADDED_AT_ONCE: usize = 100;

/// How many people are wanted, and who of them is in which room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) people: usize,
    pub(crate) rooms: Vec<Vec<usize>>,
}

/// Somebody who was made for this tool.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Account {
    username: String,
    password: String,
    id: Uuid,
}

/// Accounts and rooms on a server; what `--keep FILE` keeps.
#[derive(Debug, Serialize, Deserialize)]
struct Records {
    plan: Plan,
    accounts: Vec<Account>,
    rooms: Vec<Uuid>,
}

/// Everybody logged in.
#[derive(Debug)]
pub(crate) struct Town {
    pub(crate) plan: Plan,
    /// An access token for each person.
    pub(crate) tokens: Vec<String>,
    /// The id of each room.
    pub(crate) rooms: Vec<Uuid>,
    accounts: Vec<Account>,
}

impl Plan {
    /// Rooms of `size` people each of whom is in one.
    pub(crate) fn separate(rooms: usize, size: usize) -> Self {
        let members = |room: usize| (room * size..(room + 1) * size).collect();
        Self {
            people: rooms * size,
            rooms: (0..rooms).map(members).collect(),
        }
    }

    /// Everybody in `each` rooms of about `size` people, with different neighbours in each; the first rooms are those of
    /// [`Self::separate`].
    pub(crate) fn mixed(people: usize, each: usize, size: usize) -> Self {
        let mut rooms = Vec::new();
        for round in 0..each {
            let shift = round * (size / each.max(1)).max(1);
            let order: Vec<usize> = (0..people).map(|n| (n + shift) % people).collect();
            rooms.extend(order.chunks(size.max(1)).map(<[usize]>::to_vec));
        }
        Self { people, rooms }
    }
}

impl Town {
    /// Takes the town that was kept in this file, if it fits, else builds one and keeps it. Logs everybody in.
    pub(crate) async fn ready(rest: &Rest, plan: Plan, keep: Option<&Path>) -> Result<Self> {
        let records = match keep {
            Some(path) if path.exists() => {
                let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
                let records: Records = serde_json::from_str(&text)?;
                if records.plan != plan {
                    bail!("{} was made for another plan: give another file", path.display());
                }
                let tokens = log_in(rest, &records.accounts).await?;
                return Ok(Self {
                    plan,
                    tokens,
                    rooms: records.rooms,
                    accounts: records.accounts,
                });
            }
            _ => {
                let accounts = register(rest, plan.people).await?;
                let tokens = log_in(rest, &accounts).await?;
                let rooms = make_rooms(rest, &plan, &accounts, &tokens).await?;
                let records = Records {
                    plan,
                    accounts,
                    rooms,
                };
                if let Some(path) = keep {
                    fs::write(path, serde_json::to_vec(&records)?)
                        .with_context(|| path.display().to_string())?;
                }
                (tokens, records)
            }
        };
        let (tokens, records) = records;
        Ok(Self {
            plan: records.plan,
            tokens,
            rooms: records.rooms,
            accounts: records.accounts,
        })
    }

    /// Logs this person in once more.
    pub(crate) async fn log_in_again(&self, rest: &Rest, person: usize) -> Result<(), RestError> {
        let account = &self.accounts[person % self.accounts.len()];
        rest.log_in(&account.username, &account.password, "bench").await?;
        Ok(())
    }
}

async fn register(rest: &Rest, people: usize) -> Result<Vec<Account>> {
    let bar = progress("accounts", people);
    // The end of a UUIDv7 is random; its beginning is the time, and the same for runs that begin together.
    let run: String = client_id().chars().rev().take(8).collect();
    let register = |n: usize| {
        let (username, password) = (format!("bench-{run}-{n}"), format!("bench {run} {n}"));
        let bar = bar.clone();
        async move {
            let id = rest.register(&username, &password).await?.id;
            bar.inc(1);
            Ok::<_, RestError>(Account {
                username,
                password,
                id,
            })
        }
    };
    let accounts = stream::iter(0..people).map(register).buffered(REQUESTS);
    let accounts = accounts.try_collect().await.context("registering")?;
    bar.finish_and_clear();
    Ok(accounts)
}

async fn log_in(rest: &Rest, accounts: &[Account]) -> Result<Vec<String>> {
    let bar = progress("log in", accounts.len());
    let log_in = |account: &Account| {
        let (account, bar) = (account.clone(), bar.clone());
        async move {
            let tokens = rest.log_in(&account.username, &account.password, "bench").await?;
            bar.inc(1);
            Ok::<_, RestError>(tokens.access_token)
        }
    };
    let tokens = stream::iter(accounts).map(log_in).buffered(REQUESTS);
    let tokens = tokens.try_collect().await.context("logging in")?;
    bar.finish_and_clear();
    Ok(tokens)
}

async fn make_rooms(rest: &Rest, plan: &Plan, accounts: &[Account], tokens: &[String]) -> Result<Vec<Uuid>> {
    let bar = progress("rooms", plan.rooms.len());
    let make = |(n, members): (usize, &Vec<usize>)| {
        let owner = members
            .first()
            .map(|owner| rest.with_token(tokens[*owner].as_str()));
        let others: Vec<Uuid> = members
            .iter()
            .skip(1)
            .map(|person| accounts[*person].id)
            .collect();
        let bar = bar.clone();
        async move {
            let owner = owner.context("a room needs somebody")?;
            let mut parts = others.chunks(ADDED_AT_ONCE);
            let room = NewRoom {
                name: format!("bench {n}"),
                history: HistoryPolicy::All,
                join: JoinRule::Closed,
                members: parts.next().unwrap_or_default().to_vec(),
            };
            let room = owner.create_room(&room).await?.id;
            for part in parts {
                owner.add_members(room, part).await?;
            }
            bar.inc(1);
            anyhow::Ok(room)
        }
    };
    let rooms = stream::iter(plan.rooms.iter().enumerate())
        .map(make)
        .buffered(REQUESTS);
    let rooms = rooms.try_collect().await.context("making rooms")?;
    bar.finish_and_clear();
    Ok(rooms)
}

/// A bar on the screen.
pub(crate) fn progress(what: &'static str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:12} {wide_bar} {pos}/{len} {per_sec} {eta}");
    ProgressBar::new(steps as u64)
        .with_style(style.expect("the template is right"))
        .with_message(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_mixed_plan_everybody_is_in_as_many_rooms() {
        let plan = Plan::mixed(40, 5, 10);
        assert_eq!(plan.rooms.len(), 20);
        for person in 0..40 {
            let rooms = plan.rooms.iter().filter(|room| room.contains(&person)).count();
            assert_eq!(rooms, 5, "{person}");
        }
        assert!(plan.rooms.iter().all(|room| room.len() == 10));
        assert_eq!(plan.rooms[..4], Plan::separate(4, 10).rooms);
    }

    #[test]
    fn in_a_separate_plan_everybody_is_in_one() {
        let plan = Plan::separate(3, 2);
        assert_eq!(plan.rooms, [[0, 1], [2, 3], [4, 5]]);
    }
}
