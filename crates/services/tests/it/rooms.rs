//! Rooms.

use parlor_domain::{
    History, JoinPolicy, LeaveReason, PageSize, Role, RoomChange, RoomId, RoomKind, Rules, RulesChange,
    UserId, What,
};
use parlor_services::{Entered, Made, NewGroup, RoomsSettings, Settings};
use parlor_testkit::polled_in_order;

use crate::world::{World, code, group};

fn stranger() -> UserId {
    UserId::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_belongs_to_who_made_it() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let rooms = &world.services.rooms;
    let wish = NewGroup {
        // Naming oneself, or somebody twice, is no reason to fail.
        members: vec![bob.user.id, ann.user.id, bob.user.id],
        ..group("tea")
    };
    let Made::New(view) = rooms.create(&ann, wish).await.unwrap() else {
        panic!("it is new")
    };
    assert_eq!(
        (view.role, view.room.owner, view.room.members),
        (Role::Owner, Some(ann.user.id), 2)
    );
    assert_eq!(view.room.capacity.members(), 1000);
    assert_eq!(rooms.find(&bob, view.room.id).await.unwrap().role, Role::Member);
    let page = rooms
        .members(&bob, view.room.id, None, PageSize::default())
        .await
        .unwrap();
    assert_eq!(page.members.len(), 2);
    let mine = rooms.list(&bob, None, PageSize::default()).await.unwrap();
    assert_eq!(mine.rooms[0].room.id, view.room.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_makes_one_group() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let wish = NewGroup {
        client_id: Some("g1".parse().unwrap()),
        ..group("tea")
    };
    let first = world.services.rooms.create(&ann, wish.clone()).await.unwrap();
    let again = world.services.rooms.create(&ann, wish).await.unwrap();
    assert!(first.is_new() && !again.is_new());
    let room = first.into_inner().room.id;
    assert_eq!(room, again.into_inner().room.id);
    let other = NewGroup {
        client_id: Some("g1".parse().unwrap()),
        ..group("coffee")
    };
    let refused = world.services.rooms.create(&ann, other).await;
    assert_eq!(code(refused), "idempotency_conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_room_is_one_whoever_opens_it() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let rooms = &world.services.rooms;
    let opened = polled_in_order([
        rooms.open_direct(&ann, bob.user.id),
        rooms.open_direct(&bob, ann.user.id),
    ])
    .await;
    let [first, second] = opened.try_into().ok().unwrap();
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first.is_new(), second.is_new(), "one of them made it");
    let view = second.into_inner();
    assert_eq!(view.room.kind, RoomKind::Direct);
    assert_eq!(view.peer.unwrap().user, ann.user);
    assert_eq!(view.room.id, first.into_inner().room.id);

    let room = view.room.id;
    let carl = world.person("carl").await;
    assert_eq!(code(rooms.leave(&ann, room).await), "direct_room");
    assert_eq!(
        code(rooms.add(&ann, room, vec![carl.user.id]).await),
        "direct_room"
    );
    assert_eq!(code(rooms.delete(&ann, room).await), "direct_room");
    assert_eq!(code(rooms.join(&carl, room, None).await), "no_such_room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_room_is_with_somebody_or_with_oneself() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let rooms = &world.services.rooms;
    let notes = rooms.open_direct(&ann, ann.user.id).await.unwrap();
    assert_eq!(notes.into_inner().room.members, 1);
    let nobody = rooms.open_direct(&ann, stranger()).await.unwrap_err();
    assert_eq!((nobody.code(), nobody.user()), ("no_such_user", Some(stranger())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_of_others_is_no_room() {
    let world = World::new().await;
    let [ann, eve] = world.people(["ann", "eve"]).await;
    let rooms = &world.services.rooms;
    let closed = NewGroup {
        rules: Rules::default(),
        ..group("secret")
    };
    let real = rooms.create(&ann, closed).await.unwrap().into_inner().room.id;
    let invented = RoomId::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    for room in [real, invented] {
        let codes = [
            code(rooms.find(&eve, room).await),
            code(rooms.members(&eve, room, None, PageSize::default()).await),
            code(rooms.join(&eve, room, None).await),
            code(rooms.leave(&eve, room).await),
            code(rooms.add(&eve, room, vec![eve.user.id]).await),
            code(rooms.remove(&eve, room, ann.user.id).await),
            code(rooms.change_role(&eve, room, eve.user.id, Role::Admin).await),
            code(rooms.hand_over(&eve, room, eve.user.id).await),
            code(rooms.update(&eve, room, RoomChange::default()).await),
            code(rooms.delete(&eve, room).await),
        ];
        assert_eq!(codes, ["no_such_room"; 10]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_group_is_entered_once() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[]).await;
    let rooms = &world.services.rooms;
    let joined = rooms.join(&bob, room, None).await.unwrap();
    assert!(matches!(joined, Entered::New(view) if view.room.members == 2));
    let again = rooms.join(&bob, room, None).await.unwrap();
    assert!(matches!(again, Entered::Already(view) if view.room.members == 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_never_overfilled() {
    let world = World::new().await;
    let people = world.people(["ann", "bob", "carl", "dora", "emil", "fred"]).await;
    let rooms = &world.services.rooms;
    let small = NewGroup {
        capacity: Some(rooms.capacity(RoomKind::Group, 3).unwrap()),
        ..group("small")
    };
    let room = rooms
        .create(&people[0], small)
        .await
        .unwrap()
        .into_inner()
        .room
        .id;
    let joins = people[1..].iter().map(|person| rooms.join(person, room, None));
    let codes: Vec<_> = polled_in_order(joins).await.into_iter().map(code).collect();
    assert_eq!(codes.iter().filter(|code| **code == "ok").count(), 2);
    assert_eq!(codes.iter().filter(|code| **code == "room_full").count(), 3);
    assert_eq!(rooms.find(&people[0], room).await.unwrap().room.members, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_room_may_be_larger_than_the_server_allows() {
    let rooms = RoomsSettings {
        max_members: 5,
        ..RoomsSettings::default()
    };
    let world = World::with(Settings {
        rooms,
        ..Settings::default()
    })
    .await;
    let rooms = &world.services.rooms;
    assert_eq!(rooms.capacity(RoomKind::Group, 5).unwrap().members(), 5);
    for wrong in [0, 6, u32::MAX] {
        let refused = rooms.capacity(RoomKind::Group, wrong).unwrap_err();
        assert_eq!(refused.field(), Some("capacity"));
        assert_eq!(refused.to_string(), "capacity must be 1 to 5");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_brought_in_all_or_none() {
    let world = World::new().await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    let room = world.group(&ann, &[bob]).await;
    let rooms = &world.services.rooms;
    let refused = rooms
        .add(&ann, room, vec![carl.user.id, stranger()])
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), refused.user()),
        ("no_such_user", Some(stranger()))
    );
    assert_eq!(code(rooms.find(&carl, room).await), "no_such_room");
    assert_eq!(code(rooms.add(&bob, room, vec![carl.user.id]).await), "forbidden");
    let both = vec![bob.user.id, carl.user.id, carl.user.id];
    assert_eq!(rooms.add(&ann, room, both).await.unwrap(), [carl.user]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_too_many_cannot_be_brought_in() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let rooms = &world.services.rooms;
    for users in [vec![], vec![stranger(); 101]] {
        let refused = rooms.add(&ann, room, users).await.unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("invalid", Some("users")));
    }
    let crowd = NewGroup {
        members: vec![stranger(); 101],
        ..group("crowd")
    };
    let refused = rooms.create(&ann, crowd).await.unwrap_err();
    assert_eq!(refused.field(), Some("members"));
}

#[tokio::test(flavor = "multi_thread")]
async fn going_and_being_put_out_are_told_apart() {
    let world = World::new().await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    let room = world.group(&ann, &[bob, carl]).await;
    let rooms = &world.services.rooms;
    let left = |event: Option<std::sync::Arc<parlor_domain::Event>>| event.unwrap().what.clone();
    assert_eq!(
        left(rooms.remove(&bob, room, bob.user.id).await.unwrap()),
        What::MemberLeft {
            user: bob.user,
            reason: LeaveReason::Left
        }
    );
    assert_eq!(
        left(rooms.remove(&ann, room, carl.user.id).await.unwrap()),
        What::MemberLeft {
            user: carl.user,
            reason: LeaveReason::Removed
        }
    );
    let again = rooms.remove(&ann, room, carl.user.id).await.unwrap_err();
    assert_eq!(
        (again.code(), again.user()),
        ("no_such_member", Some(carl.user.id))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_ownership_are_the_owners_to_give() {
    let world = World::new().await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    let room = world.group(&ann, &[bob, carl]).await;
    let rooms = &world.services.rooms;
    let promote = |actor, user| rooms.change_role(actor, room, user, Role::Admin);
    assert_eq!(code(promote(&bob, carl.user.id).await), "forbidden");
    assert!(promote(&ann, bob.user.id).await.unwrap().is_some());
    assert!(
        promote(&ann, bob.user.id).await.unwrap().is_none(),
        "nothing to change"
    );
    assert_eq!(code(rooms.hand_over(&bob, room, bob.user.id).await), "forbidden");
    rooms.hand_over(&ann, room, carl.user.id).await.unwrap();
    assert_eq!(rooms.find(&carl, room).await.unwrap().role, Role::Owner);
    assert_eq!(rooms.find(&ann, room).await.unwrap().role, Role::Admin);
    assert_eq!(code(rooms.delete(&ann, room).await), "forbidden");
    rooms.delete(&carl, room).await.unwrap();
    assert_eq!(code(rooms.find(&carl, room).await), "no_such_room");
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_change_what_a_room_is() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let rooms = &world.services.rooms;
    let change = RoomChange {
        name: Some("coffee".parse().unwrap()),
        rules: RulesChange {
            history: Some(History::FromJoin),
            ..RulesChange::default()
        },
        capacity: Some(rooms.capacity(RoomKind::Group, 10).unwrap()),
        ..RoomChange::default()
    };
    assert_eq!(code(rooms.update(&bob, room, change.clone()).await), "forbidden");
    assert!(rooms.update(&ann, room, change.clone()).await.unwrap().is_some());
    assert!(rooms.update(&ann, room, change).await.unwrap().is_none());
    let view = rooms.find(&bob, room).await.unwrap();
    assert_eq!(view.room.name.unwrap().as_str(), "coffee");
    assert_eq!(view.room.capacity.members(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_list_a_channel_that_anybody_may_enter() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let rooms = &world.services.rooms;
    let change = |join, listed| RoomChange {
        rules: RulesChange {
            join,
            listed,
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    let new = NewGroup {
        kind: RoomKind::Channel,
        ..group("tea")
    };
    let room = rooms.create(&ann, new).await.unwrap().into_inner().room.id;
    let close = change(Some(JoinPolicy::Closed), None);
    rooms.update(&ann, room, close).await.unwrap();
    let list = change(None, Some(true));
    assert_eq!(code(rooms.update(&ann, room, list.clone()).await), "not_listable");
    let open = change(Some(JoinPolicy::Open), Some(true));
    assert_eq!(code(rooms.update(&bob, room, open.clone()).await), "no_such_room");
    rooms.update(&ann, room, open).await.unwrap();
    let found = async |text: &str| {
        let text = Some(text.to_owned());
        let page = rooms
            .directory(&bob, text, None, PageSize::default())
            .await
            .unwrap();
        page.channels
            .into_iter()
            .map(|channel| (channel.room.id, channel.joined))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("TE").await, [(room, false)]);
    assert!(matches!(
        rooms.join(&bob, room, None).await.unwrap(),
        Entered::New(_)
    ));
    assert_eq!(found("te").await, [(room, true)]);
    assert_eq!(code(rooms.update(&bob, room, list).await), "forbidden");
    rooms
        .update(&ann, room, change(Some(JoinPolicy::Approval), None))
        .await
        .unwrap();
    assert_eq!(found("te").await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_may_take_no_part() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let rooms = &world.services.rooms;
    let wish = NewGroup {
        creator_absent: true,
        unique_name: true,
        capacity: Some(rooms.capacity(RoomKind::Group, 2).unwrap()),
        ..group("tea")
    };
    let made = rooms.create(&ann, wish.clone()).await.unwrap();
    let room = made.into_inner().room.id;
    assert_eq!(code(rooms.create(&bob, wish).await), "room_name_taken");
    assert_eq!(code(rooms.attend(&bob, room, true).await), "no_such_room");
    rooms.join(&bob, room, None).await.unwrap();
    assert_eq!(code(rooms.attend(&ann, room, true).await), "room_full");
    rooms.leave(&bob, room).await.unwrap();
    assert!(rooms.attend(&ann, room, true).await.unwrap().is_some());
    assert!(rooms.attend(&ann, room, true).await.unwrap().is_none());
    let page = rooms.attended(&ann, 0, 10).await.unwrap();
    assert_eq!((page.count, page.rooms[0].room.id), (1, room));
    assert_eq!(page.rooms[0].attending, [ann.user]);
}
