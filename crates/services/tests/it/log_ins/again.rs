//! Asking for another code.

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_ports::Clock;
use parlor_services::{LogInsSettings, Settings};
use parlor_testkit::polled_in_order;

use super::{ANN, careful_ann, choose_mail, mailed_code, wait};
use crate::world::{PASSWORD, World, code, device_at, tally};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_mailed_again_after_waits_that_grow() {
    let world = careful_ann().await;
    let log_ins = &world.services.log_ins;
    let asked = world.challenge("ann").await;
    let first = mailed_code(&world, ANN).await;
    assert_eq!(
        wait(log_ins.send_again(&asked.token).await),
        Duration::from_secs(30)
    );
    let mut passed = 0;
    for (seconds, next) in [(30, Some(60)), (60, Some(120)), (120, None)] {
        world.pass(seconds - 1);
        assert_eq!(
            wait(log_ins.send_again(&asked.token).await),
            Duration::from_secs(1)
        );
        world.pass(1);
        let again = log_ins.send_again(&asked.token).await.unwrap();
        assert_eq!(again.resend_after, next.map(Duration::from_secs));
        assert_eq!(again.expires_at, asked.expires_at, "it lasts no longer for that");
        assert_eq!(again.sent_to.as_deref(), Some("a***@example.org"));
        passed += seconds;
    }
    assert_eq!(passed, 210);
    let last = mailed_code(&world, ANN).await;
    assert_eq!(world.inbox.count(ANN, LetterKind::LoginCode), 4);
    assert_ne!(first, last);
    assert_eq!(
        code(world.complete(&asked, &first).await),
        "wrong_code",
        "it is void"
    );
    assert!(world.complete(&asked, &last).await.is_ok());
    assert_eq!(code(log_ins.send_again(&asked.token).await), "challenge_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_causes_five_letters_at_most() {
    let log_ins = LogInsSettings {
        code_life: Duration::from_secs(3600),
        ..LogInsSettings::default()
    };
    let world = World::with(Settings {
        log_ins,
        ..Settings::default()
    })
    .await;
    choose_mail(&world, "ann").await;
    let log_ins = &world.services.log_ins;
    let asked = world.challenge("ann").await;
    for seconds in [30, 60, 120, 240] {
        world.pass(seconds);
        log_ins.send_again(&asked.token).await.unwrap();
    }
    world.pass(1800);
    let left = asked.expires_at.since(world.clock.now());
    assert_eq!(wait(log_ins.send_again(&asked.token).await), left);
    mailed_code(&world, ANN).await;
    assert_eq!(world.inbox.count(ANN, LetterKind::LoginCode), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_for_another_code_at_once_cause_one_letter() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    world.pass(30);
    let again = (0..20).map(|_| world.services.log_ins.send_again(&asked.token));
    let again = polled_in_order(again).await;
    assert_eq!(tally(again), [("ok", 1), ("too_many_tries", 19)]);
    let right = mailed_code(&world, ANN).await;
    assert_eq!(world.inbox.count(ANN, LetterKind::LoginCode), 2);
    assert!(world.complete(&asked, &right).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_ten_codes_an_hour_are_mailed_to_one_account() {
    let world = careful_ann().await;
    let mut last = None;
    for _ in 0..5 {
        world.pass(60);
        last = Some(world.challenge("ann").await);
        world.pass(30);
        let asked = last.as_ref().unwrap();
        world.services.log_ins.send_again(&asked.token).await.unwrap();
    }
    world.pass(60);
    let refused = world.begin_at("ann", PASSWORD, device_at("198.51.100.9")).await;
    assert_eq!(wait(refused), Duration::from_secs(3600 - 4 * 90 - 90));
    let refused = world.services.log_ins.send_again(&last.unwrap().token).await;
    assert_eq!(code(refused), "too_many_tries");
    world.pass(3600);
    assert!(world.begin("ann", PASSWORD).await.is_ok());
}
