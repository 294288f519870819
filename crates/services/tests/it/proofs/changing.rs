//! Other addresses, and mobile numbers.

use parlor_domain::LetterKind;
use parlor_ports::Clock;
use parlor_testkit::polled_in_order;

use super::{ANN, HOUR, NEW, ask_to_change, ask_to_reset, email, link, reset, unproved};
use crate::world::{PASSWORD, World, code, tally};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_changes_at_the_new_one_and_the_old_one_is_told() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let proofs = &world.services.proofs;
    let refused = proofs.ask_to_change_email(&ann, "wrong horse".into(), email(NEW));
    assert_eq!(code(refused.await), "wrong_password");
    let reset_link = ask_to_reset(&world).await;
    let confirm = ask_to_change(&world, &ann).await;
    let before = world.services.accounts.find(ann.user.id).await.unwrap();
    assert_eq!(before.email, Some(email(ANN)), "nothing changed yet");
    assert_eq!(world.inbox.count(ANN, LetterKind::EmailChanged), 0);

    let after = proofs.confirm_email(&confirm).await.unwrap();
    assert_eq!(
        (after.email, after.email_verified_at),
        (Some(email(NEW)), Some(world.clock.now()))
    );
    assert_eq!(code(proofs.confirm_email(&confirm).await), "link_over");
    while world.services.post.send_due().await.unwrap() > 0 {}
    let (_, told) = world.inbox.letters().pop().unwrap();
    assert_eq!((told.to.as_str(), told.kind), (ANN, LetterKind::EmailChanged));
    assert_eq!(&*told.detail, NEW);
    assert!(told.secret.is_none());
    assert_eq!(
        code(reset(&world, &reset_link).await),
        "link_over",
        "it was mailed to the old one"
    );
    assert!(world.log_in(NEW).await.is_ok());
    assert_eq!(code(world.log_in(ANN).await), "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_mailed_to_the_old_address_dies_with_it() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let second_steps = &world.services.second_steps;
    second_steps
        .set_mailed_code(&ann, true, PASSWORD.into())
        .await
        .unwrap();
    let confirm = ask_to_change(&world, &ann).await;
    let asked = world.challenge("ann").await;
    let mailed = world.mailed(ANN, LetterKind::LoginCode).await.unwrap();
    world.services.proofs.confirm_email(&confirm).await.unwrap();
    assert_eq!(code(world.complete(&asked, &mailed).await), "challenge_over");
    let asked = world.challenge("ann").await;
    assert_eq!(asked.sent_to.as_deref(), Some("a***@example.net"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_address_that_was_never_verified_is_told_nothing() {
    let world = World::new().await;
    unproved(&world, "ann", ANN).await;
    let ann = world.actor(&world.log_in("ann").await.unwrap());
    let confirm = ask_to_change(&world, &ann).await;
    world.services.proofs.confirm_email(&confirm).await.unwrap();
    assert_eq!(world.mailed(ANN, LetterKind::EmailChanged).await, None);
    assert_eq!(world.inbox.count(ANN, LetterKind::EmailChanged), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_verified_is_asked_for_like_any_other() {
    let world = World::new().await;
    world.person_with_mail("bob").await;
    let ann = world.person_with_mail("ann").await;
    let proofs = &world.services.proofs;
    let bobs = email("bob@example.org");
    proofs
        .ask_to_change_email(&ann, PASSWORD.into(), bobs)
        .await
        .unwrap();
    let confirm = link(&world, "bob@example.org", LetterKind::ConfirmEmail).await;
    let refused = proofs.confirm_email(&confirm).await.unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("email_taken", Some("email")));
    assert_eq!(world.mailed(ANN, LetterKind::EmailChanged).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_to_other_addresses_are_mailed_seldom() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let proofs = &world.services.proofs;
    let ask = |n: u32| {
        let address = email(&format!("victim{n}@example.org"));
        proofs.ask_to_change_email(&ann, PASSWORD.into(), address)
    };
    for n in 0..5 {
        ask(n).await.unwrap();
    }
    assert_eq!(code(ask(5).await), "too_many_tries");
    world.pass(HOUR);
    assert!(ask(6).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mobile_number_is_one_persons() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let proofs = &world.services.proofs;
    let set = |actor, number: &str| {
        let number = number.parse().unwrap();
        proofs.set_mobile(actor, PASSWORD.into(), Some(number))
    };
    let account = set(&ann, "+41 79 123 45 67").await.unwrap();
    assert_eq!(account.profile.mobile, Some("+41791234567".parse().unwrap()));
    let refused = set(&bob, "0041 (79) 123-45-67").await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.field()),
        ("mobile_taken", Some("mobile"))
    );
    assert!(set(&ann, "+41791234567").await.is_ok(), "it is hers already");
    let wrong = proofs.set_mobile(&ann, "wrong horse".into(), None).await;
    assert_eq!(code(wrong), "wrong_password");
    let gone = proofs.set_mobile(&ann, PASSWORD.into(), None).await.unwrap();
    assert_eq!(gone.profile.mobile, None);
    let wishes = [set(&ann, "+41791234567"), set(&bob, "+41791234567")];
    let set = polled_in_order(wishes).await;
    assert_eq!(tally(set), [("mobile_taken", 1), ("ok", 1)]);
}
