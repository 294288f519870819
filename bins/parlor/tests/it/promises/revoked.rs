//! A session that is over loses its sockets at once, wherever it was ended, and nobody else loses any.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use parlor_client::ConnectionError;
use parlor_testkit::{FixedClock, TestApp};
use serde_json::json;

use super::database::Database;
use super::device::Device;
use super::world::{PASSWORD, Person, World, refusal};
use crate::program::{parlor, run};

on_both_databases!(
    whoever_is_logged_out_elsewhere_is_disconnected,
    another_password_ends_all_other_sessions,
    an_account_locked_by_command_is_disconnected,
    a_stolen_refresh_token_ends_the_session,
    an_open_socket_takes_a_fresh_token_of_its_own_session_only,
);

/// A socket was closed because its session is over, and the token, good for minutes, opens nothing any more.
async fn is_out(person: &Person, device: &mut Device) {
    assert_eq!(device.closed().await, Some(4003));
    let again = Device::open(&person.server, &person.tokens.access_token, Vec::new()).await;
    match again.err() {
        Some(ConnectionError::Hello(failure)) => assert_eq!(failure.code, "session_over"),
        other => panic!("{other:?}"),
    }
    let me = person.ask(Method::GET, "/v1/me", None).await;
    assert_eq!(refusal(me), "401 session_over");
    let refresh = person.rest.refresh(&person.tokens.refresh_token).await;
    assert!(refusal(refresh).starts_with("401 "));
}

async fn whoever_is_logged_out_elsewhere_is_disconnected(database: Database) {
    let world = World::new(database).await;
    let ann = world.person("ann").await;
    let (lost, other) = (ann.elsewhere().await, ann.elsewhere().await);
    let (mut own_s, mut lost_s, mut other_s) =
        (ann.connect().await, lost.connect().await, other.connect().await);

    let path = format!("/v1/sessions/{}", lost.tokens.session.id);
    ann.ask(Method::DELETE, &path, None).await.unwrap();
    is_out(&lost, &mut lost_s).await;
    ann.ask(Method::DELETE, "/v1/sessions", None).await.unwrap();
    is_out(&other, &mut other_s).await;
    own_s.settle().await;
    ann.ask(Method::DELETE, "/v1/sessions/current", None)
        .await
        .unwrap();
    is_out(&ann, &mut own_s).await;
}

async fn another_password_ends_all_other_sessions(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let other = ann.elsewhere().await;
    let (mut ann_s, mut other_s, mut bob_s) =
        (ann.connect().await, other.connect().await, bob.connect().await);
    let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    ann.ask(Method::PUT, "/v1/me/password", Some(change))
        .await
        .unwrap();
    is_out(&other, &mut other_s).await;
    ann_s.settle().await;
    bob_s.settle().await;
}

async fn an_account_locked_by_command_is_disconnected(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let (mut ann_s, mut bob_s) = (ann.connect().await, bob.connect().await);
    let data = world.app.app().data().path().to_owned();
    let mut command = parlor(&data, ["user", "disable", "ann", "--data"]);
    command.arg(&data).envs(world.database.environment());
    let said = run(&mut command);
    assert_eq!(said.code, 0, "{said:?}");

    is_out(&ann, &mut ann_s).await;
    let log_in = ann.rest.log_in("ann", PASSWORD, "").await;
    assert_eq!(refusal(log_in), "403 account_disabled");
    bob_s.settle().await;
}

async fn a_stolen_refresh_token_ends_the_session(database: Database) {
    let clock = Arc::new(FixedClock::default());
    let app = TestApp::start_at(clock.clone(), |config| database.choose(config)).await;
    let world = World { app, database };
    let ann = world.person("ann").await;
    let mut device = ann.connect().await;
    ann.rest.refresh(&ann.tokens.refresh_token).await.unwrap();
    // The same again, too late to be a lost answer: two people have it.
    clock.advance(Duration::from_secs(11));
    let stolen = ann.rest.refresh(&ann.tokens.refresh_token).await;
    assert_eq!(refusal(stolen), "401 token_reused");
    is_out(&ann, &mut device).await;
}

async fn an_open_socket_takes_a_fresh_token_of_its_own_session_only(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let mut device = ann.connect().await;
    let fresh = ann.rest.refresh(&ann.tokens.refresh_token).await.unwrap();
    let bring = |token: &str| json!({"type": "authenticate", "token": token});
    device.ask(bring(&fresh.access_token)).await.unwrap();
    for token in [
        &bob.tokens.access_token,
        &ann.elsewhere().await.tokens.access_token,
        &fresh.refresh_token,
        "x.y.z",
    ] {
        assert_eq!(device.ask(bring(token)).await.unwrap_err().code, "invalid_token");
    }
    device.settle().await;
}
