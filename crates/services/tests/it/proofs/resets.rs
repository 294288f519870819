//! Forgotten passwords.

use std::time::Duration;

use parlor_domain::LetterKind;
use parlor_ports::Clock;
use parlor_services::{Error, PasswordsSettings, Settings};
use parlor_testkit::polled_in_order;
use secrecy::ExposeSecret;

use super::{ANN, HOUR, ask_to_change, ask_to_reset, reset, unproved};
use crate::world::{PASSWORD, World, code, password, tally};

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_the_mail_sets_another_password_and_ends_all_sessions() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let link = ask_to_reset(&world).await;
    assert!(!world.keeps(link.expose_secret().as_bytes()));
    reset(&world, &link).await.unwrap();
    let sessions = &world.services.sessions;
    let access = login.access.expose_secret();
    assert_eq!(
        code(sessions.authenticate(access)),
        "session_over",
        "its tokens at once"
    );
    assert_eq!(code(world.refresh(&login.refresh).await), "session_over");
    assert_eq!(sessions.list(&ann).await.unwrap(), []);
    assert_eq!(code(world.log_in("ann").await), "wrong_credentials");
    assert!(world.log_in_with("ann", "battery staple").await.is_ok());
    assert_eq!(
        world.mailed(ANN, LetterKind::PasswordChanged).await,
        None,
        "there is no secret in it"
    );
    assert_eq!(world.inbox.count(ANN, LetterKind::PasswordChanged), 1);
    assert_eq!(code(reset(&world, &link).await), "link_over", "it is good once");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_hundred_resets_with_one_link_wins() {
    let passwords = PasswordsSettings {
        waiting: 100,
        ..PasswordsSettings::default()
    };
    let world = World::with(Settings {
        passwords,
        ..Settings::default()
    })
    .await;
    world.person_with_mail("ann").await;
    let link = ask_to_reset(&world).await;
    let proofs = &world.services.proofs;
    let resets = (0..100).map(|n| proofs.reset_password(&link, password(&format!("password {n}"))));
    let resets = polled_in_order(resets).await;
    let winner = resets.iter().position(Result::is_ok).unwrap();
    assert_eq!(tally(resets), [("link_over", 99), ("ok", 1)]);
    assert!(
        world
            .log_in_with("ann", &format!("password {winner}"))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_dies_when_the_password_changes() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let confirm = ask_to_change(&world, &ann).await;
    let link = ask_to_reset(&world).await;
    let accounts = &world.services.accounts;
    let changed = accounts.change_password(&ann, PASSWORD.into(), password("battery staple"));
    changed.await.unwrap();
    let late = world
        .services
        .proofs
        .reset_password(&link, password(PASSWORD))
        .await;
    assert_eq!(code(late), "link_over");
    let late = world.services.proofs.confirm_email(&confirm).await;
    assert_eq!(code(late), "link_over");
    assert!(world.log_in_with("ann", "battery staple").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_dies_with_the_next_one_and_when_the_account_is_locked() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let first = ask_to_reset(&world).await;
    let second = ask_to_reset(&world).await;
    assert_eq!(code(reset(&world, &first).await), "link_over");
    let accounts = &world.services.accounts;
    accounts.disable(ann.user.id).await.unwrap();
    assert_eq!(code(reset(&world, &second).await), "link_over");
    world.services.proofs.ask_to_reset("ann").await.unwrap();
    world.mailed(ANN, LetterKind::ResetPassword).await;
    assert_eq!(world.inbox.count(ANN, LetterKind::ResetPassword), 2, "no third");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_verifies_the_address_to_which_it_was_mailed() {
    let world = World::new().await;
    let verify = unproved(&world, "ann", ANN).await;
    let link = ask_to_reset(&world).await;
    reset(&world, &link).await.unwrap();
    let ann = world.services.accounts.find(world.id("ann").await).await.unwrap();
    assert_eq!(ann.email_verified_at, Some(world.clock.now()));
    assert_eq!(
        code(world.services.proofs.verify_email(&verify).await),
        "link_over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_by_a_reset_who_has_an_account() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    world.person("noaddress").await;
    unproved(&world, "unproved", "unproved@example.org").await;
    let locked = world.person_with_mail("locked").await;
    world.services.accounts.disable(locked.user.id).await.unwrap();
    for name in [
        "ann",
        ANN,
        "noaddress",
        "unproved@example.org",
        "locked",
        "nobody",
        "nobody@example.org",
        "not a name!",
        "",
    ] {
        let mut told = Vec::new();
        for _ in 0..6 {
            let asked = world.services.proofs.ask_to_reset(name).await;
            told.push(asked.map_err(|refused| (refused.code(), refused.to_string(), refused.wait())));
        }
        let refused = Err(Error::TooManyTries(Duration::from_secs(HOUR)));
        let refused = refused.map_err(|refused| (refused.code(), refused.to_string(), refused.wait()));
        let wanted = [vec![Ok(()); 5], vec![refused]].concat();
        assert_eq!(told, wanted, "{name}");
    }
    while world.services.post.send_due().await.unwrap() > 0 {}
    let letters = world.inbox.letters();
    let mut resets = letters
        .iter()
        .filter(|(_, letter)| letter.kind == LetterKind::ResetPassword);
    assert!(resets.all(|(_, letter)| letter.to.as_str() == ANN));
    assert_eq!(
        world.inbox.count(ANN, LetterKind::ResetPassword),
        10,
        "by name and by address"
    );
}
