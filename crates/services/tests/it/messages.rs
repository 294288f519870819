//! Messages.

use parlor_domain::{ConnectionId, Origin, PageSize, Role, Seq};
use parlor_services::{HistoryRange, Made, MessagesSettings, NewGroup, NewMessage, Settings};
use parlor_testkit::polled_in_order;

use crate::world::{World, body, code, discreet, group, message};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_is_read_by_everybody() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let messages = &world.services.messages;
    let hello = world.say(&ann, room, "hello").await;
    let answer = NewMessage {
        reply_to: Some(hello.seq),
        ..message("a", "hello yourself")
    };
    let answer = messages
        .send(&bob, room, answer, None)
        .await
        .unwrap()
        .into_inner();
    let page = messages.history(&ann, room, HistoryRange::Newest, PageSize::default());
    assert_eq!(page.await.unwrap().messages, [hello.clone(), answer]);
    assert_eq!(messages.message(&bob, room, hello.seq).await.unwrap(), hello);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_twice_is_stored_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let send = |text| {
        world
            .services
            .messages
            .send(&ann, room, message("m1", text), None)
    };
    let first = send("hello").await.unwrap();
    let again = send("hello").await.unwrap();
    assert!(first.is_new() && !again.is_new());
    assert_eq!(first.into_inner(), again.into_inner());
    let other = send("goodbye").await.unwrap_err();
    assert_eq!(
        (other.code(), other.field()),
        ("idempotency_conflict", Some("client_id"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_stand_in_the_order_in_which_they_were_begun() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let sends = (0..50).map(|number: u32| {
        let message = message(&format!("m{number}"), &number.to_string());
        world.services.messages.send(&ann, room, message, None)
    });
    let sent = polled_in_order(sends).await;
    let bodies: Vec<_> = {
        let mut events: Vec<_> = sent.into_iter().map(|made| made.unwrap().into_inner()).collect();
        events.sort_by_key(|event| event.seq);
        events
            .iter()
            .map(|event| body(event).unwrap().to_owned())
            .collect()
    };
    let expected: Vec<_> = (0..50).map(|number| number.to_string()).collect();
    assert_eq!(bodies, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_cannot_be_messages_are_refused_and_store_nothing() {
    let settings = MessagesSettings { max_body: 10 };
    let world = World::with(Settings {
        messages: settings,
        ..Settings::default()
    })
    .await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let messages = &world.services.messages;
    let target = world.say(&ann, room, "0123456789").await.seq;
    for (text, why) in [
        ("", "body must not be empty"),
        (" \n", "body must not be empty"),
        ("0123456789a", "body must be at most 10 bytes of UTF-8"),
        (
            "a\0",
            "body must not contain control characters other than tab and line breaks",
        ),
    ] {
        let sent = messages
            .send(&ann, room, message("x", text), None)
            .await
            .unwrap_err();
        assert_eq!((sent.field(), sent.to_string().as_str()), (Some("body"), why));
        let edited = messages.edit(&ann, room, target, text, None, None).await;
        assert_eq!(code(edited), "invalid");
    }
    let page = messages.history(&ann, room, HistoryRange::Newest, PageSize::default());
    assert_eq!(page.await.unwrap().messages.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_neither_write_nor_read() {
    let world = World::new().await;
    let [ann, eve] = world.people(["ann", "eve"]).await;
    let room = world.group(&ann, &[]).await;
    let seq = world.say(&ann, room, "secret").await.seq;
    let messages = &world.services.messages;
    let codes = [
        code(messages.send(&eve, room, message("x", "hi"), None).await),
        code(messages.edit(&eve, room, seq, "hi", None, None).await),
        code(messages.delete(&eve, room, seq, None, None).await),
        code(
            messages
                .history(&eve, room, HistoryRange::Newest, PageSize::default())
                .await,
        ),
        code(messages.revisions(&eve, room, seq, 0, PageSize::default()).await),
    ];
    assert_eq!(codes, ["no_such_room"; 5]);
    assert_eq!(code(messages.message(&eve, room, seq).await), "no_such_message");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_the_join_is_hidden_where_the_room_says_so() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let wish = NewGroup {
        rules: discreet(),
        ..group("tea")
    };
    let rooms = &world.services.rooms;
    let room = rooms.create(&ann, wish).await.unwrap().into_inner().room.id;
    let before = world.say(&ann, room, "before").await.seq;
    rooms.join(&bob, room, None).await.unwrap();
    let messages = &world.services.messages;
    assert_eq!(
        code(messages.message(&bob, room, before).await),
        "no_such_message"
    );
    let answer = NewMessage {
        reply_to: Some(before),
        ..message("x", "what?")
    };
    assert_eq!(
        code(messages.send(&bob, room, answer, None).await),
        "no_such_message"
    );
    let page = messages.history(&bob, room, HistoryRange::Newest, PageSize::default());
    assert_eq!(page.await.unwrap().messages, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_edits_ones_own_messages_until_they_are_deleted() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let messages = &world.services.messages;
    let seq = world.say(&bob, room, "hallo").await.seq;
    let by_owner = messages.edit(&ann, room, seq, "hello", None, None).await;
    assert_eq!(
        code(by_owner),
        "forbidden",
        "not even the owner puts words into a mouth"
    );
    messages.edit(&bob, room, seq, "hello", None, None).await.unwrap();
    let edited = messages.message(&ann, room, seq).await.unwrap();
    assert_eq!(body(&edited), Some("hello"));
    messages.delete(&bob, room, seq, None, None).await.unwrap();
    let late = messages.edit(&bob, room, seq, "hello!", None, None).await;
    assert_eq!(code(late), "message_deleted");
    let none = messages.edit(&bob, room, Seq(999), "hello!", None, None).await;
    assert_eq!(code(none), "no_such_message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_edit_with_a_client_id_is_one_edit() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let seq = world.say(&ann, room, "hallo").await.seq;
    let key = || Some("e1".parse().unwrap());
    let messages = &world.services.messages;
    let first = messages
        .edit(&ann, room, seq, "hello", key(), None)
        .await
        .unwrap();
    let again = messages
        .edit(&ann, room, seq, "hello", key(), None)
        .await
        .unwrap();
    let (Made::New(first), Made::Known(again)) = (first, again) else {
        panic!("the first is new, the second known")
    };
    assert_eq!(first.seq, again.seq);
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_delete_any_message_and_read_what_edits_replaced() {
    let world = World::new().await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    let room = world.group(&ann, &[bob, carl]).await;
    let rooms = &world.services.rooms;
    rooms
        .change_role(&ann, room, bob.user.id, Role::Admin)
        .await
        .unwrap();
    let messages = &world.services.messages;
    let seq = world.say(&carl, room, "hallo").await.seq;
    messages
        .edit(&carl, room, seq, "hello", None, None)
        .await
        .unwrap();
    let size = PageSize::default();
    let refused = messages.revisions(&carl, room, seq, 0, size).await;
    assert_eq!(code(refused), "forbidden");
    let page = messages.revisions(&bob, room, seq, 0, size).await.unwrap();
    let bodies: Vec<_> = page
        .revisions
        .iter()
        .map(|revision| revision.body.as_str())
        .collect();
    assert_eq!(bodies, ["hallo"]);
    assert_eq!(
        code(messages.revisions(&bob, room, Seq(999), 0, size).await),
        "no_such_message"
    );

    let own = world.say(&bob, room, "mine").await.seq;
    assert_eq!(
        code(messages.delete(&carl, room, own, None, None).await),
        "forbidden"
    );
    messages.delete(&bob, room, seq, None, None).await.unwrap();
    assert_eq!(body(&messages.message(&carl, room, seq).await.unwrap()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_published_with_the_command_that_asked_for_it() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let origin = Origin {
        connection: ConnectionId(3),
        command: 14,
    };
    let sent = world
        .services
        .messages
        .send(&ann, room, message("m1", "hi"), Some(origin));
    let seq = sent.await.unwrap().into_inner().seq;
    assert_eq!(world.heard.origin(room, seq), Some(Some(origin)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_a_message_forwards_it() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let (from, to) = (world.group(&ann, &[]).await, world.group(&bob, &[ann]).await);
    let source = world.say(&ann, from, "tea").await.seq;
    let messages = &world.services.messages;
    let forward = |client_id: &str| NewMessage {
        forward: Some((from, source)),
        ..message(client_id, "")
    };
    let copy = messages
        .send(&ann, to, forward("a"), None)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(body(&copy), Some("tea"));
    assert_eq!(
        code(messages.send(&bob, to, forward("b"), None).await),
        "no_such_message"
    );
    let edited = messages.edit(&ann, to, copy.seq, "coffee", None, None).await;
    assert_eq!(code(edited), "forbidden");

    messages.delete(&ann, from, source, None, None).await.unwrap();
    let again = messages.send(&ann, to, forward("a"), None).await.unwrap();
    assert!(!again.is_new(), "it was sent before");
    assert_eq!(
        code(messages.send(&ann, to, forward("c"), None).await),
        "no_such_message"
    );
    for crowded in [
        NewMessage {
            body: "look".to_owned(),
            ..forward("d")
        },
        NewMessage {
            reply_to: Some(copy.seq),
            ..forward("d")
        },
    ] {
        let error = messages.send(&ann, to, crowded, None).await.unwrap_err();
        assert_eq!((error.code(), error.field()), ("invalid", Some("forward")));
    }
}
