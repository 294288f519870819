//! Who does not read costs little, delays nobody, and gets everything once he reads.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parlor_client::{Client, FixedToken, NewMessage, Settings, Token};
use tempfile::TempDir;
use uuid::Uuid;

use super::database::{Database, number};
use super::device::Device;
use super::world::Person;
use crate::program::Serving;

on_both_databases!(a_client_that_never_reads_costs_little_and_loses_nothing);

/// How many messages pass while somebody does not read; 100,000 for the whole promise.
const MESSAGES: u64 = 12_000;
/// How much the server's memory may grow meanwhile, in KiB, beside the pages of the database that it keeps: its rings
/// and pages of the log (4 MiB here), and what the allocator keeps.
const MOST: u64 = 40 << 10;
const SENDERS: u64 = 4;

/// The most memory that a process has had resident so far, in KiB.
fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    kibibytes.unwrap().parse().unwrap()
}

/// Says so many things from several sockets at once; passes when all is stored.
async fn talk(person: &Person, room: Uuid, messages: u64) {
    let sender = async || {
        let token = Token {
            access: person.tokens.access_token.clone().into(),
            lifetime: Duration::from_secs(600),
        };
        let settings = Settings::new(person.server.clone(), Arc::new(FixedToken(token)));
        let (client, _) = Client::start(settings);
        let said = (0..messages / SENDERS).map(|_| client.send(NewMessage::new(room, "x".repeat(100))));
        for answer in join_all(said).await {
            answer.expect("it is stored");
        }
    };
    join_all((0..SENDERS).map(|_| sender())).await;
}

/// Reads a room's events up to this one. The device itself sees that none is missing, and keeps none.
async fn read_on(device: &mut Device, room: Uuid, last: u64) {
    while device.positions.of(room).is_none_or(|at| at.seq < last) {
        device.next().await.expect("the socket stays open");
        device.heard.clear();
    }
}

async fn a_client_that_never_reads_costs_little_and_loses_nothing(database: Database) {
    let messages = number("PARLOR_TEST_SLOW_MESSAGES", MESSAGES);
    let home = TempDir::new().unwrap();
    let mut environment = database.environment();
    // One MiB for each thread's ring: the silent reader falls out of it, and is fed from the log afterwards.
    environment.extend([
        ("PARLOR__SOCKET__RING_MEBIBYTES", "1"),
        ("PARLOR__SERVER__WORKERS", "2"),
        // Each reader of SQLite may keep 8 MiB of it.
        ("PARLOR__DATABASE__READERS", "1"),
    ]);
    let server = Serving::start(home.path(), &environment);
    let url = format!("http://{}", server.address).parse().unwrap();
    let ann = Person::register(&url, "ann").await;
    let bob = Person::register(&url, "bob").await;
    let carl = Person::register(&url, "carl").await;
    let room = ann.group(&[&bob, &carl]).await;
    let (mut slow, mut quick) = (bob.connect().await, carl.connect().await);

    // So that buffers and caches that stay do not count.
    talk(&ann, room, 2000).await;
    let before = peak_memory(server.id());
    let first = ann.room(room).await.as_of.seq;
    let last = first + messages / SENDERS * SENDERS;
    tokio::join!(
        talk(&ann, room, messages),
        // Gets everything while the other one is silent.
        read_on(&mut quick, room, last),
    );
    read_on(&mut slow, room, last).await;
    slow.settle().await;
    let grown = peak_memory(server.id()) - before;
    // SQLite keeps in memory what it has written, up to a limit of its own.
    let database = fs::metadata(home.path().join("data/parlor.db")).map_or(0, |file| file.len() >> 10);
    assert!(
        grown < MOST + database,
        "the server grew by {grown} KiB, its database to {database} KiB"
    );
}
