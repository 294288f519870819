//! Logging in by a register id and a mailed code, and the links that go with it.

use std::time::Duration;

use parlor_domain::{Dialect, LetterKind};
use parlor_services::{
    Actor, CodeEntered, CodeSent, DialectUser, Error, Lives, LoginName, TokenKind, TokenPair,
};
use secrecy::{ExposeSecret, SecretString};

use crate::second_steps::enrol;
use crate::world::{PASSWORD, World, code, device, other_than, password};

const ANN: &str = "ann@example.org";
const LIVES: Lives = Lives {
    access: Duration::from_secs(600),
    refresh: Duration::from_secs(3600),
};

/// Somebody with a verified address, and the id that was mailed there.
async fn person(world: &World, name: &str) -> (Actor, String) {
    let person = world.person_with_mail(name).await;
    let email = format!("{name}@example.org");
    let register_ids = &world.services.register_ids;
    register_ids.mail(&email.parse().unwrap()).await.unwrap();
    let id = world.mailed(&email, LetterKind::MessengerId).await;
    (person, id.unwrap())
}

/// Has a code mailed to Ann, who shows this id.
async fn begin(world: &World, id: &str, password: &str) -> Result<CodeSent, Error> {
    let register_ids = &world.services.register_ids;
    let owner = register_ids.owner(id).await?.expect("it is somebody's");
    let login = ANN.parse().ok().map(LoginName::Claimed);
    register_ids
        .log_in(&owner, (ANN, login), password.into(), &device())
        .await
}

async fn mailed_code(world: &World, to: &str) -> String {
    world.mailed(to, LetterKind::LoginCode).await.unwrap()
}

/// What the last link of this kind ends in that was mailed to Ann.
async fn token(world: &World, kind: LetterKind) -> SecretString {
    world.mailed(ANN, kind).await.unwrap().into()
}

async fn enter(world: &World, id: &str, code: &str) -> CodeEntered<TokenPair> {
    let dialects = &world.services.dialects;
    let entered = dialects.log_in_by_code((id, code), device(), LIVES, |account| {
        DialectUser::Messenger(account.user.number)
    });
    entered.await.unwrap()
}

async fn is_let_in(world: &World, id: &str, code: &str) -> bool {
    matches!(enter(world, id, code).await, CodeEntered::Done(_))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_his_mail_is_let_in_once() {
    let world = World::new().await;
    let (ann, id) = person(&world, "ann").await;
    assert!(!world.keeps(id.as_bytes()), "it is kept as a hash");
    let sent = begin(&world, &id, PASSWORD).await.unwrap();
    assert_eq!(sent, CodeSent::Done { left: 3 });
    let right = mailed_code(&world, ANN).await;
    assert!(matches!(
        enter(&world, &id, &other_than(&right)).await,
        CodeEntered::Wrong
    ));
    let CodeEntered::Done(pair) = enter(&world, &id, &right).await else {
        panic!("the code is right");
    };
    assert!(matches!(enter(&world, &id, &right).await, CodeEntered::Used));
    let dialects = &world.services.dialects;
    let inspected = dialects.inspect(Dialect::Messenger, pair.access.expose_secret(), TokenKind::Access);
    let guest = inspected.await.unwrap().unwrap();
    assert_eq!(guest.actor.user, ann.user);
    let sessions = world.services.sessions.list(&ann).await.unwrap();
    assert!(sessions.iter().any(|session| session.id == guest.actor.session));
}

#[tokio::test(flavor = "multi_thread")]
async fn five_codes_can_be_tried() {
    let world = World::new().await;
    let (_, id) = person(&world, "ann").await;
    begin(&world, &id, PASSWORD).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    for _ in 0..5 {
        assert!(!is_let_in(&world, &id, &other_than(&right)).await);
    }
    assert!(!is_let_in(&world, &id, &right).await);
    let sent = world.services.register_ids.send_again(&id, &device()).await;
    assert_eq!(sent.unwrap(), CodeSent::Done { left: 2 });
    let another = mailed_code(&world, ANN).await;
    assert!(is_let_in(&world, &id, &another).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn name_password_and_id_are_one_persons() {
    let world = World::new().await;
    let (_, anns) = person(&world, "ann").await;
    let (_, bens) = person(&world, "ben").await;
    let wrong = begin(&world, &anns, "wrong horse").await;
    assert_eq!(code(wrong), "wrong_credentials");
    let wrong = begin(&world, &bens, PASSWORD).await;
    assert_eq!(code(wrong), "wrong_credentials");
    for email in [ANN, "ben@example.org"] {
        assert_eq!(world.mailed(email, LetterKind::LoginCode).await, None);
    }
    begin(&world, &anns, PASSWORD).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    assert!(!is_let_in(&world, &bens, &right).await);
    assert!(!is_let_in(&world, "nobodys!", &right).await);
    assert!(is_let_in(&world, &anns, &right).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_is_no_authenticator_app() {
    let world = World::new().await;
    let (ann, id) = person(&world, "ann").await;
    begin(&world, &id, PASSWORD).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    enrol(&world, &ann).await;
    assert!(!is_let_in(&world, &id, &right).await, "she has one since");
    let refused = begin(&world, &id, PASSWORD).await;
    assert_eq!(code(refused), "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_mailed_a_code_elsewhere_is_let_in_by_one() {
    let world = World::new().await;
    let (ann, id) = person(&world, "ann").await;
    let second_steps = &world.services.second_steps;
    second_steps
        .set_mailed_code(&ann, true, PASSWORD.into())
        .await
        .unwrap();
    begin(&world, &id, PASSWORD).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    assert!(is_let_in(&world, &id, &right).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_voids_the_code() {
    let world = World::new().await;
    let (ann, id) = person(&world, "ann").await;
    begin(&world, &id, PASSWORD).await.unwrap();
    let right = mailed_code(&world, ANN).await;
    let accounts = &world.services.accounts;
    accounts
        .set_password(ann.user.id, password("battery staple"))
        .await
        .unwrap();
    assert!(!is_let_in(&world, &id, &right).await);
    assert_eq!(code(begin(&world, &id, PASSWORD).await), "wrong_credentials");
    let sent = begin(&world, &id, "battery staple").await;
    assert_eq!(sent.unwrap(), CodeSent::Done { left: 3 });
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_has_an_address() {
    let world = World::new().await;
    let nobody = "nobody@example.org".parse().unwrap();
    world.services.register_ids.mail(&nobody).await.unwrap();
    world.services.proofs.mail_password_page(&nobody).await.unwrap();
    while world.services.post.send_due().await.unwrap() > 0 {}
    assert!(world.inbox.letters().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_an_account_another_address() {
    let world = World::new().await;
    let (ann, id) = person(&world, "ann").await;
    person(&world, "ben").await;
    let proofs = &world.services.proofs;
    let to = proofs.mail_email_page(&ann).await.unwrap();
    assert_eq!(to.as_str(), ANN);
    let token = token(&world, LetterKind::MessengerEmail).await;
    let change = |email: &str| proofs.change_email_by_link(&token, email.parse().unwrap());
    assert_eq!(code(change("ben@example.org").await), "email_taken");
    let changed = change("new@example.org").await.unwrap();
    assert_eq!(changed.email_verified_at, None);
    assert_eq!(code(change("newer@example.org").await), "link_over");
    world.mailed(ANN, LetterKind::EmailChanged).await;
    assert_eq!(world.inbox.count(ANN, LetterKind::EmailChanged), 1);

    let owner = world.services.register_ids.owner(&id).await.unwrap().unwrap();
    let login = "new@example.org".parse().ok().map(LoginName::Claimed);
    let sent = world
        .services
        .register_ids
        .log_in(&owner, ("new@example.org", login), PASSWORD.into(), &device())
        .await;
    assert_eq!(sent.unwrap(), CodeSent::Done { left: 3 });
    let right = mailed_code(&world, "new@example.org").await;
    assert!(is_let_in(&world, &id, &right).await);
    let account = world.services.accounts.find(ann.user.id).await.unwrap();
    assert!(account.email_verified_at.is_some(), "the code was read there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_half_an_hour_and_its_own_purpose() {
    let world = World::new().await;
    let (ann, _) = person(&world, "ann").await;
    let proofs = &world.services.proofs;
    proofs.mail_email_page(&ann).await.unwrap();
    let to_change = token(&world, LetterKind::MessengerEmail).await;
    let reset = proofs.reset_password(&to_change, password("battery staple"));
    assert_eq!(code(reset.await), "link_over");
    world.pass(30 * 60);
    let email = "new@example.org".parse().unwrap();
    let late = proofs.change_email_by_link(&to_change, email).await;
    assert_eq!(code(late), "link_over");

    let wrong = proofs.mail_own_password_page(&ann, "wrong horse".into()).await;
    assert_eq!(code(wrong), "wrong_password");
    proofs
        .mail_own_password_page(&ann, PASSWORD.into())
        .await
        .unwrap();
    let to_reset = token(&world, LetterKind::MessengerPassword).await;
    let reset = proofs.reset_password(&to_reset, password("battery staple"));
    reset.await.unwrap();
    assert!(world.log_in_with("ann", "battery staple").await.is_ok());
}
