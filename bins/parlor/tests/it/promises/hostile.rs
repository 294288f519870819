//! Frames and requests that are wrong on purpose: each gets its documented answer and changes nothing, and somebody
//! else's conversation goes on meanwhile.

mod closed;
mod commands;
mod endless;
mod greetings;
mod handshakes;
mod raw;
mod requests;
mod tally;
mod witness;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parlor_testkit::{FixedClock, TestApp};
use uuid::Uuid;

use self::tally::Tally;
use self::witness::Witness;
use super::database::Database;
use super::world::{Person, World};

on_both_databases!(a_hundred_wrong_inputs_get_their_answers_and_nobody_else_notices);

/// Somebody who means no good, and what he knows.
struct Hostile {
    address: SocketAddr,
    person: Person,
    /// A room of his own, where he has said something and deleted something.
    own: Uuid,
    said: u64,
    deleted: u64,
    /// A room of others.
    other: Uuid,
    /// Tokens that open nothing.
    bad_tokens: Vec<(&'static str, String)>,
}

impl Hostile {
    async fn new(world: &World, other: Uuid, expired: String) -> Self {
        let person = world.person("mallory").await;
        let own = person.group(&[]).await;
        let (said, deleted) = (person.say(own, "mine").await, person.say(own, "gone").await);
        person.delete(own, deleted).await;
        let mut bad_tokens = forged(&person.tokens.access_token);
        bad_tokens.push(("expired", expired));
        bad_tokens.push(("the refresh token", person.tokens.refresh_token.clone()));
        Self {
            address: world.app.address(),
            person,
            own,
            said,
            deleted,
            other,
            bad_tokens,
        }
    }
}

/// What somebody makes of a good token who has no key.
fn forged(good: &str) -> Vec<(&'static str, String)> {
    let [head, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("a JWT has three parts")
    };
    // {"alg":"none","typ":"at+jwt"} and {"alg":"HS256","kid":"../../dev/null"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let hmac = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0";
    vec![
        ("alg none", format!("{none}.{payload}.")),
        ("alg none, signed", format!("{none}.{payload}.{signature}")),
        ("another alg", format!("{hmac}.{payload}.{signature}")),
        ("another payload", format!("{head}.{head}.{signature}")),
        ("cut short", good[..good.len() - 4].to_owned()),
        ("nonsense", "x.y.z".to_owned()),
    ]
}

async fn a_hundred_wrong_inputs_get_their_answers_and_nobody_else_notices(database: Database) {
    let clock = Arc::new(FixedClock::default());
    let app = TestApp::start_at(clock.clone(), |config| {
        database.choose(config);
        config.http.request_timeout = Duration::from_secs(2);
        config.socket.hello = Duration::from_secs(2);
    })
    .await;
    let world = World { app, database };
    let expired = world.person("yesterday").await.tokens.access_token;
    clock.advance(Duration::from_secs(11 * 60));
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let hostile = Hostile::new(&world, room, expired).await;
    let witness = Witness::start(&ann, &bob, room).await;

    let mut tally = Tally::default();
    let quick = async {
        commands::are_refused(&hostile, &mut tally).await;
        greetings::are_refused(&hostile, &mut tally).await;
        closed::with_their_codes(&hostile, &mut tally).await;
        handshakes::are_refused(&hostile, &mut tally).await;
        requests::are_refused(&hostile, &mut tally).await;
    };
    tokio::join!(quick, endless::are_ended(&hostile));
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.tried >= 100, "only {} inputs were tried", tally.tried);
    witness.heard_everything().await;
    let view = hostile.person.room(hostile.own).await;
    assert_eq!(view.as_of.seq, hostile.deleted + 1, "nothing was changed");
    assert_eq!(view.members, 1);
}
