//! What there are only so many of: one more is refused and changes nothing, and fits once another is gone.

use std::fmt::Debug;

use parlor_domain::{
    Emoji, JoinPolicy, JoinRequest, MediaKind, PageSize, Reactions, Revision, Role, RoomLink, Seq,
};
use parlor_media::Kinds;
use parlor_services::{Actor, Claims, Entered, Error, Settings};
use parlor_testkit::polled_in_order;

use crate::media::{kept, picture, upload};
use crate::world::{World, group};

/// Checks which refusal it is, and that it blames no value.
#[track_caller]
fn assert_refused<T: Debug>(result: Result<T, Error>, code: &str, says: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.field()), (code, None));
    assert_eq!(error.to_string(), says);
}

async fn crowd(world: &World, count: usize) -> Vec<Actor> {
    let mut people = Vec::new();
    for number in 0..count {
        people.push(world.person(&format!("person{number}")).await);
    }
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_so_many_pins() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let messages = &world.services.messages;
    let last = world.chatter(&ann, room, 51).await;
    let first = Seq(last.0 - 50);
    for seq in first.0..last.0 {
        messages.pin(&ann, room, Seq(seq), true).await.unwrap();
    }
    let before = messages.pins(&ann, room).await.unwrap();
    let says = "a room has at most 50 pinned messages; take one down first";
    assert_refused(messages.pin(&ann, room, last, true).await, "too_many_pins", says);
    let after = messages.pins(&ann, room).await.unwrap();
    assert_eq!((after.messages, after.as_of), (before.messages, before.as_of));
    messages.pin(&ann, room, first, false).await.unwrap();
    messages.pin(&ann, room, last, true).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_has_so_many_emoji_and_so_many_of_one_person() {
    let world = World::new().await;
    let people = crowd(&world, 6).await;
    let (ann, fay) = (&people[0], &people[5]);
    let room = world.group(ann, &people[1..]).await;
    let seq = world.say(ann, room, "tea?").await.seq;
    let messages = &world.services.messages;
    let kinds: Vec<Emoji> = ('\u{1f400}'..)
        .take(Reactions::KINDS + 1)
        .map(|emoji| emoji.to_string().parse().unwrap())
        .collect();
    let put = async |person: &Actor, kind: usize, on: bool| {
        messages.react(person, room, seq, kinds[kind].clone(), on).await
    };
    for kind in 0..Reactions::KINDS {
        put(&people[kind / Reactions::OWN], kind, true).await.unwrap();
    }
    let before = messages.message(ann, room, seq).await.unwrap();
    let says = "a message has at most 50 different emoji, and 10 of one person";
    for (person, kind) in [(ann, 10), (fay, 50)] {
        assert_refused(put(person, kind, true).await, "too_many_reactions", says);
    }
    assert_eq!(messages.message(ann, room, seq).await.unwrap(), before);
    put(ann, 0, false).await.unwrap();
    for (person, kind) in [(ann, 10), (fay, 50)] {
        put(person, kind, true).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_edited_so_often() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let messages = &world.services.messages;
    let seq = world.say(&ann, room, "tea").await.seq;
    let texts: Vec<_> = (0..Revision::MOST).map(|n| n.to_string()).collect();
    let edit = |seq, text| messages.edit(&ann, room, seq, text, None, None);
    for edited in polled_in_order(texts.iter().map(|text| edit(seq, text.as_str()))).await {
        edited.unwrap();
    }
    let before = messages.message(&ann, room, seq).await.unwrap();
    let says = "the message was edited too often; send another";
    assert_refused(edit(seq, "once more").await, "too_many_edits", says);
    assert_eq!(messages.message(&ann, room, seq).await.unwrap(), before);
    let another = world.say(&ann, room, "another").await.seq;
    edit(another, "once more").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_so_many_links() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let rooms = &world.services.rooms;
    let add = || rooms.add_link(&ann, room, None, None, false);
    for _ in 0..RoomLink::MOST {
        add().await.unwrap();
    }
    let before = rooms.links(&ann, room).await.unwrap();
    let says = "a room has at most 100 links; revoke one first";
    assert_refused(add().await, "too_many", says);
    assert_eq!(rooms.links(&ann, room).await.unwrap(), before);
    let code = before[0].code.clone();
    rooms.revoke_link(&ann, room, code).await.unwrap();
    add().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_so_many_admins() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let people = crowd(&world, 51).await;
    let room = world.group(&ann, &people).await;
    let rooms = &world.services.rooms;
    let make = async |n: usize, role: Role| rooms.change_role(&ann, room, people[n].user.id, role).await;
    for n in 0..50 {
        make(n, Role::Admin).await.unwrap();
    }
    let before = rooms.members(&ann, room, None, PageSize::MAX).await.unwrap();
    let says = "a room has at most 50 admins besides its owner";
    assert_refused(make(50, Role::Admin).await, "too_many", says);
    let after = rooms.members(&ann, room, None, PageSize::MAX).await.unwrap();
    assert_eq!((after.members, after.as_of), (before.members, before.as_of));
    make(0, Role::Member).await.unwrap();
    make(50, Role::Admin).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_requests_of_one_person_wait() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let rooms = &world.services.rooms;
    let (mut wish, mut asked) = (group("tea"), Vec::new());
    wish.rules.join = JoinPolicy::Approval;
    for _ in 0..=JoinRequest::MOST {
        let made = rooms.create(&ann, wish.clone()).await.unwrap();
        asked.push(made.into_inner().room.id);
    }
    let last = asked.pop().unwrap();
    for room in &asked {
        rooms.join(&bob, *room, None).await.unwrap();
    }
    let before = rooms.own_requests(&bob).await.unwrap();
    let says = "100 requests of one person can wait, and 10000 in a room";
    assert_refused(rooms.join(&bob, last, None).await, "too_many", says);
    assert_eq!(rooms.own_requests(&bob).await.unwrap(), before);
    let waiting = rooms.requests(&ann, last, None, PageSize::MAX).await.unwrap();
    assert!(waiting.requests.is_empty());
    rooms.turn_away(&bob, asked[0], bob.user.id).await.unwrap();
    let entered = rooms.join(&bob, last, None).await.unwrap();
    assert!(matches!(entered, Entered::Waiting(room) if room == last));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_in_so_many_rooms() {
    let world = World::with_store(Settings::default(), |store| store.rooms_per_user = 2).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let (first, _) = (world.group(&ann, &[]).await, world.group(&ann, &[]).await);
    let open = world.group(&bob, &[]).await;
    let rooms = &world.services.rooms;
    for refused in [
        rooms.create(&ann, group("third")).await.err(),
        rooms.join(&ann, open, None).await.err(),
        rooms.add(&bob, open, vec![ann.user.id]).await.err(),
        rooms.open_direct(&bob, ann.user.id).await.err(),
    ] {
        let error = refused.unwrap();
        assert_eq!(error.user(), Some(ann.user.id));
        let says = "this user is in as many rooms as one may be; leave one first";
        assert_refused(Err::<(), _>(error), "too_many_rooms", says);
    }
    for (person, count) in [(&ann, 2), (&bob, 1)] {
        let listed = rooms.list(person, None, PageSize::MAX).await.unwrap();
        assert_eq!(listed.rooms.len(), count);
    }
    assert_eq!(rooms.find(&bob, open).await.unwrap().room.members, 1);
    rooms.delete(&ann, first).await.unwrap();
    let entered = rooms.join(&ann, open, None).await.unwrap();
    assert!(matches!(entered, Entered::New(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_of_a_kind_and_a_size_that_are_kept() {
    let mut settings = Settings::default();
    settings.media.limits.file_bytes = 10;
    settings.media.limits.kinds = Kinds::ALL.without(MediaKind::Image);
    let world = World::with(settings).await;
    let ann = world.person("ann").await;
    let kind = "it is image (image/png), and what may be sent is voice, audio, video, file";
    let size = "the size in bytes of file may be at most 10, and is 11";
    for (file, code, says) in [
        (picture(8, 8, 1), "media_not_allowed", kind),
        (vec![b'x'; 11], "media_too_large", size),
    ] {
        assert_refused(upload(&world, &ann, &file, Claims::default()).await, code, says);
    }
    assert_eq!(kept(&world), 0);
    assert_eq!(world.services.library.usage(&ann).await.unwrap().0, 0);
    let small = upload(&world, &ann, &[b'x'; 10], Claims::default()).await;
    assert_eq!(small.unwrap().bytes, 10);
}
