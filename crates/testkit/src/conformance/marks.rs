//! Marks: how far members have received and read.

use std::collections::BTreeSet;

use parlor_domain::{Mark, MemberMark, Rev, RoomId, Seq, UserRef};
use parlor_ports::StoreError;

use super::Tested;
use crate::{Fixture, at_once};

async fn mark_of(f: &Fixture, room: RoomId, user: UserRef) -> Result<Mark, StoreError> {
    Ok(f.view(room, user).await?.mark)
}

/// Whoever sends a message has read it, and all before it.
pub async fn sending_moves_ones_own_mark(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    f.say_many(room, ben, 3).await?;
    let event = f.say(room, ann, "hello").await?;
    assert_eq!(mark_of(f, room, ann).await?, Mark::read(event.seq));
    assert_eq!(mark_of(f, room, ben).await?, Mark::read(Seq(event.seq.0 - 1)));
    f.edit(room, ben, Seq(event.seq.0 - 1), "changed").await?;
    assert_eq!(
        mark_of(f, room, ben).await?,
        Mark::read(Seq(event.seq.0 - 1)),
        "an edit moves nothing"
    );
    Ok(())
}

/// Whoever comes in begins at the event that brought him in.
pub async fn marks_begin_at_the_join(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    f.say_many(room, ann, 3).await?;
    for _ in 0..2 {
        f.join(room, ben).await?;
        let view = f.view(room, ben).await?;
        assert_eq!(view.mark, Mark::read(view.head.position.seq));
        f.leave(room, ben).await?;
    }
    assert_eq!(
        f.log.marks_after(room.into(), Rev::ZERO).await?.rev,
        Rev::ZERO,
        "joins take no rev"
    );
    Ok(())
}

/// Marks move forward only, each of the two values for itself, and reading implies delivery.
pub async fn marks_never_move_back(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seqs = f.say_many(room, ann, 5).await?;
    let steps = [
        (Mark::read(seqs[2]), Mark::read(seqs[2])),
        (Mark::read(seqs[0]), Mark::read(seqs[2])),
        (
            Mark::delivered(seqs[4]),
            Mark {
                delivered: seqs[4],
                read: seqs[2],
            },
        ),
        (
            Mark::delivered(seqs[3]),
            Mark {
                delivered: seqs[4],
                read: seqs[2],
            },
        ),
        (
            Mark::default(),
            Mark {
                delivered: seqs[4],
                read: seqs[2],
            },
        ),
        (
            Mark {
                delivered: Seq(0),
                read: seqs[3],
            },
            Mark {
                delivered: seqs[4],
                read: seqs[3],
            },
        ),
        (Mark::read(seqs[4]), Mark::read(seqs[4])),
    ];
    for (asked, expected) in steps {
        f.mark(room, ben, asked).await?;
        assert_eq!(mark_of(f, room, ben).await?, expected, "{asked:?}");
    }
    Ok(())
}

/// Nobody has read what was not yet said.
pub async fn marks_never_move_beyond_the_head(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let head = f.say(room, ann, "hello").await?.seq;
    f.mark(room, ben, Mark::delivered(Seq(u64::MAX))).await?;
    assert_eq!(mark_of(f, room, ben).await?.delivered, head);
    f.mark(
        room,
        ben,
        Mark {
            delivered: Seq(0),
            read: head.next(),
        },
    )
    .await?;
    assert_eq!(mark_of(f, room, ben).await?, Mark::read(head));
    f.say(room, ann, "new").await?;
    assert_eq!(f.unread(room, ben).await?, 1);
    Ok(())
}

/// What moves nothing takes no rev and is not published.
pub async fn a_mark_that_does_not_move_is_nothing(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seqs = f.say_many(room, ann, 2).await?;
    f.read(room, ben, seqs[1]).await?;
    let published = f.heard.len();
    f.read(room, ben, seqs[1]).await?;
    f.read(room, ben, seqs[0]).await?;
    f.read(room, ann, seqs[1]).await?;
    f.rooms.advance_marks(vec![(room, Vec::new())]).await?;
    f.rooms.advance_marks(Vec::new()).await?;
    assert_eq!(f.heard.len(), published);
    assert_eq!(f.view(room, ann).await?.head.position.rev, Rev(1));
    Ok(())
}

/// Marks of strangers, of people who left and of rooms that are none are passed over; the others move.
pub async fn marks_of_strangers_are_passed_over(f: &Fixture) -> Tested {
    let [ann, ben, gone, eve] = f.people(["ann", "ben", "gone", "eve"]).await?;
    let room = f.group(ann, &[ben, gone]).await?;
    f.leave(room, gone).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    let mark = |user: UserRef| MemberMark {
        user: user.id,
        mark: Mark::read(seq),
    };
    f.rooms
        .advance_marks(vec![
            (f.room_id(), vec![mark(ben)]),
            (RoomId::new(ann.id.uuid()), vec![mark(ann)]),
            (room, vec![mark(eve), mark(ben), mark(gone)]),
        ])
        .await?;
    let [update] = &*f.heard.marks(room) else {
        panic!("one update")
    };
    assert_eq!(update.marks, [mark(ben)]);
    assert_eq!(f.heard.marks(ann.id).len(), 0);
    Ok(())
}

/// All marks of a room that move together have one rev, each room its own.
pub async fn a_flush_has_one_rev_for_each_room(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let rooms = [
        f.group(ann, &[ben, cleo]).await?,
        f.group(ann, &[ben, cleo]).await?,
    ];
    let seq = f.say(rooms[0], ann, "hello").await?.seq;
    f.say(rooms[1], ann, "hello").await?;
    let mark = |user: UserRef, seq| MemberMark {
        user: user.id,
        mark: Mark::read(seq),
    };
    let marks = vec![mark(ben, seq), mark(cleo, seq), mark(ben, Seq(1))];
    f.rooms
        .advance_marks(rooms.iter().map(|room| (*room, marks.clone())).collect())
        .await?;
    for room in rooms {
        let [update] = &*f.heard.marks(room) else {
            panic!("one update")
        };
        assert_eq!(
            (update.after, update.rev, update.marks.len()),
            (Rev(0), Rev(1), 2)
        );
        assert_eq!(f.view(room, ann).await?.head.position.rev, Rev(1));
        assert_eq!(mark_of(f, room, ben).await?, Mark::read(seq));
    }
    Ok(())
}

/// Whoever was away gets what changed since, at most one mark a member, in its last state.
pub async fn marks_after_a_rev_are_what_changed_since(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    let seqs = f.say_many(room, ann, 3).await?;
    f.read(room, ben, seqs[0]).await?;
    f.read(room, cleo, seqs[0]).await?;
    f.read(room, ben, seqs[1]).await?;
    let mark = |user: UserRef, seq| MemberMark {
        user: user.id,
        mark: Mark::read(seq),
    };
    let after = |rev| f.log.marks_after(room.into(), rev);
    let by_user = |mut marks: Vec<MemberMark>| {
        marks.sort_by_key(|mark| mark.user);
        marks
    };
    let all = after(Rev::ZERO).await?;
    assert_eq!((all.stream, all.after, all.rev), (room.into(), Rev(0), Rev(3)));
    assert_eq!(
        by_user(all.marks),
        by_user(vec![mark(ben, seqs[1]), mark(cleo, seqs[0])])
    );
    assert_eq!(
        by_user(after(Rev(1)).await?.marks),
        by_user(vec![mark(ben, seqs[1]), mark(cleo, seqs[0])])
    );
    assert_eq!(after(Rev(2)).await?.marks, [mark(ben, seqs[1])]);
    let nothing = after(Rev(3)).await?;
    assert_eq!(
        (nothing.after, nothing.rev, nothing.marks),
        (Rev(3), Rev(3), Vec::new())
    );
    Ok(())
}

/// Whoever went away has no mark; whoever came back has the new one.
pub async fn marks_after_a_rev_are_those_of_members(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    f.read(room, ben, seq).await?;
    f.read(room, cleo, seq).await?;
    f.leave(room, ben).await?;
    f.leave(room, cleo).await?;
    f.join(room, cleo).await?;
    let update = f.log.marks_after(room.into(), Rev::ZERO).await?;
    assert_eq!(update.rev, Rev(2));
    let users: BTreeSet<_> = update.marks.iter().map(|mark| mark.user).collect();
    assert!(!users.contains(&ben.id), "{update:?}");
    let joined = f.view(room, cleo).await?.head.position.seq;
    assert_eq!(mark_of(f, room, cleo).await?, Mark::read(joined));
    Ok(())
}

/// Marks that come from everywhere at once all take effect.
pub async fn marks_that_come_at_once_all_take_effect(f: &Fixture) -> Tested {
    let people = f.crowd("person", 10).await?;
    let room = f.group(people[0], &people[1..]).await?;
    let seqs = f.say_many(room, people[0], 5).await?;
    let flushes = (0..50).map(|n| MemberMark {
        user: people[n % 10].id,
        mark: Mark::read(seqs[n / 10]),
    });
    let done = at_once(flushes.map(|mark| {
        let rooms = f.rooms.clone();
        async move { rooms.advance_marks(vec![(room, vec![mark])]).await }
    }));
    for done in done.await {
        done?;
    }
    for person in people {
        assert_eq!(mark_of(f, room, person).await?, Mark::read(seqs[4]));
    }
    Ok(())
}
