//! Deleting accounts.

use parlor_domain::{AccountStatus, LetterKind, PageSize, RoomId, What};
use parlor_services::{Actor, HistoryRange, Shown, UserSearch};
use secrecy::ExposeSecret;

use crate::world::{PASSWORD, World, body, code, password, registration};

async fn delete_own(world: &World, actor: &Actor, messages: bool) {
    let accounts = &world.services.accounts;
    accounts
        .delete_own(actor, PASSWORD.into(), messages)
        .await
        .unwrap();
}

/// What can be read of a room's messages.
async fn read(world: &World, actor: &Actor, room: RoomId) -> Vec<Option<String>> {
    let size = PageSize::clamped(100);
    let page = world
        .services
        .messages
        .history(actor, room, HistoryRange::Newest, size)
        .await;
    let messages = page.unwrap().messages;
    messages
        .iter()
        .map(|message| body(message).map(str::to_owned))
        .collect()
}

/// Waits until somebody who is gone has left a room.
async fn left(world: &World, room: RoomId, gone: &Actor) {
    world
        .heard
        .wait(|| {
            let events = world.heard.events(room);
            let left = |what: &What| matches!(what, What::MemberLeft { user, .. } if *user == gone.user);
            events.iter().any(|event| left(&event.what)).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_deletes_his_account_is_out_at_once() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    let login = world.log_in("ann").await.unwrap();
    let ann = world.actor(&login);
    let accounts = &world.services.accounts;
    let refused = accounts.delete_own(&ann, "wrong horse".into(), false).await;
    assert_eq!(code(refused), "wrong_password");
    world.services.proofs.ask_to_reset("ann").await.unwrap();
    let link = world
        .mailed("ann@example.org", LetterKind::ResetPassword)
        .await
        .unwrap();

    delete_own(&world, &ann, false).await;
    let access = login.access.expose_secret();
    assert_eq!(code(world.services.sessions.authenticate(access)), "session_over");
    assert_eq!(code(world.refresh(&login.refresh).await), "session_over");
    for name in ["ann", "ann@example.org", "deleted"] {
        assert_eq!(code(world.log_in(name).await), "wrong_credentials", "{name}");
    }
    let link = link.into();
    let reset = world.services.proofs.reset_password(&link, password(PASSWORD));
    assert_eq!(code(reset.await), "link_over");
    let again = accounts.delete_own(&ann, PASSWORD.into(), false).await;
    assert_eq!(code(again), "wrong_password");
    assert_eq!(code(accounts.delete(ann.user.id, false).await), "no_such_user");
    assert_eq!(code(accounts.enable(ann.user.id).await), "no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_person_is_left() {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let bob = world.person("bob").await;
    delete_own(&world, &ann, false).await;
    let accounts = &world.services.accounts;
    let gone = accounts.find(ann.user.id).await.unwrap();
    assert_eq!(gone.status, AccountStatus::Deleted);
    assert_eq!(gone.display_name.as_str(), "Deleted user");
    assert_eq!((gone.email.clone(), gone.last_seen), (None, None));
    for name in ["ann", "deleted"] {
        let found = accounts.find_by_username(&name.parse().unwrap()).await;
        assert_eq!(code(found), "no_such_user", "{name}");
        let found = accounts.search(&bob, UserSearch::Beginning(name.into())).await;
        assert_eq!(found.unwrap(), [], "{name}");
    }
    let shown = accounts.shown(&bob, &[gone]).await.unwrap();
    assert_eq!(shown, [Shown::default()]);
    let direct = world.services.rooms.open_direct(&bob, ann.user.id).await;
    assert_eq!(code(direct), "no_such_user");
    assert!(
        accounts.register(registration("ann")).await.is_ok(),
        "the name is free"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_stays_if_it_is_to() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let group = world.group(&bob, &[ann]).await;
    let direct = world.services.rooms.open_direct(&ann, bob.user.id).await.unwrap();
    let direct = direct.into_inner().room.id;
    for room in [group, direct] {
        world.say(&ann, room, "hello").await;
        world.say(&bob, room, "hi").await;
    }
    delete_own(&world, &ann, false).await;
    left(&world, group, &ann).await;
    let said = [Some("hello".to_owned()), Some("hi".to_owned())];
    for room in [group, direct] {
        assert_eq!(read(&world, &bob, room).await, said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_goes_if_it_is_to() {
    let world = World::new().await;
    let [ann, bob, root] = world.people(["ann", "bob", "root"]).await;
    let group = world.group(&bob, &[ann]).await;
    let others = world.group(&bob, &[root]).await;
    for room in [group, others] {
        world.say(&bob, room, "hi").await;
    }
    world.chatter(&ann, group, 5).await;
    world.services.accounts.delete(ann.user.id, true).await.unwrap();
    left(&world, group, &ann).await;
    world
        .heard
        .wait(|| {
            let events = world.heard.events(group);
            let deleted = |what: &What| matches!(what, What::MessageDeleted { .. });
            (events.iter().filter(|event| deleted(&event.what)).count() == 5).then_some(())
        })
        .await;
    let hi = Some("hi".to_owned());
    assert_eq!(
        read(&world, &bob, group).await,
        [vec![hi.clone()], vec![None; 5]].concat()
    );
    assert_eq!(read(&world, &bob, others).await, [hi]);
}

/// An actor whose account is gone cannot prove himself by the password of whoever is called as all who are gone are.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_taken_for_who_is_gone() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    delete_own(&world, &ann, false).await;
    world.person("deleted").await;
    let proofs = &world.services.proofs;
    let set = proofs.set_mobile(&ann, PASSWORD.into(), None).await;
    assert_eq!(code(set), "wrong_password");
}
