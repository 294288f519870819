//! Logging in by a mailed code, without a password.

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_ports::Clock;
use parlor_services::{Challenged, Error, LogInsSettings, Method, Registration, Settings, TwoStep};
use secrecy::ExposeSecret;

use super::{ANN, choose_mail, mailed_code, settings, wait};
use crate::second_steps::{enrol, shown};
use crate::world::{PASSWORD, World, challenged, code, device_at, other_than, registration};

const HERE: &str = "192.0.2.7";
const AFAR: &str = "198.51.100.1";

fn on() -> Settings {
    with(TwoStep::Optional)
}

fn with(two_step: TwoStep) -> Settings {
    let base = settings(two_step);
    let log_ins = LogInsSettings {
        by_mail: true,
        ..base.log_ins
    };
    Settings { log_ins, ..base }
}

/// Logs in by mail at this address.
async fn by_mail(world: &World, name: &str, address: &str) -> Result<Challenged, Error> {
    let log_ins = &world.services.log_ins;
    log_ins.log_in_by_mail(name, device_at(address)).await
}

async fn next(world: &World, asked: &Challenged, code: &str) -> Challenged {
    let log_ins = &world.services.log_ins;
    challenged(log_ins.complete(&asked.token, code).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_unless_the_operator_wants_it() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    assert_eq!(code(by_mail(&world, "ann", HERE).await), "no_log_in_by_mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_lets_in() {
    let world = World::with(on()).await;
    world.person_with_mail("ann").await;
    for name in ["Ann", "ANN@example.org"] {
        let asked = by_mail(&world, name, HERE).await.unwrap();
        let right = mailed_code(&world, ANN).await;
        assert_eq!(
            code(world.complete(&asked, &other_than(&right)).await),
            "wrong_code"
        );
        let login = world.complete(&asked, &right).await.unwrap();
        assert_eq!(login.account.username.as_str(), "ann");
        assert_eq!(code(world.complete(&asked, &right).await), "challenge_over");
    }
}

/// Everybody who is not to be told apart: known, unknown, impossible, without an address, not verified, with second
/// steps, locked.
async fn everybody(world: &World) -> Vec<&'static str> {
    world.person_with_mail("ann").await;
    world.person("noaddress").await;
    let unproved = Registration {
        email: Some("unproved@example.org".parse().unwrap()),
        ..registration("unproved")
    };
    world.services.accounts.register(unproved).await.unwrap();
    choose_mail(world, "careful").await;
    let locked = world.person_with_mail("locked").await;
    world.services.accounts.disable(locked.user.id).await.unwrap();
    let app = world.person_with_mail("withapp").await;
    enrol(world, &app).await;
    vec![
        "ann",
        "ann@example.org",
        "nobody",
        "nobody@example.org",
        "not a name!",
        "noaddress",
        "unproved",
        "unproved@example.org",
        "careful",
        "locked",
        "withapp",
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_has_an_account() {
    let world = World::with(on()).await;
    let expires_at = world.clock.now() + Duration::from_secs(300);
    for name in everybody(&world).await {
        let asked = by_mail(&world, name, AFAR).await.unwrap();
        let told = (asked.methods, asked.sent_to, asked.resend_after, asked.expires_at);
        let wanted = (
            vec![Method::MailedCode],
            None,
            Some(Duration::from_secs(30)),
            expires_at,
        );
        assert_eq!(told, wanted, "{name}");
    }
    while world.services.post.send_due().await.unwrap() > 0 {}
    for (_, letter) in world.inbox.letters() {
        let to = letter.to.as_str();
        let may = to == ANN || to == "withapp@example.org";
        assert!(may || letter.kind != LetterKind::LoginCode, "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decoy_answers_as_a_challenge_does() {
    let world = World::with(on()).await;
    let names = everybody(&world).await;
    for name in names {
        let log_ins = &world.services.log_ins;
        let asked = by_mail(&world, name, AFAR).await.unwrap();
        let begun = world.clock.now();
        let mut told = vec![code(log_ins.send_again(&asked.token).await)];
        for seconds in [30, 60] {
            world.pass(seconds);
            let again = log_ins.send_again(&asked.token).await.unwrap();
            assert_eq!(again.sent_to, None, "{name}");
            assert_eq!(
                again.resend_after,
                Some(Duration::from_secs(2 * seconds)),
                "{name}"
            );
            assert_eq!(again.expires_at, begun + Duration::from_secs(300), "{name}");
            told.push(code(log_ins.send_again(&asked.token).await));
        }
        for _ in 0..6 {
            let refused = log_ins.complete(&asked.token, "no code").await.unwrap_err();
            told.push(refused.code());
        }
        told.push(code(log_ins.send_again(&asked.token).await));
        let slow = ["too_many_tries"; 3];
        let wrong = ["wrong_code"; 5];
        let wanted = [&slow[..], &wrong, &["challenge_over", "too_many_tries"]].concat();
        assert_eq!(told, wanted, "{name}");
        world.pass(300);
        assert_eq!(
            code(log_ins.send_again(&asked.token).await),
            "challenge_over",
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_mailed_as_seldom() {
    let world = World::with(on()).await;
    for name in everybody(&world).await {
        for _ in 0..5 {
            by_mail(&world, name, AFAR).await.unwrap();
        }
        assert_eq!(
            wait(by_mail(&world, name, AFAR).await),
            Duration::from_secs(3600),
            "{name}"
        );
        for n in 2..5 {
            for _ in 0..5 {
                by_mail(&world, name, &format!("198.51.100.{n}")).await.unwrap();
            }
        }
        let refused = by_mail(&world, name, "198.51.100.5").await;
        assert_eq!(wait(refused), Duration::from_secs(3600), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_keep_the_owner_from_it_where_he_was() {
    let world = World::with(on()).await;
    world.person_with_mail("ann").await;
    for n in 1..=4 {
        for _ in 0..5 {
            by_mail(&world, "ann", &format!("198.51.100.{n}")).await.unwrap();
        }
    }
    assert_eq!(code(by_mail(&world, "ann", AFAR).await), "too_many_tries");
    let asked = by_mail(&world, "ann", HERE).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    assert!(world.complete(&asked, &right).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_app_is_asked_for_it_next() {
    let world = World::with(on()).await;
    let ann = world.person_with_mail("ann").await;
    let (secret, _) = enrol(&world, &ann).await;
    world.pass(60);
    let asked = by_mail(&world, "ann", HERE).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    let asked = next(&world, &asked, &right).await;
    assert_eq!(asked.methods, [Method::App, Method::RecoveryCode]);
    assert_eq!(code(world.complete(&asked, &right).await), "wrong_code");
    assert!(world.complete(&asked, &shown(&world, &secret)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chose_a_mailed_code_besides_the_password_is_not_spared_the_password() {
    let world = World::with(on()).await;
    choose_mail(&world, "ann").await;
    by_mail(&world, "ann", HERE).await.unwrap();
    assert_eq!(world.mailed(ANN, LetterKind::LoginCode).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chooses_it_meanwhile_is_not_let_in() {
    let world = World::with(on()).await;
    let ann = world.person_with_mail("ann").await;
    let [one, two] = [
        by_mail(&world, "ann", HERE).await.unwrap(),
        by_mail(&world, "ann", HERE).await.unwrap(),
    ];
    let right = mailed_code(&world, ANN).await;
    let second_steps = &world.services.second_steps;
    second_steps
        .set_mailed_code(&ann, true, PASSWORD.into())
        .await
        .unwrap();
    assert_eq!(code(world.complete(&two, &right).await), "challenge_over");
    enrol(&world, &ann).await;
    let first = world.inbox.letters().into_iter().rev().nth(1).unwrap().1;
    let first = first.secret.unwrap();
    let asked = next(&world, &one, first.expose_secret()).await;
    assert_eq!(asked.methods, [Method::App, Method::RecoveryCode]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_everybody_has_a_second_step_a_mailed_code_alone_is_not_enough() {
    let world = World::with(with(TwoStep::Required)).await;
    world.person_with_mail("ann").await;
    by_mail(&world, "ann", HERE).await.unwrap();
    assert_eq!(world.mailed(ANN, LetterKind::LoginCode).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_has_one_it_is() {
    let world = World::with(with(TwoStep::Off)).await;
    let ann = world.person_with_mail("ann").await;
    world
        .ports
        .second_steps
        .set_mailed_code(ann.user.id, true)
        .await
        .unwrap();
    let asked = by_mail(&world, "ann", HERE).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    assert!(world.complete(&asked, &right).await.is_ok());
}
