//! What is published, and when.

use parlor_domain::{ConnectionId, Mark, MemberMark, Origin, Rev};
use parlor_ports::{Append, Appended, Published};

use super::Tested;
use crate::{Fixture, at_once, edit, message};

/// Whoever has an answer can rely on it that the event was published before.
pub async fn events_are_published_before_they_are_answered(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let begun: Vec<_> = (0..100)
        .map(|n| f.draft(room, [ann, ben][n % 2], message("hello")))
        .collect();
    let answers = at_once(begun.into_iter().map(|append| {
        let (log, heard) = (f.log.clone(), f.heard.clone());
        async move {
            let answer = log.append(append).await;
            if let Ok(Appended::New(event)) = &answer {
                assert!(heard.events(event.stream).contains(event));
            }
            answer
        }
    }));
    for answer in answers.await {
        assert!(matches!(answer?, Appended::New(_)));
    }
    Ok(())
}

/// An event is published as it was answered, with the command that asked for it.
pub async fn events_are_published_with_their_origin(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let origin = Some(Origin {
        connection: ConnectionId(7),
        command: 42,
    });
    let said = f
        .append(Append {
            origin,
            ..f.draft(room, ann, message("hello"))
        })
        .await?;
    let edited = f
        .append(Append {
            origin,
            ..f.draft(room, ann, edit(said.seq, "hi"))
        })
        .await?;
    let without = f.say(room, ann, "by nobody's command").await?;
    assert_eq!(f.heard.origin(room, said.seq), Some(origin));
    assert_eq!(f.heard.origin(room, edited.seq), Some(origin));
    assert_eq!(f.heard.origin(room, without.seq), Some(None));
    assert_eq!(f.heard.events(room)[1..], [said, edited, without]);
    Ok(())
}

/// A retry by another socket is not published again, and does not take over the first one's origin.
pub async fn a_retry_does_not_change_the_origin(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let origin = |command| {
        Some(Origin {
            connection: ConnectionId(1),
            command,
        })
    };
    let append = Append {
        origin: origin(1),
        ..f.draft(room, ann, message("hello"))
    };
    let seq = f.append(append.clone()).await?.seq;
    f.known(Append {
        origin: origin(2),
        ..append
    })
    .await?;
    assert_eq!(f.heard.origin(room, seq), Some(origin(1)));
    Ok(())
}

/// What happens to rooms and members is published like what is said, to the room and to those whom it concerns.
pub async fn joins_are_published_to_the_room_and_to_the_person(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let before = f.heard.len();
    f.join(room, ben).await?;
    let published = f.heard.since(before);
    let streams: Vec<_> = published
        .iter()
        .map(|published| match published {
            Published::Event { event, origin: None } => event.stream,
            other => panic!("only events, and nobody's command: {other:?}"),
        })
        .collect();
    assert_eq!(streams.len(), 2);
    assert!(streams.contains(&room.into()) && streams.contains(&ben.id.into()));
    Ok(())
}

/// Marks that moved are published whole; a message's own mark is told by the message.
pub async fn marks_are_published_when_they_move(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let joined = f.view(room, ben).await?.mark.read;
    let seq = f.say(room, ann, "hello").await?.seq;
    assert!(
        f.heard.marks(room).is_empty(),
        "joins and messages tell of marks themselves"
    );
    f.mark(room, ben, Mark::delivered(seq)).await?;
    f.read(room, ben, seq).await?;
    let [delivered, read] = &*f.heard.marks(room) else {
        panic!("two updates")
    };
    assert_eq!(
        (delivered.after, delivered.rev, read.rev),
        (Rev(0), Rev(1), Rev(2))
    );
    let expected = MemberMark {
        user: ben.id,
        mark: Mark {
            delivered: seq,
            read: joined,
        },
    };
    assert_eq!(delivered.marks, [expected]);
    assert_eq!(read.marks[0].mark, Mark::read(seq));
    Ok(())
}
