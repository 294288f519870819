//! People of a host application.

mod keys;
mod refused;
mod sessions;

use std::time::Duration;

use parlor_domain::Account;
use parlor_ports::Clock;
use parlor_services::{Actor, Error, Services};
use parlor_testkit::polled_in_order;
use serde_json::json;

use crate::host::{self, claims_but, token};
use crate::world::{World, code, device, registration};

async fn world() -> World {
    World::with(host::settings()).await
}

async fn come_to(services: &Services, token: &str) -> Result<Actor, Error> {
    let hosts = services.hosts.as_ref().unwrap();
    let (actor, _) = hosts.authenticate(token, &device()).await?;
    Ok(actor)
}

async fn come(world: &World, token: &str) -> Result<Actor, Error> {
    come_to(&world.services, token).await
}

async fn account(world: &World, actor: &Actor) -> Account {
    world.services.accounts.find(actor.user.id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_seen_for_the_first_time_gets_an_account() {
    let world = world().await;
    let hosts = world.services.hosts.as_ref().unwrap();
    let token = token(&claims_but(
        "42",
        json!({
            "preferred_username": "ann",
            "name": "Ann Lee",
            "email": "ann@app.example",
            "email_verified": true,
            "admin": true,
        }),
    ));
    assert!(hosts.claims(&token));
    let (ann, until) = hosts.authenticate(&token, &device()).await.unwrap();
    assert!(!ann.admin);
    assert_eq!(
        until,
        world.clock.now() + Duration::from_secs(630),
        "with the leeway"
    );
    let made = account(&world, &ann).await;
    assert_eq!(
        (made.username.as_str(), made.display_name.as_str()),
        ("ann", "Ann Lee")
    );
    assert_eq!(made.email, Some("ann@app.example".parse().unwrap()));
    assert_eq!(made.email_verified_at, Some(world.clock.now()));
    let sessions = world.services.sessions.list(&ann).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(
        (sessions[0].device.as_str(), sessions[0].expires_at),
        ("phone", until)
    );
    assert_eq!(come(&world, &token).await.unwrap(), ann);
    let later = host::token(&claims_but("42", json!({"jti": "2"})));
    assert_eq!(come(&world, &later).await.unwrap().user, ann.user);
    assert_eq!(
        code(world.log_in("ann").await),
        "wrong_credentials",
        "there is no password"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_fifty_times_at_once_is_one_person() {
    let world = world().await;
    let tokens: Vec<String> = (0..50)
        .map(|n| {
            token(&claims_but(
                "42",
                json!({"jti": n.to_string(), "preferred_username": "ann"}),
            ))
        })
        .collect();
    let came = polled_in_order(tokens.iter().map(|token| come(&world, token))).await;
    let mut users: Vec<_> = came.into_iter().map(|came| came.unwrap().user).collect();
    users.dedup();
    assert_eq!(users.len(), 1);
    let sessions = world
        .ports
        .sessions
        .list(users[0].id, world.clock.now())
        .await
        .unwrap();
    assert_eq!(
        sessions.len(),
        50,
        "each token is a session where the host names none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_gets_a_number() {
    let world = world().await;
    world.person("ann").await;
    let mut names = Vec::new();
    for subject in 0..3 {
        let token = token(&claims_but(
            &subject.to_string(),
            json!({"preferred_username": "Ann"}),
        ));
        let actor = come(&world, &token).await.unwrap();
        let account = account(&world, &actor).await;
        assert_eq!(account.display_name.as_str(), account.username.as_str());
        names.push(account.username.to_string());
    }
    assert_eq!(names, ["Ann2", "Ann3", "Ann4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_all_numbers_keeps_nobody_out() {
    let world = world().await;
    world.person("ann").await;
    for n in 2..=20 {
        let name = registration(&format!("ann{n}"));
        let made = world.services.accounts.register(name).await;
        assert!(
            matches!(made, Ok(_) | Err(Error::UsernameTaken)),
            "some of them look alike"
        );
    }
    let token = token(&claims_but("42", json!({"preferred_username": "ann"})));
    let actor = come(&world, &token).await.unwrap();
    let name = account(&world, &actor).await.username;
    assert!(name.as_str().starts_with("user"), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_none_can_have_is_drawn() {
    let world = world().await;
    for (subject, name) in [
        ("1", json!("x")),
        ("2", json!("a b")),
        ("3", json!(null)),
        ("4", json!(["ann"])),
    ] {
        let token = token(&claims_but(
            subject,
            json!({"preferred_username": name, "name": "Ann\u{202e}"}),
        ));
        let actor = come(&world, &token).await.unwrap();
        let account = account(&world, &actor).await;
        assert!(account.username.as_str().starts_with("user"), "{account:?}");
        assert_eq!(account.display_name.as_str(), account.username.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_verified_is_left_out() {
    let world = world().await;
    world.person_with_mail("bob").await;
    let token = token(&claims_but(
        "42",
        json!({"preferred_username": "ann", "email": "bob@example.org", "email_verified": true}),
    ));
    let actor = come(&world, &token).await.unwrap();
    let made = account(&world, &actor).await;
    assert_eq!((made.username.as_str(), made.email), ("ann", None));
    let unproved = host::token(&claims_but("43", json!({"email": "bob@example.org"})));
    let actor = come(&world, &unproved).await.unwrap();
    let made = account(&world, &actor).await;
    assert_eq!(made.email_verified_at, None);
    assert_eq!(
        world
            .log_in("bob@example.org")
            .await
            .unwrap()
            .account
            .username
            .as_str(),
        "bob"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_host_application_there_is_nobody_to_ask() {
    let world = World::new().await;
    assert!(world.services.hosts.is_none());
}
