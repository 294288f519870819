//! What people show besides the password: authenticator apps above all.

mod recovery;
mod sealed;

use parlor_auth::TotpSecret;
use parlor_domain::Timestamp;
use parlor_ports::Clock;
use parlor_services::{Actor, Error, LogInsSettings, LoggedIn, Method, SecondStep, Settings, TwoStep};
use parlor_testkit::polled_in_order;
use secrecy::{ExposeSecret, SecretString};

use crate::world::{PASSWORD, World, code, device, other_than, tally};

/// The secret that somebody types into an app.
fn read(base32: &str) -> TotpSecret {
    let mut bits = String::new();
    for letter in base32.chars() {
        let five = letter.to_digit(36).unwrap();
        // A to Z are 0 to 25, 2 to 7 are 26 to 31.
        let five = if five < 10 { five + 24 } else { five - 10 };
        bits += &format!("{five:05b}");
    }
    let bytes: Vec<u8> = (0..20)
        .map(|at| u8::from_str_radix(&bits[8 * at..8 * at + 8], 2).unwrap())
        .collect();
    TotpSecret::from_bytes(bytes.try_into().unwrap())
}

/// What an app with this secret shows now.
pub(crate) fn shown(world: &World, secret: &TotpSecret) -> String {
    shown_at(secret, world.clock.now())
}

fn shown_at(secret: &TotpSecret, at: Timestamp) -> String {
    secret.code(at).expose().to_owned()
}

/// Puts an app to work; gives its secret and the recovery codes.
pub(crate) async fn enrol(world: &World, person: &Actor) -> (TotpSecret, Vec<String>) {
    let second_steps = &world.services.second_steps;
    let enrolment = second_steps.enrol_app(person, PASSWORD.into()).await.unwrap();
    let secret = read(enrolment.secret.expose_secret());
    let confirmed = second_steps.confirm_app(person, &shown(world, &secret)).await;
    (secret, texts(confirmed.unwrap()))
}

fn texts(codes: Vec<SecretString>) -> Vec<String> {
    codes
        .into_iter()
        .map(|code| code.expose_secret().to_owned())
        .collect()
}

/// Ann with an app, a minute later.
async fn ann_with_app() -> (World, Actor, TotpSecret, Vec<String>) {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (secret, recovery) = enrol(&world, &ann).await;
    world.pass(60);
    (world, ann, secret, recovery)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_counts_once_it_has_shown_a_code() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let second_steps = &world.services.second_steps;
    let nothing = second_steps.confirm_app(&ann, "123456").await;
    assert_eq!(code(nothing), "no_app");
    let wrong = second_steps.enrol_app(&ann, "wrong horse".into()).await;
    assert_eq!(code(wrong), "wrong_password");

    let given_up = second_steps.enrol_app(&ann, PASSWORD.into()).await.unwrap();
    let enrolment = second_steps.enrol_app(&ann, PASSWORD.into()).await.unwrap();
    let uri = enrolment.uri.expose();
    assert!(uri.starts_with("otpauth://totp/Parlor:ann?secret="), "{uri}");
    assert!(uri.contains(enrolment.secret.expose_secret()));
    assert!(enrolment.qr_code.starts_with(b"\x89PNG\r\n"));
    assert!(world.log_in("ann").await.is_ok(), "it waits to be confirmed");

    let [old, secret] = [given_up, enrolment].map(|app| read(app.secret.expose_secret()));
    let replaced = second_steps.confirm_app(&ann, &shown(&world, &old)).await;
    assert_eq!(code(replaced), "wrong_code");
    let codes = second_steps
        .confirm_app(&ann, &shown(&world, &secret))
        .await
        .unwrap();
    assert_eq!(codes.len(), 10);
    let chosen = second_steps.find(&ann).await.unwrap();
    assert!(chosen.confirmed_app().is_some() && chosen.recovery_codes == 10);
    let again = second_steps.confirm_app(&ann, &shown(&world, &secret)).await;
    assert_eq!(code(again), "no_app", "recovery codes are shown once");
    let second = second_steps.enrol_app(&ann, PASSWORD.into()).await;
    assert_eq!(code(second), "app_enrolled");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_confirm_at_once_see_one_set_of_recovery_codes() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let second_steps = &world.services.second_steps;
    let enrolment = second_steps.enrol_app(&ann, PASSWORD.into()).await.unwrap();
    let secret = read(enrolment.secret.expose_secret());
    let right = shown(&world, &secret);
    let tries = polled_in_order((0..10).map(|_| second_steps.confirm_app(&ann, &right))).await;
    assert_eq!(tally(tries), [("no_app", 9), ("ok", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_app_is_asked_what_it_shows() {
    let (world, _, secret, _) = ann_with_app().await;
    let asked = world.challenge("ann").await;
    assert_eq!(asked.methods, [Method::App, Method::RecoveryCode]);
    assert_eq!((asked.sent_to.as_deref(), asked.resend_after), (None, None));
    let again = world.services.log_ins.send_again(&asked.token).await;
    assert_eq!(code(again), "challenge_over", "there is nothing to mail");
    let right = shown(&world, &secret);
    assert_eq!(
        code(world.complete(&asked, &other_than(&right)).await),
        "wrong_code"
    );
    assert!(world.complete(&asked, &right).await.is_ok());
    assert_eq!(code(world.complete(&asked, &right).await), "challenge_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_second_steps_are_off_no_app_is_asked_for() {
    let (world, ann, _, _) = ann_with_app().await;
    let log_ins = LogInsSettings {
        two_step: TwoStep::Off,
        ..LogInsSettings::default()
    };
    let off = Settings {
        log_ins,
        ..Settings::default()
    };
    let off = world.services_with(world.ports.clone(), off);
    let enrolled = off.second_steps.enrol_app(&ann, PASSWORD.into()).await;
    assert_eq!(code(enrolled), "no_two_step");
    let logged_in = off.log_ins.log_in("ann", PASSWORD.into(), device()).await;
    assert!(matches!(logged_in, Ok(LoggedIn::Done(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_showed_once_is_refused_afterwards() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (secret, _) = enrol(&world, &ann).await;
    let asked = world.challenge("ann").await;
    let confirmed = shown(&world, &secret);
    assert_eq!(code(world.complete(&asked, &confirmed).await), "wrong_code");
    world.pass(30);
    let right = shown(&world, &secret);
    assert!(world.complete(&asked, &right).await.is_ok());
    let asked = world.challenge("ann").await;
    assert_eq!(code(world.complete(&asked, &right).await), "wrong_code");
    assert_eq!(
        code(world.complete(&asked, &confirmed).await),
        "wrong_code",
        "nor what it showed before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_shows_is_good_for_one_log_in_however_many_come_at_once() {
    let (world, _, secret, _) = ann_with_app().await;
    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.push(world.challenge("ann").await);
    }
    let right = shown(&world, &secret);
    let tries = polled_in_order(asked.iter().map(|asked| world.complete(asked, &right))).await;
    assert_eq!(tally(tries), [("ok", 1), ("wrong_code", 19)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_telephone_may_be_off_by_one_step() {
    for (off, ends) in [
        (-60, "wrong_code"),
        (-30, "ok"),
        (0, "ok"),
        (30, "ok"),
        (60, "wrong_code"),
    ] {
        let (world, _, secret, _) = ann_with_app().await;
        world.pass(120);
        let asked = world.challenge("ann").await;
        let at = Timestamp::from_micros(world.clock.now().micros() + off * 1_000_000);
        let completed = world.complete(&asked, &shown_at(&secret, at)).await;
        assert_eq!(code(completed), ends, "{off}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_limited_by_challenge_and_by_day() {
    let (world, _, secret, _) = ann_with_app().await;
    for _ in 0..4 {
        let asked = world.challenge("ann").await;
        let wrong = other_than(&shown(&world, &secret));
        let tries = polled_in_order((0..10).map(|_| world.complete(&asked, &wrong))).await;
        assert_eq!(tally(tries), [("challenge_over", 5), ("wrong_code", 5)]);
    }
    let asked = world.challenge("ann").await;
    let refused = world.complete(&asked, &shown(&world, &secret)).await;
    assert!(matches!(refused, Err(Error::TooManyTries(wait)) if wait.as_secs() == 24 * 3600));
    world.pass(24 * 3600);
    let asked = world.challenge("ann").await;
    assert!(world.complete(&asked, &shown(&world, &secret)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_goes_only_for_password_and_code() {
    let (world, ann, secret, recovery) = ann_with_app().await;
    let second_steps = &world.services.second_steps;
    let remove =
        async |password: &str, typed: &str| second_steps.remove_app(&ann, password.into(), typed).await;
    let right = shown(&world, &secret);
    assert_eq!(code(remove("wrong horse", &right).await), "wrong_password");
    for wrong in ["", "null", &other_than(&right), "00000-00000"] {
        assert_eq!(code(remove(PASSWORD, wrong).await), "wrong_code", "{wrong}");
    }
    remove(PASSWORD, &right).await.unwrap();
    assert_eq!(code(remove(PASSWORD, &recovery[0]).await), "no_app");
    let replaced = second_steps.replace_recovery_codes(&ann, PASSWORD.into(), &recovery[0]);
    assert_eq!(code(replaced.await), "no_app");
    assert_eq!(second_steps.find(&ann).await.unwrap(), SecondStep::default());
    assert!(world.log_in("ann").await.is_ok());

    let (_, recovery) = enrol(&world, &ann).await;
    remove(PASSWORD, &recovery[0]).await.unwrap();
    assert!(world.log_in("ann").await.is_ok(), "a recovery code is as good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_is_only_for_verified_addresses() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let second_steps = &world.services.second_steps;
    let choose = |on: bool, password: &str| second_steps.set_mailed_code(&ann, on, password.into());
    assert_eq!(code(choose(true, PASSWORD).await), "email_not_verified");
    assert_eq!(code(choose(true, "wrong horse").await), "wrong_password");
    choose(false, PASSWORD).await.unwrap();
    let bob = world.person_with_mail("bob").await;
    second_steps
        .set_mailed_code(&bob, true, PASSWORD.into())
        .await
        .unwrap();
    assert!(second_steps.find(&bob).await.unwrap().mailed_code);
    world.challenge("bob").await;
    second_steps
        .set_mailed_code(&bob, false, PASSWORD.into())
        .await
        .unwrap();
    assert!(world.log_in("bob").await.is_ok());
}
