//! What a socket reads when it opens.

use std::collections::BTreeMap;

use parlor_domain::{AccountStatus, Position, RoomKind, Seq, StreamId, Tag, Timestamp};
use parlor_ports::{Clock, Entropy, Snapshot, StoreError};

use super::Tested;
use crate::Fixture;

/// A snapshot holds the session, its account, the person's own head and every room's.
pub async fn a_snapshot_tells_where_streams_stand(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (group, direct) = (f.discreet_group(ben, &[]).await?, f.direct(ann, ben).await?);
    f.say(group, ben, "before").await?;
    f.join(group, ann).await?;
    let left = f.group(ann, &[ben]).await?;
    f.leave(left, ann).await?;
    let seq = f.say(group, ben, "hello").await?.seq;
    f.read(group, ann, seq).await?;
    let session = f.session(ann).await?;
    let snapshot = f
        .sync
        .snapshot(session.id, Vec::new(), f.clock.now(), f.clock.now())
        .await?
        .expect("it lives");
    assert_eq!(
        (&snapshot.session, &snapshot.account),
        (&session, &f.users.find(ann.id).await?.expect("ann"))
    );
    let last = f.events(ann.id).await?.pop().expect("she has rooms");
    assert_eq!((snapshot.own.seq, snapshot.own.tag), (last.seq, last.tag));
    assert_eq!(snapshot.rooms.len(), 2);
    for room in &snapshot.rooms {
        let view = f.view(room.room, ann).await?;
        assert_eq!((room.kind, room.head), (view.room.kind, view.head));
        assert_eq!((room.visible_from, room.mark), (view.visible_from, view.mark));
    }
    let kinds: BTreeMap<_, _> = snapshot.rooms.iter().map(|room| (room.room, room.kind)).collect();
    assert_eq!(
        kinds,
        BTreeMap::from([(group, RoomKind::Group), (direct, RoomKind::Direct)])
    );
    assert!(snapshot.tags.is_empty());
    Ok(())
}

/// Positions in the middle of a stream are compared with the log: it tells the tag that it has there, if any.
pub async fn a_snapshot_looks_positions_up(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    f.say_many(room, ann, 10).await?;
    let other = f.group(ann, &[]).await?;
    let log = f.events(room).await?;
    let own = f.events(ann.id).await?;
    let session = f.session(ann).await?;
    let at = |stream: StreamId, seq, tag| {
        (
            stream,
            Position {
                seq,
                tag,
                ..Position::default()
            },
        )
    };
    let wrong = Tag(log[4].tag.0.wrapping_add(1));
    let asked = vec![
        at(room.into(), log[4].seq, wrong),
        at(ann.id.into(), own[0].seq, own[0].tag),
    ];
    let snapshot = f
        .sync
        .snapshot(session.id, asked, f.clock.now(), f.clock.now())
        .await?
        .expect("it lives");
    let tags: BTreeMap<_, _> = snapshot.tags.into_iter().collect();
    assert_eq!(
        tags.get(&room.into()),
        Some(&log[4].tag),
        "the log's tag, not the one that was asked for"
    );
    assert_eq!(tags.get(&ann.id.into()), Some(&own[0].tag));
    for seq in [Seq(500), Seq(u64::MAX)] {
        let asked = vec![at(room.into(), seq, Tag(1)), at(other.into(), Seq::ZERO, Tag(0))];
        let snapshot = f
            .sync
            .snapshot(session.id, asked, f.clock.now(), f.clock.now())
            .await?
            .expect("it lives");
        assert!(
            snapshot.tags.is_empty(),
            "there is no such event: {:?}",
            snapshot.tags
        );
    }
    Ok(())
}

/// Positions in many streams are looked up together.
pub async fn a_snapshot_looks_many_positions_up(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (mut asked, mut expected) = (Vec::new(), BTreeMap::new());
    for _ in 0..f.rooms_per_user {
        let room = f.group(ann, &[]).await?;
        f.say_many(room, ann, 2).await?;
        let event = f.events(room).await?[1].clone();
        let position = Position {
            seq: event.seq,
            tag: event.tag,
            ..Position::default()
        };
        asked.push((StreamId::from(room), position));
        expected.insert(StreamId::from(room), event.tag);
    }
    let session = f.session(ann).await?;
    let snapshot = f
        .sync
        .snapshot(session.id, asked, f.clock.now(), f.clock.now())
        .await?
        .expect("it lives");
    assert_eq!(snapshot.tags.into_iter().collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(snapshot.rooms.len(), f.rooms_per_user);
    Ok(())
}

/// Who follows only some rooms is told only of those, as far as he is in them.
pub async fn a_snapshot_may_be_of_some_rooms(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (wanted, other) = (f.group(ann, &[]).await?, f.group(ann, &[]).await?);
    let foreign = f.group(ben, &[]).await?;
    let session = f.session(ann).await?;
    let whole = f
        .sync
        .snapshot(session.id, Vec::new(), f.clock.now(), f.clock.now())
        .await?
        .expect("it lives");
    for (asked, found) in [
        (vec![wanted, foreign], vec![wanted]),
        (vec![wanted, other], vec![wanted, other]),
        (vec![], vec![]),
    ] {
        let some = f.sync.snapshot_of(session.id, asked, f.clock.now()).await?;
        let some = some.expect("it lives");
        assert_eq!((&some.session, &some.account), (&whole.session, &whole.account));
        assert_eq!((some.own.seq, some.own.tag), (whole.own.seq, whole.own.tag));
        assert_eq!(some.rooms.len(), found.len());
        for room in &some.rooms {
            assert!(found.contains(&room.room), "{room:?}");
            assert_eq!(room.head, f.view(room.room, ann).await?.head);
        }
    }
    f.sessions.revoke(ann.id, session.id, f.tick()).await?;
    let over = f
        .sync
        .snapshot_of(session.id, vec![wanted], f.clock.now())
        .await?;
    assert!(over.is_none());
    Ok(())
}

/// A session that is over opens no socket.
pub async fn a_session_that_is_over_has_no_snapshot(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (expired, ended, locked) = (
        f.session(ann).await?,
        f.session(ann).await?,
        f.session(ann).await?,
    );
    assert!(
        f.sync
            .snapshot(expired.id, Vec::new(), f.clock.now(), expired.expires_at)
            .await?
            .is_none()
    );
    f.sessions.revoke(ann.id, ended.id, f.tick()).await?;
    assert!(
        f.sync
            .snapshot(ended.id, Vec::new(), f.clock.now(), f.clock.now())
            .await?
            .is_none()
    );
    f.users
        .set_status(ann.id, AccountStatus::Disabled, f.tick())
        .await?;
    assert!(
        f.sync
            .snapshot(locked.id, Vec::new(), f.clock.now(), f.clock.now())
            .await?
            .is_none()
    );
    let unknown = parlor_domain::SessionId::new(f.entropy.uuid(f.clock.now()));
    assert!(
        f.sync
            .snapshot(unknown, Vec::new(), f.clock.now(), f.clock.now())
            .await?
            .is_none()
    );
    Ok(())
}

/// A snapshot says how much is unread, as the list does, but counts no further than it must.
pub async fn a_snapshot_counts_notifications(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let session = f.session(ben).await?;
    let unread = async || {
        let zero = Timestamp::from_micros(0);
        let snapshot = f.sync.snapshot(session.id, Vec::new(), zero, f.clock.now());
        Ok::<u64, StoreError>(snapshot.await?.expect("it lives").unread)
    };
    assert_eq!(unread().await?, 0);
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ann, "@all").await?.seq;
    f.say(room, ann, "@ben").await?;
    f.notify().await?;
    let page = f.notice_page(ben, None, true, 10).await?;
    assert_eq!((unread().await?, page.unread), (3, 3));
    f.read(room, ben, seq).await?;
    assert_eq!(unread().await?, 2, "the invitation, and what names him");
    let zero = Timestamp::from_micros(0);
    f.notifications.read(ben, page.as_of.seq, zero, f.tick()).await?;
    assert_eq!(unread().await?, 0);
    for _ in 0..=Snapshot::NOTIFICATIONS {
        f.say(room, ann, "@all").await?;
    }
    assert_eq!(unread().await?, 100);
    let later = f.tick();
    let snapshot = f.sync.snapshot(session.id, Vec::new(), later, later).await?;
    assert_eq!(snapshot.expect("it lives").unread, 0, "all of it is too old");
    Ok(())
}
