//! The server counts what is unread, and counts right after everything that changes it.

use hyper::Method;
use parlor_wire::{HistoryPolicy, JoinRule, Notice, Push};
use serde_json::json;
use uuid::Uuid;

use super::database::Database;
use super::world::{Person, World};

on_both_databases!(
    unread_messages_are_counted_after_send_read_delete_and_join,
    a_mark_moves_on_every_device_and_never_back,
);

/// What the room says, and what the list of rooms says.
async fn unread(person: &Person, room: Uuid) -> u64 {
    let counted = person.room(room).await.unread;
    let page = person.rest.rooms(None).await.unwrap();
    let listed = page.rooms.iter().find(|view| view.id == room).unwrap();
    assert_eq!(listed.unread, counted);
    counted
}

async fn unread_messages_are_counted_after_send_read_delete_and_join(database: Database) {
    let world = World::new(database).await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    let room = ann.group_with(&[&bob], HistoryPolicy::All, JoinRule::Open).await;
    assert_eq!((unread(&ann, room).await, unread(&bob, room).await), (0, 0));

    let mut said = Vec::new();
    for n in 0..5 {
        said.push(ann.say(room, &format!("message {n}")).await);
    }
    assert_eq!(
        (unread(&ann, room).await, unread(&bob, room).await),
        (0, 5),
        "after sending"
    );
    ann.edit(room, said[4], "message four").await;
    assert_eq!(unread(&bob, room).await, 5, "an edit is no message");
    ann.delete(room, said[3]).await;
    assert_eq!(unread(&bob, room).await, 4, "after a deletion");

    let path = format!("/v1/rooms/{room}/marks");
    let read = bob
        .ask(Method::PUT, &path, Some(json!({"read": said[1]})))
        .await
        .unwrap();
    assert_eq!(read["unread"], 2, "after reading two");
    assert_eq!(unread(&bob, room).await, 2);
    ann.delete(room, said[0]).await;
    assert_eq!(unread(&bob, room).await, 2, "what is deleted was read");

    carl.rest.join(room).await.unwrap();
    assert_eq!(unread(&carl, room).await, 0, "who joins has read what was there");
    bob.say(room, "I am here").await;
    let counts = [
        unread(&ann, room).await,
        unread(&bob, room).await,
        unread(&carl, room).await,
    ];
    assert_eq!(counts, [1, 0, 1], "who answers has read");
}

async fn a_mark_moves_on_every_device_and_never_back(database: Database) {
    let world = World::new(database).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = ann.group(&[&bob]).await;
    let first = ann.say(room, "one").await;
    let second = ann.say(room, "two").await;
    let mut sockets = [
        ann.connect().await,
        bob.connect().await,
        bob.elsewhere().await.connect().await,
    ];

    for (kind, seq) in [("delivered", second), ("read", second), ("read", first)] {
        let answer = sockets[1]
            .ask(json!({"type": kind, "room": room, "seq": seq}))
            .await;
        answer.expect("the mark is taken");
    }
    for socket in &mut sockets {
        let of_bob = |push: &Push| match push {
            Push::Notice(Notice::Marks(marks)) if marks.stream == room => {
                let mark = marks.marks.iter().find(|mark| mark.user == bob.id);
                mark.map(|mark| mark.read)
            }
            _ => None,
        };
        socket
            .wait_for(|push| of_bob(push).filter(|read| *read == second))
            .await;
        socket.settle().await;
        let told: Vec<_> = socket.heard.iter().filter_map(of_bob).collect();
        assert!(told.is_sorted(), "{told:?}");
    }
    assert_eq!(unread(&bob, room).await, 0);
    let beyond = json!({"type": "read", "room": room, "seq": second + 1});
    sockets[1].ask(beyond).await.unwrap();
    assert_eq!(unread(&bob, room).await, 0, "it counts as one at the end");
}
