//! What was acknowledged is durable: it outlives `kill -9`, and is there once, in one order for all.

mod check;
mod talker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use parlor_client::{HistoryRange, ServerUrl};
use parlor_ports::{Entropy, SystemEntropy};
use parlor_wire::EventView;
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

use self::talker::Talker;
use super::database::{Database, PATIENCE, number};
use super::world::Person;
use crate::program::Serving;

on_both_databases!(what_was_acknowledged_outlives_kills);

/// How often the server is killed.
const KILLS: u64 = 4;

async fn what_was_acknowledged_outlives_kills(database: Database) {
    let home = TempDir::new().unwrap();
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let start = |address| Serving::start_at(address, home.path(), &database.environment());
    let mut server = start(nowhere);
    let address = server.address;
    let url: ServerUrl = format!("http://{address}").parse().unwrap();
    let mut people = Vec::new();
    for name in ["ann", "bob", "carl", "dora"] {
        people.push(Person::register(&url, name).await);
    }
    let room = people[0].group(&people.iter().skip(1).collect::<Vec<_>>()).await;

    let enough = Arc::new(AtomicBool::new(false));
    let talkers: Vec<_> = people
        .iter()
        .enumerate()
        // The last one only listens.
        .map(|(n, person)| tokio::spawn(Talker::start(person, room, n < 3).talk(enough.clone())))
        .collect();
    for _ in 0..number("PARLOR_TEST_KILLS", KILLS) {
        let moment = 200 + u64::from(SystemEntropy.tag().0) % 600;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        server.signal("KILL");
        server.wait();
        server = start(address);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    enough.store(true, Ordering::Relaxed);

    let talkers = timeout(PATIENCE, join_all(talkers)).await;
    let talkers = talkers.expect("everything sent is answered in the end");
    let mut talkers: Vec<Talker> = talkers.into_iter().map(Result::unwrap).collect();
    let history = whole_history(&people[0], room).await;
    let last = history.last().expect("somebody said something").seq;
    for talker in &mut talkers {
        talker.listen_until(last).await;
        check::acknowledged_messages_are_there_once(talker, &history);
        check::in_the_order_sent(talker, &history);
        check::heard_as_in_the_history(talker, &history);
    }
    check::nothing_is_missing_or_there_twice(&history);
}

/// All messages of a room, ascending.
async fn whole_history(person: &Person, room: Uuid) -> Vec<EventView> {
    let mut history = Vec::new();
    loop {
        let after = history.last().map_or(0, |event: &EventView| event.seq);
        let page = person.rest.messages(room, HistoryRange::After(after)).await;
        let page = page.unwrap();
        history.extend(page.messages);
        if !page.more {
            return history;
        }
    }
}
