//! What dialects call broadcast lists, their numbers there, and who has read what was sent to them.

use parlor_domain::{BroadcastId, BroadcastListId, Dialect, RoomId, UserRef};
use parlor_ports::{Fate, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

/// The number of a room.
async fn number(f: &Fixture, room: RoomId, viewer: UserRef) -> Result<i64, StoreError> {
    Ok(f.view(room, viewer).await?.room.number)
}

/// A dialect gives a name once, to a room or to a list, and a list one name; what another dialect does is nothing to it.
pub async fn a_list_has_one_name_in_a_dialect(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (one, other) = (f.list(ann, &[]).await?, f.list(ann, &[]).await?);
    let room = f.group(ann, &[]).await?;
    let dialects = &f.dialects;
    let messenger = Dialect::Messenger;
    assert_eq!(dialects.name_of_list(messenger, one).await?, None);
    assert!(dialects.name_list(messenger, "tea", one).await?);
    let nothing = BroadcastListId::new(f.nobody().uuid());
    for (name, list) in [
        ("tea", other),
        ("coffee", one),
        ("tea", one),
        ("milk", nothing),
        ("t\0ea", other),
    ] {
        assert!(!dialects.name_list(messenger, name, list).await?, "{name}");
    }
    assert!(!dialects.name_room(messenger, "tea", room).await?);
    assert!(dialects.name_room(messenger, "milk", room).await?);
    assert!(!dialects.name_list(messenger, "milk", other).await?);
    assert!(dialects.name_list(Dialect::Relay, "tea", one).await?);
    assert!(dialects.name_list(messenger, "Tea", other).await?);
    for (dialect, name, list) in [
        (messenger, "tea", Some(one)),
        (messenger, "Tea", Some(other)),
        (messenger, "milk", None),
        (messenger, "t\0ea", None),
        (Dialect::Relay, "tea", Some(one)),
        (Dialect::Rooms, "tea", None),
    ] {
        assert_eq!(
            dialects.list_named(dialect, name).await?,
            list,
            "{dialect:?} {name}"
        );
    }
    let named = dialects.name_of_list(messenger, one).await?;
    assert_eq!(named.map(|(name, _)| name).as_deref(), Some("tea"));
    assert_eq!(dialects.name_of_list(Dialect::Rooms, one).await?, None);
    Ok(())
}

/// A list has a number in a dialect that no room has, be the room made before or later.
pub async fn numbers_of_lists_are_no_rooms(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let messenger = Dialect::Messenger;
    let mut taken = Vec::new();
    for name in ["one", "two", "three"] {
        let list = f.list(ann, &[]).await?;
        assert!(f.dialects.name_list(messenger, name, list).await?);
        let named = f.dialects.name_of_list(messenger, list).await?;
        let (_, drawn) = named.expect("it is named");
        assert_eq!(f.dialects.list_numbered(messenger, drawn).await?, Some(list));
        assert_eq!(f.dialects.list_numbered(Dialect::Rooms, drawn).await?, None);
        assert_eq!(f.rooms.id_of(drawn).await?, None);
        let room = f.group(ann, &[]).await?;
        taken.extend([drawn, number(f, room, ann).await?]);
    }
    taken.push(number(f, f.direct(ann, ben).await?, ann).await?);
    assert!(
        taken.is_sorted_by(|one, next| one < next),
        "each is drawn once: {taken:?}"
    );
    for none in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(f.dialects.list_numbered(messenger, none).await?, None);
    }
    Ok(())
}

/// With a list go its names and numbers; the names can be given again.
pub async fn names_go_with_their_lists(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (gone, of_ben) = (f.list(ann, &[ben]).await?, f.list(ben, &[ann]).await?);
    let messenger = Dialect::Messenger;
    for (name, list) in [("tea", gone), ("coffee", of_ben)] {
        assert!(f.dialects.name_list(messenger, name, list).await?);
    }
    let (_, number) = f.dialects.name_of_list(messenger, gone).await?.expect("its name");
    assert!(f.broadcasts.delete(gone, ann, f.tick()).await?);
    f.users.delete(ben.id, false, f.tick()).await?;
    for (name, list) in [("tea", gone), ("coffee", of_ben)] {
        assert_eq!(f.dialects.list_named(messenger, name).await?, None);
        assert_eq!(f.dialects.name_of_list(messenger, list).await?, None);
        assert!(
            !f.dialects.name_list(messenger, "milk", list).await?,
            "it is no more"
        );
    }
    assert_eq!(f.dialects.list_numbered(messenger, number).await?, None);
    f.erase_lists().await?;
    let next = f.list(ann, &[]).await?;
    assert!(f.dialects.name_list(messenger, "tea", next).await?);
    Ok(())
}

/// Of ten who want a name at once, for rooms and for lists, one gets it.
pub async fn a_name_wanted_for_rooms_and_lists_at_once_goes_to_one(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut wanted = Vec::new();
    for _ in 0..5 {
        wanted.push((f.group(ann, &[]).await?, f.list(ann, &[]).await?));
    }
    let named = at_once(wanted.into_iter().enumerate().flat_map(|(n, (room, list))| {
        [0, 1].map(|which| {
            let dialects = f.dialects.clone();
            let turn = (n + which) % 2 == 0;
            async move {
                if turn {
                    dialects.name_room(Dialect::Messenger, "tea", room).await
                } else {
                    dialects.name_list(Dialect::Messenger, "tea", list).await
                }
            }
        })
    }));
    let mut given = 0;
    for named in named.await {
        given += u32::from(named?);
    }
    assert_eq!(given, 1);
    let room = f.dialects.room_named(Dialect::Messenger, "tea").await?;
    let list = f.dialects.list_named(Dialect::Messenger, "tea").await?;
    assert!(room.is_some() != list.is_some(), "{room:?} {list:?}");
    Ok(())
}

/// A broadcast is read by all when it has come to all and the last of them has read it, as far as its sender is to know.
pub async fn a_broadcast_is_read_by_all(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let list = f.list(ann, &[ben, cleo]).await?;
    let read = async |of: Vec<BroadcastId>, by: UserRef| f.broadcasts.read_by_all(of, by.id).await;
    assert!(read(Vec::new(), ann).await?.is_empty());
    let waits = f.broadcast(f.new_broadcast(list, ann, "sale")).await?.id;
    assert!(read(vec![waits], ann).await?.is_empty(), "nobody has it");
    f.send_out().await?;
    let later = f.broadcast(f.new_broadcast(list, ann, "the last day")).await?.id;
    f.send_out().await?;
    let both = vec![waits, later];
    let fates = f.fates(waits, ann).await?;
    let last = f.fates(later, ann).await?;
    for (first, second) in fates.iter().zip(&last) {
        assert!(read(both.clone(), ann).await?.is_empty());
        let (Some(Fate::Sent { room, seq }), Some(Fate::Sent { seq: next, .. })) = (first.fate, second.fate)
        else {
            panic!("both were sent: {first:?} {second:?}");
        };
        assert!(seq < next);
        f.read(room, first.user, seq).await?;
    }
    assert_eq!(read(both.clone(), ann).await?, [waits]);
    assert!(read(both.clone(), ben).await?.is_empty(), "they are not his");
    f.be_private(ann, true).await?;
    assert!(read(both, ann).await?.is_empty());
    Ok(())
}
