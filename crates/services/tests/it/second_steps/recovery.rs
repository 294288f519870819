//! Recovery codes.

use parlor_testkit::polled_in_order;

use super::{ann_with_app, enrol, shown, texts};
use crate::world::{PASSWORD, code, other_than, tally};

#[tokio::test(flavor = "multi_thread")]
async fn each_recovery_code_is_good_once() {
    let (world, ann, _, recovery) = ann_with_app().await;
    for (used, text) in (1..).zip(&recovery) {
        let asked = world.challenge("ann").await;
        let typed = text.to_uppercase().replace('-', " ");
        assert!(world.complete(&asked, &typed).await.is_ok());
        let asked = world.challenge("ann").await;
        assert_eq!(code(world.complete(&asked, text).await), "wrong_code");
        let left = world.services.second_steps.find(&ann).await.unwrap();
        assert_eq!(left.recovery_codes, 10 - used);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_is_good_once_however_many_come_at_once() {
    let (world, _, _, recovery) = ann_with_app().await;
    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.push(world.challenge("ann").await);
    }
    let tries = polled_in_order(asked.iter().map(|asked| world.complete(asked, &recovery[0]))).await;
    assert_eq!(tally(tries), [("ok", 1), ("wrong_code", 19)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_codes_of_another_are_no_good() {
    let (world, _, _, recovery) = ann_with_app().await;
    let bob = world.person("bob").await;
    enrol(&world, &bob).await;
    let asked = world.challenge("bob").await;
    assert_eq!(code(world.complete(&asked, &recovery[0]).await), "wrong_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_recovery_codes_void_the_old_ones() {
    let (world, ann, secret, old) = ann_with_app().await;
    let second_steps = &world.services.second_steps;
    let replace = async |password: &str, typed: &str| {
        second_steps
            .replace_recovery_codes(&ann, password.into(), typed)
            .await
    };
    let right = shown(&world, &secret);
    assert_eq!(code(replace("wrong horse", &right).await), "wrong_password");
    assert_eq!(code(replace(PASSWORD, &other_than(&right)).await), "wrong_code");
    let new = texts(replace(PASSWORD, &right).await.unwrap());
    assert_eq!(new.len(), 10);
    assert_eq!(
        code(replace(PASSWORD, &right).await),
        "wrong_code",
        "it is used up"
    );
    let asked = world.challenge("ann").await;
    assert_eq!(code(world.complete(&asked, &old[0]).await), "wrong_code");
    assert!(world.complete(&asked, &new[0]).await.is_ok());
}
