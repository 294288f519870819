//! Lists: the rooms of a person, the members of a room.

use std::collections::BTreeSet;
use std::sync::Arc;

use parlor_domain::{Event, Mark, PageSize, Role, RoomId, UserId, UserRef, What};
use parlor_ports::{RoomCursor, RoomsPage, StoreError};

use super::Tested;
use crate::Fixture;

async fn page(
    f: &Fixture,
    user: UserRef,
    after: Option<RoomCursor>,
    size: u64,
) -> Result<RoomsPage, StoreError> {
    f.rooms.list(user.id, after, PageSize::clamped(size)).await
}

fn ids(page: &RoomsPage) -> Vec<RoomId> {
    page.rooms.iter().map(|view| view.room.id).collect()
}

/// My rooms, direct ones and groups, come with the one first in which something happened last.
pub async fn rooms_come_newest_first(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let one = f.group(ann, &[ben]).await?;
    let two = f.direct(ann, ben).await?;
    let three = f.group(ann, &[]).await?;
    assert_eq!(ids(&page(f, ann, None, 10).await?), [three, two, one]);
    let seq = f.say(one, ben, "hello").await?.seq;
    assert_eq!(ids(&page(f, ann, None, 10).await?), [one, three, two]);
    f.say(two, ann, "hello").await?;
    f.edit(one, ben, seq, "hello all").await?;
    assert_eq!(ids(&page(f, ann, None, 10).await?), [one, two, three]);
    f.read(two, ben, seq).await?;
    assert_eq!(
        ids(&page(f, ann, None, 10).await?),
        [one, two, three],
        "a mark is nothing that happens"
    );
    f.leave(one, ann).await?;
    assert_eq!(ids(&page(f, ann, None, 10).await?), [two, three]);
    Ok(())
}

/// A room in the list is the same as when it is looked at alone.
pub async fn a_listed_room_is_as_it_is(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let (group, direct) = (f.group(ann, &[ben]).await?, f.direct(ben, ann).await?);
    f.join(group, cleo).await?;
    f.say_many(group, ann, 3).await?;
    let last = f.say(direct, ann, "hello").await?;
    let list = page(f, ben, None, 10).await?;
    assert_eq!(ids(&list), [direct, group]);
    for listed in &list.rooms {
        let found = f.view(listed.room.id, ben).await?;
        assert_eq!(
            (&listed.room, listed.head, listed.role),
            (&found.room, found.head, found.role)
        );
        assert_eq!(
            (listed.mark, listed.visible_from),
            (found.mark, found.visible_from)
        );
        assert_eq!((listed.unread, &listed.peer), (found.unread, &found.peer));
        assert_eq!(
            (&listed.last_message, listed.active_at),
            (&found.last_message, found.active_at)
        );
    }
    assert_eq!((list.rooms[0].unread, list.rooms[1].unread), (1, 3));
    assert_eq!(list.rooms[0].last_message, Some(last.clone()));
    assert_eq!(list.rooms[0].active_at, last.at);
    assert_eq!(list.rooms[0].head.position.tag, last.tag);
    assert_eq!(
        list.rooms[0].peer.as_ref().map(|peer| (peer.user, peer.role)),
        Some((ann, Role::Member))
    );
    let own = f.events(ben.id).await?.last().map(|event| (event.seq, event.tag));
    assert_eq!(Some((list.as_of.seq, list.as_of.tag)), own);
    Ok(())
}

/// The last message is the newest that the viewer may see, as it stands now.
pub async fn the_last_message_is_the_newest_to_be_seen(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let body = |event: &Arc<Event>| match &event.what {
        What::Message(message) => message.body.as_ref().map(|body| body.as_str().to_owned()),
        other => panic!("not a message: {other:?}"),
    };
    let seq = f.say(room, ann, "one").await?.seq;
    f.join(room, ben).await?;
    let last =
        async |viewer| Ok::<_, StoreError>(page(f, viewer, None, 1).await?.rooms[0].last_message.clone());
    assert_eq!(last(ben).await?, None);
    f.edit(room, ann, seq, "one!").await?;
    assert_eq!(last(ann).await?.as_ref().map(body), Some(Some("one!".to_owned())));
    let seq = f.say(room, ann, "two").await?.seq;
    assert_eq!(last(ben).await?.map(|event| event.seq), Some(seq));
    f.delete(room, ann, seq).await?;
    assert_eq!(
        last(ben).await?.as_ref().map(body),
        Some(None),
        "it is seen that it was deleted"
    );
    Ok(())
}

/// Pages of any size meet every room once, and end.
pub async fn pages_of_rooms_have_no_gaps_and_no_repeats(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut expected = vec![f.direct(ann, ben).await?];
    for _ in 1..12 {
        expected.insert(0, f.group(ann, &[]).await?);
    }
    for size in [1, 3, 4, 5, 12, 50] {
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let page = page(f, ann, after, size).await?;
            assert!(!page.rooms.is_empty(), "there is no page after the last room");
            met.extend(ids(&page));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(met, expected, "pages of {size}");
    }
    assert!(page(f, ben, None, 10).await?.next.is_none());
    let nobody = f.person("nobody").await?;
    assert!(page(f, nobody, None, 10).await?.rooms.is_empty());
    Ok(())
}

/// A page of rooms has about 256 KiB of last messages, but at least one room, and reading on meets every room once.
pub async fn a_page_of_rooms_is_no_larger_than_256_kib(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut expected = Vec::new();
    for _ in 0..10 {
        let room = f.group(ann, &[]).await?;
        f.say(room, ann, &"x".repeat(65_000)).await?;
        expected.insert(0, room);
    }
    let (mut met, mut sizes, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = page(f, ann, after, 200).await?;
        sizes.push(page.rooms.len());
        met.extend(ids(&page));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((met, &*sizes), (expected, &[4, 4, 2][..]));
    Ok(())
}

/// Rooms in which something happened in the same instant are told apart as well.
pub async fn pages_of_rooms_of_one_instant_have_no_gaps_and_no_repeats(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let at = f.tick();
    let mut expected = BTreeSet::new();
    for _ in 0..9 {
        expected.insert(
            f.create(parlor_ports::NewRoom {
                at,
                ..f.new_room(ann)
            })
            .await?,
        );
    }
    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let page = page(f, ann, after, 2).await?;
        met.extend(ids(&page));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(
        (met.len(), met.into_iter().collect::<BTreeSet<_>>()),
        (9, expected)
    );
    Ok(())
}

/// While messages arrive between pages, rooms in which nothing happens come exactly once, the others at most once.
pub async fn pages_of_rooms_hold_while_messages_arrive(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut rooms = Vec::new();
    for _ in 0..15 {
        rooms.push(f.group(ann, &[]).await?);
    }
    let (mut met, mut busy, mut after) = (Vec::new(), BTreeSet::new(), None);
    for turn in 0.. {
        let page = page(f, ann, after, 3).await?;
        met.extend(ids(&page));
        after = page.next;
        if after.is_none() {
            break;
        }
        for room in [rooms[turn], rooms[14 - turn]] {
            f.say(room, ann, "hello").await?;
            busy.insert(room);
        }
    }
    let once: BTreeSet<_> = met.iter().copied().collect();
    assert_eq!(once.len(), met.len(), "no room comes twice");
    for room in rooms.iter().filter(|room| !busy.contains(room)) {
        assert!(once.contains(room), "a quiet room is not missed");
    }
    Ok(())
}

/// Members come in the order of their ids, in pages of any size, with all that is to be known of them.
pub async fn members_come_in_the_order_of_their_ids(f: &Fixture) -> Tested {
    let people = f.crowd("person", 12).await?;
    let room = f.group(people[11], &[]).await?;
    for person in people[..11].iter().rev() {
        f.join(room, *person).await?;
    }
    let mut expected: Vec<UserId> = people.iter().map(|person| person.id).collect();
    expected.sort();
    for size in [1, 3, 4, 12, 50] {
        let met: Vec<_> = f
            .roles(room, people[3], size)
            .await?
            .into_iter()
            .map(|(user, _)| user)
            .collect();
        assert_eq!(met, expected, "pages of {size}");
    }
    let pages = f.member_pages(room, people[0], 5).await?.expect("a member asks");
    assert_eq!(pages.len(), 3, "there is no page after the last member");
    let head = f.view(room, people[0]).await?.head.position;
    assert!(pages.iter().all(|page| page.as_of == head));
    Ok(())
}

/// A member is listed with names, role, mark and the time of the join.
pub async fn a_listed_member_is_as_he_is(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    let at = f.tick();
    assert_eq!(
        f.rooms.join(room, ben, None, at).await?,
        parlor_ports::Joined::New
    );
    f.rename(ben, "Big Ben").await?;
    f.promote(room, ann, ben).await?;
    let pages = f.member_pages(room, ann, 10).await?.expect("a member asks");
    let member = pages[0]
        .members
        .iter()
        .find(|member| member.user == ben)
        .expect("he is in");
    assert_eq!(
        (member.username.as_str(), member.display_name.as_str()),
        ("ben", "Big Ben")
    );
    assert_eq!((member.role, member.mark), (Role::Admin, Mark::read(seq.next())));
    assert_eq!((member.visible_from, member.joined_at), (seq.next(), at));
    Ok(())
}
