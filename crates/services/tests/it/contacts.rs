//! Contacts, requests and blocks.

mod blocking;

use std::time::Duration;

use parlor_domain::{PageSize, ProfileChange, Reach, UserId};
use parlor_services::{Actor, ContactsSettings, Direction, Made, Settings};

use crate::world::{World, code};

async fn names(world: &World, actor: &Actor) -> Vec<(UserId, Option<String>)> {
    let page = world
        .services
        .contacts
        .list(actor, None, PageSize::MAX)
        .await
        .unwrap();
    let contacts = page.contacts.into_iter();
    contacts
        .map(|contact| {
            let name = contact.name.map(|name| name.to_string());
            (contact.account.user.id, name)
        })
        .collect()
}

async fn waiting(world: &World, actor: &Actor, direction: Direction) -> Vec<UserId> {
    let page = world
        .services
        .contacts
        .requests(actor, direction, None, PageSize::MAX)
        .await
        .unwrap();
    let requests = page.requests.into_iter();
    requests.map(|request| request.account.user.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_added_named_and_removed() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let contacts = &world.services.contacts;
    let put = contacts.put(&ann, ben.user.id, None).await.unwrap();
    assert!(matches!(put, Made::New(())));
    let name = "Neighbour".parse().unwrap();
    let put = contacts.put(&ann, ben.user.id, Some(name)).await.unwrap();
    assert!(matches!(put, Made::Known(())));
    assert_eq!(
        names(&world, &ann).await,
        [(ben.user.id, Some("Neighbour".to_owned()))]
    );
    assert!(names(&world, &ben).await.is_empty(), "the list is one's own");
    for _ in 0..2 {
        contacts.remove(&ann, ben.user.id).await.unwrap();
    }
    assert!(names(&world, &ann).await.is_empty());
    assert_eq!(code(contacts.put(&ann, ann.user.id, None).await), "invalid");
    let nobody = UserId::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    assert_eq!(code(contacts.put(&ann, nobody, None).await), "no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_has_a_limit() {
    let limits = ContactsSettings {
        max_contacts: 1,
        max_blocks: 1,
        max_requests: 1,
        ..ContactsSettings::default()
    };
    let world = World::with(Settings {
        contacts: limits,
        ..Settings::default()
    })
    .await;
    let [ann, ben, cleo] = world.people(["ann", "ben", "cleo"]).await;
    let contacts = &world.services.contacts;
    contacts.put(&ann, ben.user.id, None).await.unwrap();
    contacts.request(&cleo, ann.user.id, None).await.unwrap();
    let cleos = cleo.user.id;
    assert_eq!(code(contacts.put(&ann, cleos, None).await), "too_many_contacts");
    assert_eq!(code(contacts.accept(&ann, cleos).await), "too_many_contacts");
    let more = contacts.request(&cleo, ben.user.id, None).await;
    assert_eq!(code(more), "too_many_requests");
    contacts.block(&ben, ann.user.id).await.unwrap();
    assert_eq!(code(contacts.block(&ben, cleos).await), "too_many_blocks");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_reached_by_contacts_only_is_asked_first() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let (contacts, rooms) = (&world.services.contacts, &world.services.rooms);
    let change = ProfileChange {
        reach: Some(Reach::Contacts),
        ..ProfileChange::default()
    };
    let accounts = &world.services.accounts;
    accounts.change_profile(&ann, change).await.unwrap();
    assert_eq!(code(rooms.open_direct(&ben, ann.user.id).await), "not_a_contact");
    let note = Some("from the train".parse().unwrap());
    assert!(!contacts.request(&ben, ann.user.id, note).await.unwrap());
    assert_eq!(waiting(&world, &ann, Direction::Incoming).await, [ben.user.id]);
    contacts.accept(&ann, ben.user.id).await.unwrap();
    assert_eq!(code(contacts.accept(&ann, ben.user.id).await), "no_such_request");
    assert_eq!(names(&world, &ben).await, [(ann.user.id, None)]);
    rooms.open_direct(&ben, ann.user.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_request_rests_for_a_week() {
    let world = World::new().await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let contacts = &world.services.contacts;
    let (anns, bens) = (ann.user.id, ben.user.id);
    contacts.request(&ann, bens, None).await.unwrap();
    contacts.decline(&ben, anns).await.unwrap();
    assert_eq!(code(contacts.decline(&ben, anns).await), "no_such_request");
    assert_eq!(waiting(&world, &ann, Direction::Outgoing).await, [bens]);
    for days in [0, 6, 1] {
        world.pass(days * 24 * 60 * 60);
        world.services.forget_over().await.unwrap();
        contacts.withdraw(&ann, bens).await.unwrap();
        assert_eq!(code(contacts.withdraw(&ann, bens).await), "no_such_request");
        contacts.request(&ann, bens, None).await.unwrap();
        let again = waiting(&world, &ben, Direction::Incoming).await;
        assert_eq!(again.len(), usize::from(days == 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted() {
    let pause = ContactsSettings {
        request_pause: Duration::ZERO,
        ..ContactsSettings::default()
    };
    let world = World::with(Settings {
        contacts: pause,
        ..Settings::default()
    })
    .await;
    let [ann, ben] = world.people(["ann", "ben"]).await;
    let contacts = &world.services.contacts;
    for _ in 0..100 {
        contacts.request(&ann, ben.user.id, None).await.unwrap();
        contacts.withdraw(&ann, ben.user.id).await.unwrap();
    }
    let more = contacts.request(&ann, ben.user.id, None).await;
    assert_eq!(code(more), "too_many_tries");
}
