//! Guessing passwords, and what it costs their owners.

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_services::{Error, Registration, Settings};
use parlor_testkit::polled_in_order;

use crate::world::{PASSWORD, World, code, device_at, password, registration, tally};

const HERE: &str = "192.0.2.7";

async fn guess(world: &World, name: &str, address: &str) -> &'static str {
    code(world.begin_at(name, "wrong horse", device_at(address)).await)
}

async fn log_in(world: &World, name: &str, address: &str) -> &'static str {
    code(world.begin_at(name, PASSWORD, device_at(address)).await)
}

/// As many guesses as can be made from addresses where ann never was, an hour after she came.
async fn attack(world: &World) {
    world.pass(3600);
    for n in 0..100 {
        let address = format!("198.51.100.{}", n / 10);
        assert_eq!(guess(world, "ann", &address).await, "wrong_credentials");
    }
    assert_eq!(guess(world, "ann", "203.0.113.1").await, "too_many_tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_guesses_are_all_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    world.person("ann").await;
    for spelling in ["ann", "ANN", " Ann ", "ａｎｎ", "ann"].iter().cycle().take(10) {
        assert_eq!(guess(&world, spelling, HERE).await, "wrong_credentials");
    }
    world.pass(60);
    let refused = world.log_in("ann").await;
    assert!(matches!(refused, Err(Error::TooManyTries(wait)) if wait == Duration::from_secs(14 * 60)));
    assert_eq!(
        log_in(&world, "ann", "192.0.2.8").await,
        "ok",
        "there is another count elsewhere"
    );
    world.pass(14 * 60 - 1);
    assert_eq!(log_in(&world, "ann", HERE).await, "too_many_tries");
    world.pass(1);
    assert_eq!(log_in(&world, "ann", HERE).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_begins_the_count_anew() {
    let world = World::new().await;
    world.person("ann").await;
    for _ in 0..3 {
        for _ in 0..9 {
            assert_eq!(guess(&world, "ann", HERE).await, "wrong_credentials");
        }
        assert_eq!(log_in(&world, "ann", HERE).await, "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_let_through_when_they_come_at_once() {
    let world = World::new().await;
    world.person("ann").await;
    let guesses = (0..60).map(|_| world.begin("ann", "wrong horse"));
    let guesses = polled_in_order(guesses).await;
    assert_eq!(
        tally(guesses),
        [("too_many_tries", 50), ("wrong_credentials", 10)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_nobody_has_are_limited_alike() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    world.person("eve").await;
    let mut told = Vec::new();
    for name in [
        "ann",
        "ann@example.org",
        "nobody",
        "nobody@example.org",
        "not a name!",
        "",
    ] {
        let mut answers = Vec::new();
        for n in 0..110 {
            // From elsewhere: ten guesses from each address.
            let device = device_at(&format!("198.51.100.{}", n / 10));
            let refused = world.begin_at(name, "wrong horse", device).await.unwrap_err();
            answers.push((
                refused.code(),
                refused.to_string(),
                refused.wait(),
                refused.field(),
            ));
        }
        told.push(answers);
    }
    assert!(told.iter().all(|answers| *answers == told[0]));
    assert_eq!(told[0].last().unwrap().0, "too_many_tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chooses_among_addresses_gains_nothing() {
    let world = World::new().await;
    world.person("ann").await;
    for n in 0..10 {
        let address = format!("2001:db8:1:2::{n}");
        assert_eq!(guess(&world, "ann", &address).await, "wrong_credentials");
    }
    assert_eq!(
        guess(&world, "ann", "2001:db8:1:2:ffff::1").await,
        "too_many_tries"
    );
    assert_eq!(guess(&world, "ann", "2001:db8:1:3::1").await, "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_keep_the_owner_out_where_he_was() {
    let world = World::new().await;
    world.person("ann").await;
    attack(&world).await;
    assert_eq!(log_in(&world, "ann", HERE).await, "ok");
    assert_eq!(
        log_in(&world, "ann", "192.0.2.8").await,
        "too_many_tries",
        "he never was there"
    );
    world.pass(3600);
    assert_eq!(log_in(&world, "ann", "192.0.2.8").await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_resets_the_password_gets_in_whatever_strangers_tried() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    attack(&world).await;
    let proofs = &world.services.proofs;
    proofs.ask_to_reset("ann").await.unwrap();
    let token = world
        .mailed("ann@example.org", LetterKind::ResetPassword)
        .await
        .unwrap();
    proofs
        .reset_password(&token.into(), password(PASSWORD))
        .await
        .unwrap();
    assert_eq!(log_in(&world, "ann", "192.0.2.8").await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_limits_nothing_is_counted() {
    let world = World::with(Settings {
        limits: false,
        ..Settings::default()
    })
    .await;
    let ann = world.person_with_mail("ann").await;
    for _ in 0..120 {
        assert_eq!(guess(&world, "ann", HERE).await, "wrong_credentials");
    }
    assert_eq!(log_in(&world, "ann", HERE).await, "ok");
    for _ in 0..20 {
        world.services.proofs.ask_to_reset("ann").await.unwrap();
        let wrong = world
            .services
            .accounts
            .change_password(&ann, "wrong horse".into(), password(PASSWORD));
        assert_eq!(code(wrong.await), "wrong_password");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thief_of_a_session_has_ten_guesses_of_its_owners_password() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let elsewhere = world.actor(&world.log_in("ann").await.unwrap());
    let proofs = &world.services.proofs;
    let set = |actor, password: &str| proofs.set_mobile(actor, password.into(), None);
    let guesses = polled_in_order((0..20).map(|_| set(&ann, "wrong horse"))).await;
    assert_eq!(tally(guesses), [("too_many_tries", 10), ("wrong_password", 10)]);
    assert_eq!(code(set(&ann, PASSWORD).await), "too_many_tries");
    assert_eq!(
        code(set(&elsewhere, PASSWORD).await),
        "ok",
        "his other devices go on"
    );
    assert_eq!(log_in(&world, "ann", HERE).await, "ok");
    world.pass(15 * 60);
    assert_eq!(code(set(&ann, PASSWORD).await), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_that_are_over_are_forgotten() {
    let world = World::new().await;
    guess(&world, "ann", HERE).await;
    assert!(!world.services.forget_over().await.unwrap());
    world.pass(3600);
    assert!(world.services.forget_over().await.unwrap());
    assert!(!world.services.forget_over().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_have_a_mailbox_filled_by_registering_with_it() {
    let world = World::new().await;
    let register = async |name: String| {
        let registration = Registration {
            email: Some("eve@example.org".parse().unwrap()),
            ..registration(&name)
        };
        code(world.services.accounts.register(registration).await)
    };
    for n in 0..8 {
        assert_eq!(register(format!("guest{n}x")).await, "ok");
    }
    while world.services.post.send_due().await.unwrap() > 0 {}
    assert_eq!(world.inbox.letters().len(), 5);
    world.pass(3600);
    assert_eq!(register("later".into()).await, "ok");
    while world.services.post.send_due().await.unwrap() > 0 {}
    assert_eq!(world.inbox.letters().len(), 6);
}
