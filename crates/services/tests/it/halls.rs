//! Rooms that a dialect has for everybody.

use std::collections::HashSet;

use futures_util::future::join_all;
use parlor_domain::{Account, Dialect, PageSize, Role, RoomId, RoomKind};
use parlor_services::{Actor, Hall, HistoryRange};

use crate::world::{World, body, code};

pub(crate) const HALL: Hall = Hall {
    dialect: Dialect::Relay,
    name: "notifications",
    title: "Notifications",
    keeper: "relay",
};

async fn account(world: &World, actor: &Actor) -> Account {
    world.services.accounts.find(actor.user.id).await.unwrap()
}

async fn enter(world: &World, actor: &Actor) -> RoomId {
    let account = account(world, actor).await;
    world.services.halls.enter(HALL, &account).await.unwrap()
}

/// Somebody who administers the server.
async fn administrator(world: &World, name: &str) -> Actor {
    let person = world.person(name).await;
    let accounts = &world.services.accounts;
    accounts.set_admin(person.user.id, true).await.unwrap();
    world.actor(&world.log_in(name).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_come_first_on_several_nodes_are_in_one_hall() {
    let world = World::new().await;
    let people = world.people(["ann", "bob", "cleo", "dan"]).await;
    let elsewhere = world.services_anew();
    let mut accounts = Vec::new();
    for person in &people {
        accounts.push(account(&world, person).await);
    }
    let entering = accounts.iter().enumerate().map(|(n, account)| {
        let services = if n % 2 == 0 { &world.services } else { &elsewhere };
        services.halls.enter(HALL, account)
    });
    let halls: HashSet<RoomId> = join_all(entering).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(halls.len(), 1);

    let hall = enter(&world, &people[0]).await;
    assert!(halls.contains(&hall));
    let view = world.services.rooms.find(&people[0], hall).await.unwrap();
    assert_eq!((view.room.kind, view.role), (RoomKind::Channel, Role::Member));
    assert_eq!(view.room.members, 5, "and the bot to which it belongs");
    assert_eq!(view.room.owner, Some(world.id("relay").await));
    let other = "relay2".parse().unwrap();
    let other = world.services.accounts.find_by_username(&other).await;
    assert_eq!(code(other), "no_such_user", "there is one bot");
    let rooms = world.services.rooms.list(&people[1], None, PageSize::default());
    assert_eq!(rooms.await.unwrap().rooms.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_have_the_name_of_the_bot() {
    let world = World::new().await;
    let relay = world.person("relay").await;
    let hall = enter(&world, &relay).await;
    let view = world.services.rooms.find(&relay, hall).await.unwrap();
    assert_eq!(view.role, Role::Member);
    assert_eq!(view.room.owner, Some(world.id("relay2").await));
    // Everybody may write.
    world.say(&relay, hall, "Hello").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_administers_the_server_administers_the_hall() {
    let world = World::new().await;
    let (ann, bob) = (administrator(&world, "ann").await, world.person("bob").await);
    let hall = enter(&world, &bob).await;
    assert_eq!(enter(&world, &ann).await, hall);
    let rooms = &world.services.rooms;
    assert_eq!(rooms.find(&ann, hall).await.unwrap().role, Role::Admin);

    rooms.ban(&ann, hall, bob.user.id).await.unwrap();
    let account = account(&world, &bob).await;
    let refused = world.services.halls.enter(HALL, &account).await;
    assert_eq!(code(refused), "kept_out");
    rooms.lift_ban(&ann, hall, bob.user.id).await.unwrap();
    assert_eq!(enter(&world, &bob).await, hall);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_said_is_deleted() {
    let world = World::new().await;
    let (ann, bob) = (administrator(&world, "ann").await, world.person("bob").await);
    let hall = enter(&world, &bob).await;
    world.chatter(&bob, hall, 120).await;
    let halls = &world.services.halls;
    assert_eq!(code(halls.clear(&bob, HALL).await), "forbidden");
    let messages = &world.services.messages;
    let newest = async || {
        let page = messages.history(&bob, hall, HistoryRange::Newest, PageSize::MAX);
        page.await.unwrap().messages
    };
    assert!(newest().await.iter().all(|message| body(message).is_some()));

    halls.clear(&ann, HALL).await.unwrap();
    let left = newest().await;
    assert_eq!(left.len(), 120);
    assert!(left.iter().all(|message| body(message).is_none()));
    let said = world.say(&bob, hall, "new").await;
    assert_eq!(newest().await.last().unwrap().seq, said.seq);
    halls.clear(&ann, HALL).await.unwrap();
    assert!(newest().await.iter().all(|message| body(message).is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_that_is_gone_is_made_anew() {
    let world = World::new().await;
    let bob = world.person("bob").await;
    let hall = enter(&world, &bob).await;
    let at = world.ports.clock.now();
    let keeper = world.services.accounts.find(world.id("relay").await).await;
    let keeper = keeper.unwrap().user;
    world.ports.rooms.delete(hall, keeper, at).await.unwrap();
    let other = enter(&world, &bob).await;
    assert_ne!(other, hall);
    assert_eq!(enter(&world, &bob).await, other);
}
