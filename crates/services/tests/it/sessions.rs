//! Sessions.

use std::time::Duration;

use parlor_domain::What;
use parlor_ports::Clock;
use parlor_services::{Login, SessionsSettings, Settings};
use parlor_testkit::polled_in_order;
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, World, code, device};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn refresh_text(login: &Login) -> &str {
    login.refresh.expose_secret()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_in_holds_a_token_that_names_him() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let login = world.log_in(" ANN ").await.unwrap();
    assert_eq!(login.account.user, ann.user);
    assert_eq!(login.access_expires_at, world.clock.now() + 10 * MINUTE);
    assert_eq!(login.session.expires_at, world.clock.now() + 30 * DAY);
    assert_eq!(login.session.address.as_deref(), Some("192.0.2.7"));
    let actor = world.actor(&login);
    assert_eq!(
        (actor.user, actor.session, actor.admin),
        (ann.user, login.session.id, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_and_unknown_look_the_same() {
    let world = World::new().await;
    world.person("ann").await;
    let huge = "x".repeat(1_000_000);
    for (name, password) in [
        ("ann", "wrong horse"),
        ("ann", ""),
        ("ann", huge.as_str()),
        ("bob", PASSWORD),
        ("", PASSWORD),
        ("not a username!", PASSWORD),
        (huge.as_str(), PASSWORD),
    ] {
        let refused = world.log_in_with(name, password).await.unwrap_err();
        assert_eq!(refused.code(), "wrong_credentials");
        assert_eq!(refused.to_string(), "the username or the password is wrong");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_lasts_ten_minutes() {
    let world = World::new().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let authenticate = || world.services.sessions.authenticate(login.access.expose_secret());
    world.clock.advance(10 * MINUTE - Duration::from_secs(1));
    assert!(authenticate().is_ok());
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(code(authenticate()), "token_expired");
    let refresh = world.services.sessions.authenticate(refresh_text(&login));
    assert_eq!(code(refresh), "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_exchanged_for_the_next() {
    let world = World::new().await;
    world.person("ann").await;
    let first = world.log_in("ann").await.unwrap();
    world.clock.advance(29 * DAY);
    let second = world.refresh(&first.refresh).await.unwrap();
    assert_eq!(second.session.id, first.session.id);
    assert_eq!(second.session.expires_at, world.clock.now() + 30 * DAY);
    assert_ne!(refresh_text(&second), refresh_text(&first));
    world.clock.advance(29 * DAY);
    assert!(world.refresh(&second.refresh).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_not_refreshed_ends() {
    let world = World::new().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    world.clock.advance(30 * DAY);
    assert_eq!(code(world.refresh(&login.refresh).await), "session_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_within_the_grace_gets_the_same_token() {
    let world = World::new().await;
    world.person("ann").await;
    let first = world.log_in("ann").await.unwrap();
    let lost = world.refresh(&first.refresh).await.unwrap();
    world.clock.advance(Duration::from_secs(9));
    let again = world.refresh(&first.refresh).await.unwrap();
    assert_eq!(refresh_text(&again), refresh_text(&lost));
    assert!(world.refresh(&again.refresh).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_used_again_later_ends_its_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let first = world.log_in("ann").await.unwrap();
    let second = world.refresh(&first.refresh).await.unwrap();
    world.clock.advance(Duration::from_secs(11));
    assert_eq!(code(world.refresh(&first.refresh).await), "token_reused");
    assert_eq!(code(world.refresh(&second.refresh).await), "session_over");
    let live = world.services.sessions.list(&ann).await.unwrap();
    assert_eq!(live.len(), 1, "other sessions stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_refreshes_at_once_give_one_token() {
    let world = World::new().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let refreshed = polled_in_order((0..16).map(|_| world.refresh(&login.refresh))).await;
    let mut texts: Vec<_> = refreshed
        .iter()
        .map(|login| refresh_text(login.as_ref().unwrap()))
        .collect();
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refresh_token_continues_nothing() {
    let world = World::new().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let never_issued = format!("prt_{}", "A".repeat(43));
    for text in ["", "prt_", &never_issued, login.access.expose_secret()] {
        assert_eq!(code(world.refresh(&text.into()).await), "session_over", "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_an_event_when_its_user_logs_out() {
    let world = World::new().await;
    world.person("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let actor = world.actor(&login);
    world.services.sessions.log_out(&actor).await.unwrap();
    assert_eq!(code(world.refresh(&login.refresh).await), "session_over");
    let events = world.heard.events(actor.user.id);
    let sessions = vec![actor.session];
    assert_eq!(events.last().unwrap().what, What::SessionsRevoked { sessions });
    world.services.sessions.log_out(&actor).await.unwrap();
    assert_eq!(
        world.heard.events(actor.user.id).len(),
        events.len(),
        "twice is as good as once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_ends_with_its_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let [phone, tablet, other] = [
        world.log_in("ann").await.unwrap(),
        world.log_in("ann").await.unwrap(),
        world.log_in("ann").await.unwrap(),
    ];
    let sessions = &world.services.sessions;
    let uses = |login: &Login| code(sessions.authenticate(login.access.expose_secret()));
    sessions.log_out(&world.actor(&phone)).await.unwrap();
    assert_eq!([&phone, &tablet, &other].map(uses), ["session_over", "ok", "ok"]);
    sessions.revoke(&ann, tablet.session.id).await.unwrap();
    assert_eq!(
        [&phone, &tablet, &other].map(uses),
        ["session_over", "session_over", "ok"]
    );
    world.services.accounts.disable(ann.user.id).await.unwrap();
    assert_eq!(uses(&other), "session_over");
    world.services.accounts.enable(ann.user.id).await.unwrap();
    assert_eq!(uses(&other), "session_over", "what ended stays so");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_anew_recalls_which_sessions_ended() {
    let world = World::new().await;
    world.person("ann").await;
    let [old, recent] = [
        world.log_in("ann").await.unwrap(),
        world.log_in("ann").await.unwrap(),
    ];
    world.services.sessions.log_out(&world.actor(&old)).await.unwrap();
    world.clock.advance(9 * MINUTE);
    world
        .services
        .sessions
        .log_out(&world.actor(&recent))
        .await
        .unwrap();
    let again = world.services_anew();
    let uses = |login: &Login| code(again.sessions.authenticate(login.access.expose_secret()));
    assert_eq!([&old, &recent].map(uses), ["ok", "ok"], "nothing was heard");
    again.sessions.recall_ended().await.unwrap();
    assert_eq!([&old, &recent].map(uses), ["session_over", "session_over"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_forgotten_when_no_token_of_it_is_good() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let since = world.clock.now();
    let known = async || world.ports.sessions.ended_since(since).await.unwrap().len();
    let sessions = &world.services.sessions;
    sessions.log_out(&ann).await.unwrap();
    world.clock.advance(10 * MINUTE);
    assert!(!sessions.forget_over().await.unwrap());
    assert_eq!(known().await, 1);
    world.clock.advance(Duration::from_secs(1));
    assert!(sessions.forget_over().await.unwrap());
    assert_eq!(known().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_end_their_own_sessions_only() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let sessions = &world.services.sessions;
    assert_eq!(code(sessions.revoke(&ann, bob.session).await), "no_such_session");
    let phone = world.log_in("ann").await.unwrap().session.id;
    world.log_in("ann").await.unwrap();
    sessions.revoke(&ann, phone).await.unwrap();
    assert_eq!(code(sessions.revoke(&ann, phone).await), "no_such_session");
    assert_eq!(sessions.revoke_others(&ann).await.unwrap(), 1);
    assert_eq!(sessions.list(&ann).await.unwrap().len(), 1);
    assert_eq!(sessions.list(&bob).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_limit_the_session_unused_longest_ends() {
    let sessions = SessionsSettings {
        most: 2,
        ..SessionsSettings::default()
    };
    let world = World::with(Settings {
        sessions,
        ..Settings::default()
    })
    .await;
    let first = world.person("ann").await.session;
    world.clock.advance(MINUTE);
    let second = world.log_in("ann").await.unwrap();
    world.clock.advance(MINUTE);
    let third = world.log_in("ann").await.unwrap();
    let live = world.services.sessions.list(&world.actor(&third)).await.unwrap();
    let live: Vec<_> = live.iter().map(|session| session.id).collect();
    assert_eq!(live, [third.session.id, second.session.id]);
    assert!(!live.contains(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_just_registered_needs_no_password_for_his_first_session() {
    let world = World::new().await;
    world.person("ann").await;
    let account = world.log_in("ann").await.unwrap().account;
    let login = world
        .services
        .sessions
        .open(account.clone(), device())
        .await
        .unwrap();
    assert_eq!(world.actor(&login).user, account.user);
}
