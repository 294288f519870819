//! Appending messages, and their order.

use std::collections::BTreeSet;

use parlor_domain::{Seq, What};
use parlor_ports::{Append, Appended};

use super::Tested;
use crate::{Fixture, at_once, key, message, polled_in_order, text};

/// An append that was answered stands in the log as it was answered.
pub async fn what_was_answered_stands_in_the_log(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let hello = f.draft(room, ben, message("hello \u{1f642}\nline two"));
    let event = f.append(hello.clone()).await?;
    assert_eq!(
        (event.stream, event.actor, event.at),
        (room.into(), Some(ben), hello.at)
    );
    let What::Message(said) = &event.what else {
        panic!("not a message: {event:?}")
    };
    assert_eq!(said.client_id, hello.client_id);
    assert_eq!(said.body, Some(text("hello \u{1f642}\nline two")));
    assert_eq!((said.reply_to, said.edited_at, said.rev), (None, None, event.seq));
    assert_eq!(f.events(room).await?.last(), Some(&event));
    Ok(())
}

/// A stream's seqs are 1, 2, 3 … whoever writes at the same time.
pub async fn seqs_are_dense_when_everybody_writes_at_once(f: &Fixture) -> Tested {
    let people = f.crowd("person", 8).await?;
    let room = f.group(people[0], &people[1..]).await?;
    let begun = f.view(room, people[0]).await?.head.position.seq;
    let appends = (0..200).map(|n| f.draft(room, people[n % 8], message(&n.to_string())));
    let answers = at_once(appends.map(|append| {
        let log = f.log.clone();
        async move { log.append(append).await }
    }));
    let mut seqs = BTreeSet::new();
    for answer in answers.await {
        let Appended::New(event) = answer? else {
            panic!("each is new")
        };
        seqs.insert(event.seq);
    }
    let expected: BTreeSet<Seq> = (begun.0 + 1..=begun.0 + 200).map(Seq).collect();
    assert_eq!(seqs, expected);
    assert_eq!(f.view(room, people[0]).await?.head.msg_no.0, 200);
    Ok(())
}

/// Appends enter the log in the order in which they were begun, also when nobody waits for an answer.
pub async fn appends_keep_the_order_in_which_they_were_begun(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let appends = (0..150).map(|n| f.draft(room, [ann, ben][n % 2], message(&n.to_string())));
    let begun: Vec<Append> = appends.collect();
    let answers = polled_in_order(begun.iter().map(|append| f.log.append(append.clone()))).await;
    let mut seqs = Vec::new();
    for answer in answers {
        let Appended::New(event) = answer? else {
            panic!("each is new")
        };
        seqs.push(event.seq);
    }
    assert!(seqs.is_sorted(), "{seqs:?}");
    Ok(())
}

/// Rooms do not share their seqs.
pub async fn every_stream_counts_for_itself(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let (one, other) = (f.group(ann, &[]).await?, f.group(ann, &[]).await?);
    let first = f.say(one, ann, "here").await?;
    let second = f.say(other, ann, "there").await?;
    assert_eq!((first.seq, first.msg_no), (second.seq, second.msg_no));
    assert_ne!(first.number, second.number);
    Ok(())
}

/// The largest message and the longest client id fit, to the letter.
pub async fn a_large_message_is_kept_to_the_letter(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let body = "ü".repeat(32_768);
    let append = Append {
        client_id: key(&"k".repeat(36)),
        ..f.draft(room, ann, message(&body))
    };
    let event = f.append(append).await?;
    let stored = f
        .log
        .message(room, ann.id, event.seq)
        .await?
        .expect("it is there");
    assert!(matches!(&stored.what, What::Message(m) if m.body == Some(text(&body))));
    Ok(())
}
