//! Reading the log, page by page.

use parlor_domain::{Draft, MessageBody, Seq, StreamId, What};

use super::Tested;
use crate::Fixture;

/// The log is read from anywhere, and ends with what was appended last.
pub async fn the_log_is_read_from_anywhere(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    f.say_many(room, ann, 20).await?;
    let all = f.events(room).await?;
    for cut in 0..=all.len() {
        let after = Seq(u64::try_from(cut).expect("a small seq"));
        assert_eq!(f.log.events_after(room.into(), after).await?, all[cut..]);
    }
    assert!(f.log.events_after(room.into(), Seq(u64::MAX)).await?.is_empty());
    Ok(())
}

/// A page has at most 64 events, and the next one goes on where it ended.
pub async fn a_page_has_at_most_64_events(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let last = *f.say_many(room, ann, 150).await?.last().expect("many messages");
    let page = f.log.events_after(room.into(), Seq::ZERO).await?;
    assert_eq!(page.len(), 64);
    let mut after = Seq::ZERO;
    while after < last {
        let page = f.log.events_after(room.into(), after).await?;
        assert!((1..=64).contains(&page.len()));
        for event in page {
            assert_eq!(event.seq, after.next());
            after = event.seq;
        }
    }
    Ok(())
}

/// A page has about 64 KiB of text, but at least one event.
pub async fn a_page_is_no_larger_than_64_kib(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    for _ in 0..4 {
        f.say(room, ann, &"x".repeat(65_000)).await?;
    }
    for _ in 0..40 {
        f.say(room, ann, &"x".repeat(10_000)).await?;
    }
    let larger = Draft::Message {
        body: MessageBody::stored("x".repeat(100_000)),
        media: Vec::new(),
        reply_to: None,
        called: parlor_domain::Called::default(),
        status: None,
    };
    f.append(f.draft(room, ann, larger)).await?;
    let (mut after, mut seen) = (Seq::ZERO, 0);
    loop {
        let page = f.log.events_after(room.into(), after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        let size = |what: &What| match what {
            What::Message(message) => message.body.as_ref().map_or(0, |body| body.as_str().len()),
            _ => 0,
        };
        let text: usize = page.iter().map(|event| size(&event.what)).sum();
        assert!(
            page.len() == 1 || text <= 2 * 65_536,
            "{} events, {text} bytes",
            page.len()
        );
        seen += page.len();
    }
    assert_eq!(seen, f.events(room).await?.len());
    assert!(seen >= 45);
    Ok(())
}

/// Edits count with the text that they carry: many edits of one large message do not make a huge page.
pub async fn a_page_of_edits_is_no_larger_than_64_kib(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.say(room, ann, "x").await?.seq;
    for _ in 0..20 {
        f.edit(room, ann, seq, &"x".repeat(60_000)).await?;
    }
    let page = f.log.events_after(room.into(), seq).await?;
    assert!(
        (1..=2).contains(&page.len()),
        "{} edits of 60,000 bytes each",
        page.len()
    );
    Ok(())
}

/// A stream that nobody has is empty.
pub async fn an_unknown_stream_is_empty(f: &Fixture) -> Tested {
    let stream = StreamId::from(f.room_id());
    assert!(f.log.events_after(stream, Seq::ZERO).await?.is_empty());
    let marks = f.log.marks_after(stream, parlor_domain::Rev::ZERO).await?;
    assert_eq!((marks.rev, marks.marks), (parlor_domain::Rev::ZERO, Vec::new()));
    Ok(())
}

/// A new account's stream is empty, and then tells of its rooms only.
pub async fn a_persons_stream_tells_of_that_person_only(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    assert!(f.events(ann.id).await?.is_empty());
    let room = f.group(ann, &[]).await?;
    f.join(room, ben).await?;
    f.say(room, ben, "hello").await?;
    for (person, joined) in [(ann, Seq(1)), (ben, Seq(2))] {
        let visible_from = Seq(1);
        let told = What::RoomJoined {
            room,
            joined,
            visible_from,
        };
        assert_eq!(f.happened(person.id).await?, [told]);
    }
    Ok(())
}
