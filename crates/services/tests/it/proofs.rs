//! What is proved by links that were mailed: addresses, and who may set another password.

mod changing;
mod resets;

use std::time::Duration;

use parlor_domain::{Email, LetterKind};
use parlor_ports::Clock;
use parlor_services::{Actor, Error, Registration};
use parlor_testkit::polled_in_order;
use secrecy::{ExposeSecret, SecretString};

use crate::world::{PASSWORD, World, code, password, registration};

const ANN: &str = "ann@example.org";
const NEW: &str = "ann@example.net";
const HOUR: u64 = 3600;

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

/// Registers somebody with an address that is not verified; gives the link's secret.
async fn unproved(world: &World, name: &str, address: &str) -> SecretString {
    let registration = Registration {
        email: Some(email(address)),
        ..registration(name)
    };
    world.services.accounts.register(registration).await.unwrap();
    link(world, address, LetterKind::VerifyEmail).await
}

/// What is secret in the last link of this kind.
async fn link(world: &World, to: &str, kind: LetterKind) -> SecretString {
    world.mailed(to, kind).await.unwrap().into()
}

async fn ask_to_reset(world: &World) -> SecretString {
    world.services.proofs.ask_to_reset("ann").await.unwrap();
    link(world, ANN, LetterKind::ResetPassword).await
}

async fn ask_to_change(world: &World, ann: &Actor) -> SecretString {
    let proofs = &world.services.proofs;
    proofs
        .ask_to_change_email(ann, PASSWORD.into(), email(NEW))
        .await
        .unwrap();
    link(world, NEW, LetterKind::ConfirmEmail).await
}

async fn reset(world: &World, link: &SecretString) -> Result<(), Error> {
    world
        .services
        .proofs
        .reset_password(link, password("battery staple"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_verified_once_by_what_was_mailed_there() {
    let world = World::new().await;
    let proofs = &world.services.proofs;
    let link = unproved(&world, "ann", ANN).await;
    let (_, letter) = world.inbox.letters().pop().unwrap();
    let life = Duration::from_secs(48 * HOUR);
    assert_eq!(
        (letter.name.as_str(), letter.expires_at),
        ("ann", Some(world.clock.now() + life))
    );
    assert!(!world.keeps(link.expose_secret().as_bytes()));
    let account = proofs.verify_email(&link).await.unwrap();
    assert_eq!(account.email_verified_at, Some(world.clock.now()));
    assert_eq!(code(proofs.verify_email(&link).await), "link_over");
    let ann = world.actor(&world.log_in("ann").await.unwrap());
    assert_eq!(code(proofs.ask_to_verify(&ann).await), "email_verified");
    let bob = world.person("bob").await;
    assert_eq!(code(proofs.ask_to_verify(&bob).await), "no_email");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_mailed_again_replaces_the_last_one() {
    let world = World::new().await;
    let proofs = &world.services.proofs;
    let first = unproved(&world, "ann", ANN).await;
    let ann = world.actor(&world.log_in("ann").await.unwrap());
    for _ in 0..5 {
        proofs.ask_to_verify(&ann).await.unwrap();
    }
    assert_eq!(code(proofs.ask_to_verify(&ann).await), "too_many_tries");
    let last = link(&world, ANN, LetterKind::VerifyEmail).await;
    assert_eq!(code(proofs.verify_email(&first).await), "link_over");
    world.pass(48 * HOUR - 1);
    assert!(proofs.verify_email(&last).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn links_expire_and_are_forgotten() {
    let world = World::new().await;
    let proofs = &world.services.proofs;
    let verify = unproved(&world, "bob", "bob@example.org").await;
    let ann = world.person_with_mail("ann").await;
    let confirm = ask_to_change(&world, &ann).await;
    let reset_link = ask_to_reset(&world).await;
    world.pass(HOUR);
    assert_eq!(code(reset(&world, &reset_link).await), "link_over");
    world.pass(47 * HOUR);
    assert_eq!(code(proofs.verify_email(&verify).await), "link_over");
    assert_eq!(code(proofs.confirm_email(&confirm).await), "link_over");
    assert!(proofs.forget_over().await.unwrap());
    assert!(!proofs.forget_over().await.unwrap());
    assert!(world.log_in("ann").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_nothing_but_its_purpose() {
    let world = World::new().await;
    let proofs = &world.services.proofs;
    let verify = unproved(&world, "bob", "bob@example.org").await;
    let ann = world.person_with_mail("ann").await;
    let confirm = ask_to_change(&world, &ann).await;
    let reset_link = ask_to_reset(&world).await;
    let never_made = SecretString::from("A".repeat(43));
    let odd = SecretString::from("A".repeat(100_000));
    for link in [&verify, &confirm, &never_made, &odd] {
        assert_eq!(code(reset(&world, link).await), "link_over");
    }
    for link in [&verify, &reset_link, &never_made, &odd] {
        assert_eq!(code(proofs.confirm_email(link).await), "link_over");
    }
    for link in [&confirm, &reset_link, &never_made, &odd] {
        assert_eq!(code(proofs.verify_email(link).await), "link_over");
    }
    assert!(proofs.verify_email(&verify).await.is_ok());
    assert!(
        reset(&world, &reset_link).await.is_ok(),
        "they are good as before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_his_who_verifies_it_first() {
    let world = World::new().await;
    let proofs = &world.services.proofs;
    let anns = unproved(&world, "ann", "shared@example.org").await;
    let bobs = unproved(&world, "bob", "Shared@Example.org").await;
    let owner = proofs.verify_email(&bobs.clone()).await;
    let bobs_link_went_to_another_spelling = owner.unwrap();
    assert_eq!(bobs_link_went_to_another_spelling.username.as_str(), "bob");
    assert_eq!(code(proofs.verify_email(&anns).await), "link_over");
    let ann = world.services.accounts.find(world.id("ann").await).await.unwrap();
    assert_eq!(ann.email, None, "she can name another");

    // Who says so later learns it only by reading the mail.
    let late = unproved(&world, "eve", "shared@example.org").await;
    assert_eq!(code(proofs.verify_email(&late).await), "email_taken");
    assert_eq!(code(proofs.verify_email(&late).await), "link_over");
    let login = world.log_in("shared@example.org").await.unwrap();
    assert_eq!(login.account.username.as_str(), "bob");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_verifies_an_address() {
    let world = World::new().await;
    let mut links = Vec::new();
    for name in ["ann", "bob", "carl", "dora"] {
        links.push(unproved(&world, name, "shared@example.org").await);
    }
    let proofs = &world.services.proofs;
    let proved = polled_in_order(links.iter().map(|link| proofs.verify_email(link))).await;
    assert_eq!(proved.iter().filter(|proved| proved.is_ok()).count(), 1);
}

#[test]
fn addresses_that_could_add_to_a_mail_are_none() {
    for bad in [
        "a@x.org\r\nBcc: v@x.org",
        "a@x.org\nBcc: v@x.org",
        "a@x.org%0d%0aBcc:v@x.org,v@x.org",
        "a@x.org, v@x.org",
        "a@x.org;v@x.org",
        "<v@x.org>a@x.org",
        "a\0@x.org",
        "\"a b\"@x.org",
        "a\u{2028}@x.org",
    ] {
        assert!(bad.parse::<Email>().is_err(), "{bad:?}");
    }
}
