//! Nothing stays that nobody needs, and nothing goes that somebody needs, whenever the server is killed.

mod contents;
mod hoarder;
mod place;
mod records;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use parlor_client::ServerUrl;
use parlor_testkit::SeededEntropy;
use tempfile::TempDir;
use tokio::time::timeout;

use self::contents::Contents;
use self::hoarder::{Deeds, Hoarder};
use self::place::Place;
use self::records::Records;
use super::database::{Database, PATIENCE, number};
use super::world::Person;
use crate::program::Serving;

on_both_databases!(kills_leave_no_orphan_and_no_dangling_reference);

/// How often the server is killed.
const KILLS: u64 = 12;
/// How many people upload, show and delete all the time.
const PEOPLE: u64 = 8;

/// A server that is killed and started again, and what it leaves behind.
struct Killed {
    server: Option<Serving>,
    address: SocketAddr,
    database: Database,
    place: Place,
    records: Records,
    home: TempDir,
}

async fn kills_leave_no_orphan_and_no_dangling_reference(database: Database) {
    let mut killed = Killed::new(database);
    let mut hoarders = killed.live().await;

    killed.days_pass().await;
    killed.nothing_dangles().await;
    killed.nothing_is_there_that_nothing_names().await;
    for hoarder in &mut hoarders {
        hoarder.all_is_there().await;
    }
    let deeds: Deeds = hoarders.iter().map(|hoarder| hoarder.deeds).sum();
    assert!(deeds.is_some_of_each(), "{deeds:?}");

    for (n, hoarder) in hoarders.iter().enumerate() {
        match n % 3 {
            0 => hoarder.delete_messages().await,
            1 => hoarder.delete_room().await,
            _ => hoarder.delete_account().await,
        }
    }
    killed.records.wait_until_nothing_is_shown().await;
    killed.days_pass().await;
    killed.nothing_is_left().await;
}

impl Killed {
    fn new(database: Database) -> Self {
        let home = TempDir::new().unwrap();
        let data = home.path().join("data");
        let server = start(&database, home.path(), SocketAddr::from(([127, 0, 0, 1], 0)));
        Self {
            address: server.address,
            server: Some(server),
            place: Place::new(&data),
            records: Records::of(&database, &data),
            database,
            home,
        }
    }

    /// Has people upload, show and delete while the server is killed again and again.
    async fn live(&mut self) -> Vec<Hoarder> {
        let seed = number("PARLOR_TEST_FIRST_SEED", 0);
        let url: ServerUrl = format!("http://{}", self.address).parse().unwrap();
        let (contents, enough) = (Arc::new(Contents::new()), Arc::new(AtomicBool::new(false)));
        let mut lives = Vec::new();
        for n in 1..=PEOPLE {
            let person = Person::register(&url, &format!("person{n}")).await;
            let chance = SeededEntropy::new(seed * 1000 + n);
            let hoarder = Hoarder::new(person, contents.clone(), chance).await;
            lives.push(tokio::spawn(hoarder.live(enough.clone())));
        }
        let chance = SeededEntropy::new(seed);
        for _ in 0..number("PARLOR_TEST_KILLS", KILLS) {
            self.die_and_come_back(&chance).await;
        }
        enough.store(true, Ordering::Relaxed);
        let lives = timeout(PATIENCE, join_all(lives)).await;
        let lives = lives.expect("everybody is answered in the end");
        lives.into_iter().map(Result::unwrap).collect()
    }

    async fn die_and_come_back(&mut self, chance: &SeededEntropy) {
        // Often soon after the start, when the collector works.
        let longest = [80, 500, 2500][chance.below(3)];
        let moment = u64::try_from(chance.below(longest)).unwrap();
        tokio::time::sleep(Duration::from_millis(moment)).await;
        self.kill();
        // Sometimes the server itself is to find its database as it was left.
        if chance.below(2) == 0 {
            self.nothing_dangles().await;
        }
        if chance.below(3) == 0 {
            self.records.let_a_day_pass().await;
        }
        self.start();
    }

    fn start(&mut self) {
        self.server = Some(start(&self.database, self.home.path(), self.address));
    }

    fn kill(&mut self) {
        let server = self.server.take().expect("it runs");
        server.signal("KILL");
        server.wait();
    }

    /// Lets so much time pass that everything expires that can, and waits until the collector has seen to it: twice, since
    /// uploads that have ended are remembered for a while.
    async fn days_pass(&mut self) {
        for _ in 0..2 {
            self.kill();
            self.records.let_a_day_pass().await;
            self.start();
            self.records.wait_until_nothing_is_due().await;
        }
    }

    /// Everything that is written down is there. Nobody may be about to delete anything.
    async fn nothing_dangles(&self) {
        for (key, bytes) in self.records.stored().await {
            let found = self.place.file(&key).map(|file| (file.digest, file.bytes));
            let digest = key.as_content().map(|(digest, _)| digest);
            assert_eq!(found, digest.map(|digest| (digest, bytes)), "{key}");
        }
        for key in self.records.parts().await {
            assert!(self.place.file(&key).is_some(), "{key}");
        }
        assert_eq!(self.records.dangling().await, 0);
    }

    /// Everything that is there is written down, and counted. Nobody may be about to store anything.
    async fn nothing_is_there_that_nothing_names(&self) {
        let stored = self.records.stored().await;
        let mut named: Vec<String> = stored.iter().map(|(key, _)| key.as_str().to_owned()).collect();
        named.sort_unstable();
        assert_eq!(self.place.files(), named);
        assert_eq!(self.records.unneeded().await, 0);
        assert_eq!(self.records.miscounted().await, 0);
    }

    async fn nothing_is_left(&self) {
        self.nothing_is_there_that_nothing_names().await;
        assert_eq!(self.place.files(), Vec::<String>::new());
        assert_eq!(self.place.folders(), Vec::<String>::new());
        assert_eq!(self.records.left().await, 0);
    }
}

fn start(database: &Database, home: &Path, address: SocketAddr) -> Serving {
    let mut environment = database.environment();
    // A long run takes longer than a token is usually good.
    environment.push(("PARLOR__AUTH__ACCESS_MINUTES", "1440"));
    Serving::start_at(address, home, &environment)
}
