//! Presence.

use std::time::Duration;

use parlor_domain::{Audience, ProfileChange, UserId};
use parlor_ports::Clock;

use crate::world::{World, code};

#[tokio::test(flavor = "multi_thread")]
async fn one_follows_oneself_and_whom_one_shares_a_room_with() {
    let world = World::new().await;
    let [ann, bob, eve] = world.people(["ann", "bob", "eve"]).await;
    let room = world.group(&ann, &[bob]).await;
    let presence = &world.services.presence;
    assert!(presence.may_follow(&ann, ann.user.id).await.unwrap());
    assert!(presence.may_follow(&ann, bob.user.id).await.unwrap());
    assert!(!presence.may_follow(&eve, bob.user.id).await.unwrap());
    let nobody = UserId::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    assert!(!presence.may_follow(&ann, nobody).await.unwrap());
    world.services.rooms.leave(&bob, room).await.unwrap();
    assert!(!presence.may_follow(&ann, bob.user.id).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_followed_by_whom_one_shows_it() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    world.group(&ann, &[bob]).await;
    let services = &world.services;
    let shown = async |audience| {
        let change = ProfileChange {
            show_presence: Some(audience),
            ..ProfileChange::default()
        };
        services.accounts.change_profile(&ann, change).await.unwrap();
        code(services.presence.follow(&bob, ann.user.id).await)
    };
    assert_eq!(shown(Audience::Nobody).await, "presence_hidden");
    assert_eq!(shown(Audience::Contacts).await, "presence_hidden");
    services.contacts.put(&ann, bob.user.id, None).await.unwrap();
    assert_eq!(shown(Audience::Contacts).await, "ok");
    assert_eq!(shown(Audience::Nobody).await, "presence_hidden");
    assert_eq!(shown(Audience::Everyone).await, "ok");
    assert!(services.presence.may_follow(&ann, ann.user.id).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn when_somebody_was_last_seen_only_moves_forward() {
    let world = World::new().await;
    let ann = world.person("ann").await.user.id;
    let earlier = world.clock.now();
    let later = world.clock.advance(Duration::from_secs(5));
    let presence = &world.services.presence;
    presence.note_seen(Vec::new()).await.unwrap();
    presence.note_seen(vec![(ann, later)]).await.unwrap();
    presence.note_seen(vec![(ann, earlier)]).await.unwrap();
    let itself = world.log_in("ann").await.unwrap();
    let seen = presence.follow(&world.actor(&itself), ann).await.unwrap();
    assert_eq!(seen, Some(later));
    let eve = world.person("eve").await;
    assert_eq!(code(presence.follow(&eve, ann).await), "no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_somebody_learns_when_he_was_there_only_if_he_may() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    world.group(&ann, &[bob]).await;
    let presence = &world.services.presence;
    let seen = world.clock.now();
    presence.note_seen(vec![(ann.user.id, seen)]).await.unwrap();
    for (audience, told) in [
        (Audience::Everyone, Some(seen)),
        (Audience::Contacts, None),
        (Audience::Nobody, None),
    ] {
        let change = ProfileChange {
            show_last_seen: Some(audience),
            ..ProfileChange::default()
        };
        world
            .services
            .accounts
            .change_profile(&ann, change)
            .await
            .unwrap();
        assert_eq!(
            presence.follow(&bob, ann.user.id).await.unwrap(),
            told,
            "{audience:?}"
        );
        assert_eq!(presence.follow(&ann, ann.user.id).await.unwrap(), Some(seen));
    }
}
