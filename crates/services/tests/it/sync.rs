//! Where sockets begin.

use std::time::Duration;

use parlor_domain::{Mark, Position, Rev, RoomKind, Seq, StreamId, Tag};
use parlor_services::{Actor, NewGroup, Opened, Settings, StreamKind, StreamStart, SyncSettings, Verdict};

use crate::world::{World, code, discreet, group};

async fn open(world: &World, actor: &Actor, positions: &[(StreamId, Position)]) -> Opened {
    world.services.sync.open(actor, positions.to_vec()).await.unwrap()
}

/// Where one stream begins for a client that has this position in it.
async fn start(world: &World, actor: &Actor, stream: impl Into<StreamId>, at: Position) -> StreamStart {
    let stream = stream.into();
    let opened = open(world, actor, &[(stream, at)]).await;
    opened
        .streams
        .into_iter()
        .find(|start| start.stream == stream)
        .unwrap()
}

/// The position of a client that has everything.
async fn head(world: &World, actor: &Actor, stream: impl Into<StreamId>) -> Position {
    start(world, actor, stream, Position::default())
        .await
        .head
        .position
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_is_told_every_stream_its_own_first() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let tea = world.group(&ann, &[bob]).await;
    let direct = world.services.rooms.open_direct(&ann, bob.user.id).await.unwrap();
    let direct = direct.into_inner().room.id;
    world.say(&bob, tea, "hello").await;
    let opened = open(&world, &ann, &[]).await;
    assert_eq!((opened.account.user, opened.session.id), (ann.user, ann.session));
    let own = &opened.streams[0];
    assert_eq!((own.stream, own.kind), (ann.user.id.into(), StreamKind::Own));
    let kind = |room: StreamId| {
        let start = opened.streams.iter().find(|start| start.stream == room);
        start.unwrap().kind
    };
    assert_eq!(kind(tea.into()), StreamKind::Room(RoomKind::Group));
    assert_eq!(kind(direct.into()), StreamKind::Room(RoomKind::Direct));
    assert_eq!((opened.streams.len(), opened.gone.len()), (3, 0));
    for start in &opened.streams {
        assert_eq!(
            (start.verdict, start.cursor),
            (Verdict::Reset, start.head.position)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_goes_on_where_he_was() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let kept = head(&world, &ann, room).await;
    assert_eq!(start(&world, &ann, room, kept).await.verdict, Verdict::Current);

    world.chatter(&bob, room, 3).await;
    let missed = start(&world, &ann, room, kept).await;
    assert_eq!((missed.verdict, missed.cursor), (Verdict::Replay, kept));
    assert_eq!(missed.head.position.seq.0, kept.seq.0 + 3);
    assert_eq!(missed.head.msg_no.0, 3);

    let between = world.say(&bob, room, "more").await;
    world.say(&bob, room, "and more").await;
    let at = Position {
        seq: between.seq,
        tag: between.tag,
        rev: kept.rev,
    };
    assert_eq!(start(&world, &ann, room, at).await.verdict, Verdict::Replay);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_that_moved_meanwhile_are_replayed_from_the_clients_rev() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let last = world.chatter(&ann, room, 2).await;
    let kept = head(&world, &ann, room).await;
    world
        .services
        .marks
        .mark_now(&bob, room, Mark::read(last))
        .await
        .unwrap();
    let missed = start(&world, &ann, room, kept).await;
    assert_eq!((missed.verdict, missed.cursor), (Verdict::Replay, kept));
    assert!(missed.head.position.rev > kept.rev);
    assert_eq!(start(&world, &bob, room, kept).await.mark, Mark::read(last));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_in_a_log_that_was_replaced_is_reset() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let old = world.say(&ann, room, "hello").await;
    world.say(&ann, room, "again").await;
    let head = head(&world, &ann, room).await;
    let other = Tag(head.tag.0.wrapping_add(1));
    for wrong in [
        Position { tag: other, ..head },
        Position {
            seq: old.seq,
            tag: Tag(old.tag.0.wrapping_add(1)),
            ..head
        },
        Position {
            seq: head.seq.next(),
            ..head
        },
        Position {
            seq: Seq(u64::MAX),
            ..head
        },
        Position {
            rev: Rev(u64::MAX),
            ..head
        },
    ] {
        let start = start(&world, &ann, room, wrong).await;
        assert_eq!((start.verdict, start.cursor), (Verdict::Reset, head), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_far_behind_reads_pages() {
    let sync = SyncSettings {
        reset_after: 5,
        ..SyncSettings::default()
    };
    let world = World::with(Settings {
        sync,
        ..Settings::default()
    })
    .await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let kept = head(&world, &ann, room).await;
    world.chatter(&bob, room, 5).await;
    assert_eq!(start(&world, &ann, room, kept).await.verdict, Verdict::Replay);
    world.say(&bob, room, "one more").await;
    assert_eq!(start(&world, &ann, room, kept).await.verdict, Verdict::Reset);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_before_the_join_is_not_replayed() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let wish = NewGroup {
        rules: discreet(),
        ..group("tea")
    };
    let rooms = &world.services.rooms;
    let room = rooms.create(&ann, wish).await.unwrap().into_inner().room.id;
    let first = world.say(&ann, room, "before").await;
    let last = world.say(&ann, room, "just before").await;
    rooms.join(&bob, room, None).await.unwrap();
    let at = |event: &parlor_domain::Event| Position {
        seq: event.seq,
        tag: event.tag,
        rev: Rev::ZERO,
    };
    assert_eq!(
        start(&world, &bob, room, at(&last)).await.visible_from,
        last.seq.next()
    );
    assert_eq!(
        start(&world, &bob, room, at(&last)).await.verdict,
        Verdict::Replay
    );
    assert_eq!(
        start(&world, &bob, room, at(&first)).await.verdict,
        Verdict::Reset
    );
    assert_eq!(
        start(&world, &ann, room, at(&first)).await.verdict,
        Verdict::Replay
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_and_came_back_does_not_go_on_in_the_earlier_membership() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let rooms = &world.services.rooms;
    let kept = head(&world, &bob, room).await;
    rooms.leave(&bob, room).await.unwrap();
    rooms.join(&bob, room, None).await.unwrap();
    let again = start(&world, &bob, room, kept).await;
    assert_eq!((again.verdict, again.visible_from), (Verdict::Reset, Seq(1)));
    assert_eq!(start(&world, &ann, room, kept).await.verdict, Verdict::Replay);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_others_are_gone() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let left = world.group(&ann, &[bob]).await;
    let never = world.group(&ann, &[]).await;
    let kept = head(&world, &bob, left).await;
    world.services.rooms.leave(&bob, left).await.unwrap();
    let asked = [left.into(), never.into(), ann.user.id.into()].map(|stream| (stream, kept));
    let opened = open(&world, &bob, &asked).await;
    let mut expected = asked.map(|(stream, _)| stream);
    expected.sort();
    assert_eq!(opened.gone, expected);
    assert_eq!(opened.streams.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_positions_in_a_stream_the_last_counts() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let head = head(&world, &ann, room).await;
    let wrong = Position {
        tag: Tag(head.tag.0.wrapping_add(1)),
        ..head
    };
    let opened = open(&world, &ann, &[(room.into(), wrong), (room.into(), head)]).await;
    assert_eq!(opened.streams[1].verdict, Verdict::Current);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_opens_nothing() {
    let world = World::new().await;
    let [ann, bob, carl] = world.people(["ann", "bob", "carl"]).await;
    let sync = &world.services.sync;
    world.services.sessions.log_out(&ann).await.unwrap();
    assert_eq!(code(sync.open(&ann, Vec::new()).await), "session_over");
    world.services.accounts.disable(bob.user.id).await.unwrap();
    assert_eq!(code(sync.open(&bob, Vec::new()).await), "session_over");
    world.clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(code(sync.open(&carl, Vec::new()).await), "session_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_positions_than_anybody_needs_are_refused() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let stream = StreamId::from(ann.user.id);
    let positions = vec![(stream, Position::default()); 10_001];
    let refused = world.services.sync.open(&ann, positions).await.unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("invalid", Some("positions")));
}
