//! Logging in with a second step.

mod again;
mod by_mail;
mod meanwhile;
mod moved_in;

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_ports::Clock;
use parlor_services::{Error, LogInsSettings, Method, Registration, Settings, TwoStep};
use parlor_testkit::polled_in_order;
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, World, code, other_than, registration, tally};

const ANN: &str = "ann@example.org";

fn settings(two_step: TwoStep) -> Settings {
    let log_ins = LogInsSettings {
        two_step,
        ..LogInsSettings::default()
    };
    Settings {
        log_ins,
        ..Settings::default()
    }
}

/// Ann, who is mailed a code at each log in.
async fn careful_ann() -> World {
    let world = World::new().await;
    choose_mail(&world, "ann").await;
    world
}

async fn choose_mail(world: &World, name: &str) {
    let person = world.person_with_mail(name).await;
    let second_steps = &world.services.second_steps;
    second_steps
        .set_mailed_code(&person, true, PASSWORD.into())
        .await
        .unwrap();
}

/// The last code that was mailed.
async fn mailed_code(world: &World, to: &str) -> String {
    world.mailed(to, LetterKind::LoginCode).await.unwrap()
}

/// How long to wait, as a refusal says.
fn wait<T>(result: Result<T, Error>) -> Duration {
    match result {
        Err(Error::TooManyTries(wait)) => wait,
        other => panic!("no refusal for a while: {}", code(other)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chose_nothing_needs_the_password_alone() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    assert!(world.log_in("ann").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chose_mail_is_asked_for_the_code_that_was_mailed() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    assert_eq!(asked.methods, [Method::MailedCode]);
    assert_eq!(asked.sent_to.as_deref(), Some("a***@example.org"));
    assert_eq!(asked.resend_after, Some(Duration::from_secs(30)));
    assert_eq!(asked.expires_at, world.clock.now() + Duration::from_secs(300));
    let right = mailed_code(&world, ANN).await;
    let login = world.complete(&asked, &right).await.unwrap();
    assert_eq!(login.account.username.as_str(), "ann");
    assert_eq!(login.session.device.as_str(), "phone");
    assert_eq!(login.session.address.as_deref(), Some("192.0.2.7"));
    let again = world.complete(&asked, &right).await;
    assert_eq!(code(again), "challenge_over", "a code is good once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_says_where_the_log_in_began() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    let right = mailed_code(&world, ANN).await;
    let (_, letter) = world.inbox.letters().pop().unwrap();
    assert_eq!(letter.to.as_str(), ANN);
    assert_eq!(&*letter.detail, "phone, 192.0.2.7");
    assert_eq!(letter.expires_at, Some(asked.expires_at));
    assert_eq!(letter.at, world.clock.now());
    assert!(!world.keeps(asked.token.expose_secret().as_bytes()));
    assert_eq!(right.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_second_steps_are_off_nobody_is_asked() {
    let world = World::with(settings(TwoStep::Off)).await;
    let ann = world.person_with_mail("ann").await;
    let second_steps = &world.services.second_steps;
    let chosen = second_steps.set_mailed_code(&ann, true, PASSWORD.into()).await;
    assert_eq!(code(chosen), "no_two_step");
    let stored = world.ports.second_steps.set_mailed_code(ann.user.id, true).await;
    assert!(stored.unwrap(), "as it was chosen when they were on");
    assert!(world.log_in("ann").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_second_steps_are_required_everybody_is_asked() {
    let world = World::with(settings(TwoStep::Required)).await;
    world.person_with_mail("ann").await;
    let asked = world.challenge("ann").await;
    let right = mailed_code(&world, ANN).await;
    assert!(world.complete(&asked, &right).await.is_ok());
    let accounts = &world.services.accounts;
    let refused = accounts.register(registration("bob")).await.unwrap_err();
    assert!(
        matches!(refused, Error::Invalid { field: "email", .. }),
        "{refused}"
    );
    let before = world.services_with(world.ports.clone(), Settings::default());
    before.accounts.register(registration("bob")).await.unwrap();
    let refused = world.begin("bob", PASSWORD).await.unwrap_err();
    assert_eq!(
        refused.code(),
        "no_second_step",
        "there is no way to bring bob a code"
    );
    let guessed = world.begin("bob", "wrong horse").await;
    assert_eq!(
        code(guessed),
        "wrong_credentials",
        "who does not know the password learns nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_five_minutes() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    let late = world.challenge("ann").await;
    world.pass(299);
    let right = mailed_code(&world, ANN).await;
    assert!(world.complete(&late, &right).await.is_ok());
    world.pass(1);
    assert_eq!(code(world.complete(&asked, &right).await), "challenge_over");
    assert_eq!(
        code(world.services.log_ins.send_again(&asked.token).await),
        "challenge_over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn five_tries_are_let_through_however_many_come_at_once() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    let right = mailed_code(&world, ANN).await;
    let wrong = other_than(&right);
    let tries = polled_in_order((0..100).map(|_| world.complete(&asked, &wrong))).await;
    assert_eq!(tally(tries), [("challenge_over", 95), ("wrong_code", 5)]);
    assert_eq!(code(world.complete(&asked, &right).await), "challenge_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn four_mistakes_are_forgiven() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    let right = mailed_code(&world, ANN).await;
    for odd in ["", "null", "٠١٢٣٤٥", &"1".repeat(1_000_000)] {
        assert_eq!(code(world.complete(&asked, odd).await), "wrong_code", "{odd:.10}");
    }
    let typed = format!(" {}-{} ", &right[..3], &right[3..]);
    assert!(world.complete(&asked, &typed).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_right_codes_at_once_open_one_session() {
    let world = careful_ann().await;
    let limits = LogInsSettings {
        tries: 100,
        ..LogInsSettings::default()
    };
    let patient = Settings {
        log_ins: limits,
        ..Settings::default()
    };
    let patient = world.services_with(world.ports.clone(), patient);
    let asked = world.challenge("ann").await;
    let right = mailed_code(&world, ANN).await;
    let tries = (0..100).map(|_| patient.log_ins.complete(&asked.token, &right));
    let tries = polled_in_order(tries).await;
    assert_eq!(tally(tries), [("challenge_over", 99), ("ok", 1)]);
    let ann = world
        .services
        .accounts
        .find_by_username(&"ann".parse().unwrap())
        .await
        .unwrap();
    let sessions = world
        .ports
        .sessions
        .list(ann.user.id, world.clock.now())
        .await
        .unwrap();
    assert_eq!(sessions.len(), 2, "the first, and this one");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_another_challenge_is_no_good() {
    let world = careful_ann().await;
    choose_mail(&world, "bob").await;
    let [anns, bobs] = [world.challenge("ann").await, world.challenge("bob").await];
    let [to_ann, to_bob] = [
        mailed_code(&world, ANN).await,
        mailed_code(&world, "bob@example.org").await,
    ];
    assert_eq!(code(world.complete(&anns, &to_bob).await), "wrong_code");
    let again = world.challenge("ann").await;
    assert_eq!(code(world.complete(&again, &to_ann).await), "wrong_code");
    assert!(world.complete(&anns, &to_ann).await.is_ok());
    assert!(world.complete(&bobs, &to_bob).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_challenge_is_over() {
    let world = careful_ann().await;
    let never_made = "A".repeat(43);
    let huge = "A".repeat(1_000_000);
    for token in ["", "null", never_made.as_str(), huge.as_str()] {
        let log_ins = &world.services.log_ins;
        let token = token.into();
        assert_eq!(code(log_ins.complete(&token, "123456").await), "challenge_over");
        assert_eq!(code(log_ins.send_again(&token).await), "challenge_over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_address_is_as_good_as_the_name() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    let login = world.log_in(" ANN@example.org ").await.unwrap();
    assert_eq!(login.account.username.as_str(), "ann");
    let bob = Registration {
        email: Some("bob@example.org".parse().unwrap()),
        ..registration("bob")
    };
    world.services.accounts.register(bob).await.unwrap();
    let unproved = world.log_in("bob@example.org").await;
    assert_eq!(
        code(unproved),
        "wrong_credentials",
        "anybody can say that it is his"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_that_are_over_are_forgotten() {
    let world = careful_ann().await;
    let asked = world.challenge("ann").await;
    assert!(!world.services.log_ins.forget_over().await.unwrap());
    world.pass(300);
    assert!(world.services.log_ins.forget_over().await.unwrap());
    assert!(!world.services.log_ins.forget_over().await.unwrap());
    assert_eq!(code(world.complete(&asked, "123456").await), "challenge_over");
}
