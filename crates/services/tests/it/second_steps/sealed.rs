//! What the database holds of secrets.

use parlor_ports::Clock;
use secrecy::ExposeSecret;

use super::{ann_with_app, enrol, shown};
use crate::world::{World, code};

#[tokio::test(flavor = "multi_thread")]
async fn the_database_gives_no_secret_away() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let (secret, recovery) = enrol(&world, &ann).await;
    assert!(!world.keeps(secret.expose()));
    assert!(!world.keeps(secret.to_text().expose_secret().as_bytes()));
    for text in &recovery {
        assert!(!world.keeps(text.as_bytes()) && !world.keeps(text.replace('-', "").as_bytes()));
    }
    let stored = world.ports.second_steps.find(ann.user.id).await.unwrap().unwrap();
    let sealed = stored.app.unwrap().sealed;
    assert!(world.keeps(&sealed), "this would have been found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealed_secret_of_another_does_not_open() {
    let (world, ann, secret, _) = ann_with_app().await;
    let bob = world.person("bob").await.user.id;
    let store = &world.ports.second_steps;
    let sealed = store
        .find(ann.user.id)
        .await
        .unwrap()
        .unwrap()
        .app
        .unwrap()
        .sealed;
    let at = world.clock.now();
    assert!(store.enrol_app(bob, sealed.clone(), at).await.unwrap());
    assert!(store.confirm_app(bob, sealed, 0, Vec::new(), at).await.unwrap());
    let asked = world.challenge("bob").await;
    assert_eq!(
        code(world.complete(&asked, &shown(&world, &secret)).await),
        "internal"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_app_that_no_key_opens_can_be_reset_alone() {
    let (world, ann, secret, _) = ann_with_app().await;
    let second_steps = &world.services.second_steps;
    assert!(second_steps.opens().await.unwrap());
    assert_eq!(second_steps.reset_lost().await.unwrap(), 0);
    let bob = world.person("bob").await.user.id;
    let store = &world.ports.second_steps;
    assert!(
        store
            .enrol_app(bob, vec![1; 49], world.clock.now())
            .await
            .unwrap()
    );
    assert!(!second_steps.opens().await.unwrap());
    assert_eq!(second_steps.reset_lost().await.unwrap(), 1);
    assert!(second_steps.opens().await.unwrap());
    assert_eq!(store.find(bob).await.unwrap().unwrap().app, None);
    let asked = world.challenge("ann").await;
    assert!(world.complete(&asked, &shown(&world, &secret)).await.is_ok());

    second_steps.reset(ann.user.id).await.unwrap();
    assert!(world.log_in("ann").await.is_ok(), "the password alone is enough");
}
