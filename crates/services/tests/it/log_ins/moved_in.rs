//! Logging in with a password that Django hashed.

use parlor_auth::PasswordHasher;
use parlor_domain::{Account, UserId};
use parlor_ports::{LoginName, NewAccount, PasswordHash, Registered};
use parlor_testkit::polled_in_order;
use secrecy::ExposeSecret;

use super::ANN;
use super::meanwhile::{blows, disturbed, live, log_in};
use crate::world::{PASSWORD, World, code, device, tally};

/// What Django makes of everybody's password.
const DJANGOS: &str = "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=";

/// Ann, who had an account elsewhere.
async fn ann_from_elsewhere() -> (World, Account) {
    let world = World::new().await;
    let at = world.ports.clock.now();
    let ann = NewAccount {
        id: UserId::new(world.ports.entropy.uuid(at)),
        username: "ann".parse().unwrap(),
        display_name: "Ann".parse().unwrap(),
        first_name: None,
        last_name: None,
        email: Some(ANN.parse().unwrap()),
        email_verified: true,
        claims_address: false,
        mobile: None,
        password: Some(PasswordHash(DJANGOS.into())),
        host: None,
        invite: None,
        verification: None,
        bot: false,
        admin: false,
        at,
    };
    let registered = world.ports.users.register(ann).await.unwrap();
    match registered {
        Registered::Done(account) => (world, *account),
        refused => panic!("no account: {refused:?}"),
    }
}

/// The hash of ann's password.
async fn stored(world: &World) -> String {
    let ann = LoginName::Username("ann".parse().unwrap());
    let found = world.ports.users.credentials(&ann).await.unwrap().unwrap();
    found.password.unwrap().0.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_django_hashed_is_hashed_anew_at_the_next_log_in() {
    let (world, ann) = ann_from_elsewhere().await;
    let before = world.services.sessions.open(ann, device()).await.unwrap();
    assert!(world.log_in("ann").await.is_ok());
    let anew = stored(&world).await;
    assert!(anew.starts_with("$parlor$"), "{anew}");
    assert!(world.log_in(ANN).await.is_ok());
    assert_eq!(stored(&world).await, anew, "once is enough");
    assert!(
        world.refresh(&before.refresh).await.is_ok(),
        "it is the same password"
    );
    world.services.post.send_due().await.unwrap();
    assert!(world.inbox.letters().is_empty(), "there is nothing to tell");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_leaves_what_django_made() {
    let (world, _) = ann_from_elsewhere().await;
    for wrong in ["wrong horse", "", DJANGOS] {
        let refused = world.log_in_with("ann", wrong).await;
        assert_eq!(code(refused), "wrong_credentials", "{wrong}");
    }
    assert_eq!(stored(&world).await, DJANGOS);
    assert!(world.log_in("ann").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_logs_in_at_the_same_moment_gets_in_as_well() {
    let (world, ann) = ann_from_elsewhere().await;
    let (services, meanwhile) = disturbed(&world);
    let faster = PasswordHasher::new(PasswordHasher::MIN_COST).unwrap();
    let faster = PasswordHash(faster.hash(PASSWORD, [7; 16]));
    let (users, hash) = (world.ports.users.clone(), faster.clone());
    meanwhile.plan(async move {
        let replaced = users.rehash(ann.user.id, PasswordHash(DJANGOS.into()), hash);
        assert!(replaced.await.unwrap());
    });
    assert!(log_in(&services.log_ins).await.is_ok());
    assert_eq!(stored(&world).await, faster.0.expose_secret());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_log_in_at_once_all_get_in() {
    let (world, _) = ann_from_elsewhere().await;
    let log_ins = polled_in_order((0..8).map(|_| world.log_in("ann"))).await;
    assert_eq!(tally(log_ins), [("ok", 8)]);
    assert!(stored(&world).await.starts_with("$parlor$"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_changes_meanwhile_is_not_changed_back() {
    let (world, ann) = ann_from_elsewhere().await;
    let (services, meanwhile) = disturbed(&world);
    meanwhile.plan(blows(&world, ann.user.id).remove(0));
    assert_eq!(code(log_in(&services.log_ins).await), "wrong_credentials");
    assert_eq!(stored(&world).await, "another");
    assert_eq!(live(&world, ann.user.id).await, 0);
}
