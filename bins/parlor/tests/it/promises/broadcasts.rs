//! A broadcast is sent to each exactly once, whenever the server is killed.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::Method;
use parlor_client::{HistoryRange, Rest, RestError, ServerUrl};
use parlor_ports::{Entropy, SystemEntropy};
use parlor_wire::{BroadcastView, EventBody};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::database::{Database, PATIENCE, number};
use super::world::{PASSWORD, Person};
use crate::program::Serving;

on_both_databases!(kills_neither_lose_nor_repeat_a_broadcast);

/// How often the server is killed.
const KILLS: u64 = 6;
/// To how many each broadcast is sent: more than two batches.
const RECIPIENTS: u32 = 120;

/// Somebody with a list of recipients.
#[derive(Clone)]
struct Sender {
    person: Person,
    list: String,
    recipients: Vec<Uuid>,
}

async fn kills_neither_lose_nor_repeat_a_broadcast(database: Database) {
    let home = TempDir::new().unwrap();
    let start = |address| Serving::start_at(address, home.path(), &database.environment());
    let mut server = start(SocketAddr::from(([127, 0, 0, 1], 0)));
    let address = server.address;
    let url: ServerUrl = format!("http://{address}").parse().unwrap();
    let sender = Sender::new(&url).await;

    let mut sent: Vec<BroadcastView> = Vec::new();
    for kill in 0..number("PARLOR_TEST_KILLS", KILLS) {
        let sending = tokio::spawn(sender.clone().send_two(kill));
        let moment = u64::from(SystemEntropy.tag().0) % 150;
        sleep(Duration::from_millis(moment)).await;
        server.signal("KILL");
        server.wait();
        server = start(address);
        let accepted = timeout(PATIENCE, sending).await;
        let two = accepted.expect("both are accepted in the end").unwrap();
        // The second may still go out while the next ones are sent.
        sender.all_have(&two[0]).await;
        sent.extend(two);
    }

    for broadcast in &sent {
        sender.all_have(broadcast).await;
    }
    let texts: Vec<String> = sent.into_iter().map(|broadcast| broadcast.body).collect();
    for recipient in &sender.recipients {
        assert_eq!(sender.said_to(*recipient).await, texts, "{recipient}");
    }
}

impl Sender {
    async fn new(server: &ServerUrl) -> Self {
        let (person, stranger) = (Person::register(server, "ann").await, Rest::new(server.clone()));
        let mut recipients = Vec::new();
        for n in 0..RECIPIENTS {
            let account = stranger.register(&format!("person{n}"), PASSWORD).await;
            recipients.push(account.unwrap().id);
        }
        let wish = json!({"name": "Customers"});
        let made = person.ask(Method::POST, "/v1/broadcast-lists", Some(wish)).await;
        let list = made.unwrap()["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/broadcast-lists/{list}/recipients");
        let wish = json!({"users": recipients});
        person.ask(Method::POST, &path, Some(wish)).await.unwrap();
        Self {
            person,
            list,
            recipients,
        }
    }

    /// Sends something to the list, and then something else.
    async fn send_two(self, round: u64) -> [BroadcastView; 2] {
        let (one, other) = (format!("{round}-one"), format!("{round}-other"));
        [self.send(&one).await, self.send(&other).await]
    }

    /// Sends this again and again until it is accepted.
    async fn send(&self, text: &str) -> BroadcastView {
        let path = format!("/v1/broadcast-lists/{}/messages", self.list);
        let wish = json!({"client_id": text, "body": text});
        loop {
            let asked = self.person.rest.request(Method::POST, &path, Some(wish.clone()));
            match asked.await {
                Ok(broadcast) => return broadcast,
                Err(RestError::Network(_)) => sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Waits until nobody waits for it; nobody may be skipped.
    async fn all_have(&self, broadcast: &BroadcastView) {
        let path = format!("/v1/broadcasts/{}", broadcast.id);
        let gone_out = async {
            loop {
                let asked = self.person.rest.request(Method::GET, &path, None).await;
                let now: BroadcastView = asked.unwrap();
                if now.progress.waiting == 0 {
                    return now.progress;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let progress = timeout(PATIENCE, gone_out).await.expect("it goes out in the end");
        let counts = (progress.sent, progress.skipped);
        assert_eq!(counts, (RECIPIENTS, 0), "{}", broadcast.body);
    }

    /// All that was said in the room with somebody, in its order.
    async fn said_to(&self, recipient: Uuid) -> Vec<String> {
        let rest = &self.person.rest;
        let room = rest.open_direct(recipient).await.unwrap().id;
        let (mut texts, mut last) = (Vec::new(), 0);
        loop {
            let page = rest.messages(room, HistoryRange::After(last)).await.unwrap();
            for event in page.messages {
                last = event.seq;
                match event.body {
                    EventBody::Message(message) => texts.extend(message.body),
                    other => panic!("{other:?} is no message"),
                }
            }
            if !page.more {
                return texts;
            }
        }
    }
}
