//! Edits and deletions, and what they leave.

use parlor_domain::{Event, Message, Revision, What};
use parlor_ports::{AppendRefusal, Appended, MessageAct};

use super::Tested;
use crate::{Fixture, delete, edit, message, polled_in_order, reply, show, text};

fn said(event: &Event) -> &Message {
    match &event.what {
        What::Message(message) => message,
        other => panic!("not a message: {other:?}"),
    }
}

/// An edit tells the new text, and the message has it from then on.
pub async fn an_edit_replaces_the_text(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let before = f.append(f.draft(room, ann, message("hello"))).await?;
    let edited = f.edit(room, ann, before.seq, "hello all").await?;
    let (body, at) = (Some(text("hello all")), Some(edited.at));
    let expected = What::MessageEdited {
        target: before.seq,
        number: before.number,
        at: before.at,
        body,
        media: Box::default(),
        mentions: parlor_domain::Mentions::default(),
        edited_at: at,
        rev: edited.seq,
    };
    assert_eq!(edited.what, expected);
    let now = f
        .log
        .message(room, ann.id, before.seq)
        .await?
        .expect("it is there");
    assert_eq!(edited.changed(&before).as_ref(), Some(&*now), "as the event says");
    Ok(())
}

/// An edit comes with its message's number, time and media, live, sent again and when it is read again; with the message go its
/// media.
pub async fn an_edit_comes_with_its_message(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let picture = f.picture(ann).await?;
    let before = f.append(f.draft(room, ann, show(&[picture], "look"))).await?;
    let media = said(&before).media.clone();
    assert_eq!(media.len(), 1);
    let of = |event: &Event| match &event.what {
        What::MessageEdited {
            number, at, media, ..
        } => (*number, *at, media.clone()),
        other => panic!("no edit: {other:?}"),
    };
    let expected = (before.number, before.at, media);
    let first = f.draft(room, ann, edit(before.seq, "look here"));
    let live = f.append(first.clone()).await?;
    assert_eq!(of(&live), expected);
    let second = f.edit(room, ann, before.seq, "look there").await?;
    assert_eq!(of(&second), expected);
    let again = f.known(first.clone()).await?;
    assert_eq!(Some(&*again), second.changed(&live).as_ref(), "as the event says");
    let log = f.events(room).await?;
    assert_eq!(log[log.len() - 2..], [again, second.clone()]);

    let deleted = f.delete(room, ann, before.seq).await?;
    let gone = (before.number, before.at, Box::default());
    for edit in [&live, &second] {
        let stored = f.events(room).await?;
        let stored = stored
            .iter()
            .find(|event| event.seq == edit.seq)
            .expect("it is there");
        assert_eq!(of(stored), gone);
        assert_eq!(deleted.changed(edit).map(|edit| of(&edit)), Some(of(stored)));
    }
    let known = f.known(first).await?;
    assert_eq!(of(&known), gone);
    Ok(())
}

/// What edits replaced is kept, oldest first.
pub async fn edits_keep_what_they_replace(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ann, "one").await?.seq;
    assert_eq!(f.all_revisions(room, ben, seq).await?, []);
    let (two, three) = (
        f.edit(room, ann, seq, "two").await?,
        f.edit(room, ann, seq, "three").await?,
    );
    let revision = |no, body, event: &Event| Revision {
        no,
        body: text(body),
        replaced_at: event.at,
    };
    let expected = vec![revision(1, "one", &two), revision(2, "two", &three)];
    assert_eq!(f.all_revisions(room, ben, seq).await?, expected);
    Ok(())
}

/// A message is edited a thousand times and no more; what was done before is still known, and the end comes when asked.
pub async fn a_message_is_edited_a_thousand_times(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.say(room, ann, "0").await?.seq;
    // One more than may be, all at once: the limit holds within a batch as well.
    let begun: Vec<_> = (1..=Revision::MOST + 1)
        .map(|no| f.draft(room, ann, edit(seq, &no.to_string())))
        .collect();
    let mut answers = polled_in_order(begun.iter().map(|append| f.log.append(append.clone()))).await;
    let last = answers.pop().expect("many answers")?;
    assert!(matches!(last, Appended::Refused(AppendRefusal::TooManyEdits)));
    for answer in answers {
        assert!(matches!(answer?, Appended::New(_)));
    }
    let again = f.draft(room, ann, edit(seq, "again"));
    assert_eq!(f.refusal(again).await?, AppendRefusal::TooManyEdits);
    f.known(begun[7].clone()).await?;

    let revisions = f.all_revisions(room, ann, seq).await?;
    let said: Vec<_> = revisions.iter().map(|revision| revision.body.as_str()).collect();
    let expected: Vec<_> = (0..Revision::MOST).map(|no| no.to_string()).collect();
    assert_eq!(said, expected);
    let page = f.revisions(room, ann, seq, 990, 5).await?.expect("it is there");
    assert_eq!(
        (&page.revisions[..], page.next),
        (&revisions[990..995], Some(995))
    );
    let page = f.revisions(room, ann, seq, 995, 5).await?.expect("it is there");
    assert_eq!((&page.revisions[..], page.next), (&revisions[995..], None));
    for beyond in [Revision::MOST, u64::MAX] {
        let page = f
            .revisions(room, ann, seq, beyond, 5)
            .await?
            .expect("it is there");
        assert_eq!((page.revisions.len(), page.next), (0, None));
    }
    f.delete(room, ann, seq).await?;
    assert_eq!(f.all_revisions(room, ann, seq).await?, []);
    Ok(())
}

/// A page of revisions has about 256 KiB of text, but at least one revision.
pub async fn a_page_of_revisions_is_no_larger_than_256_kib(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.say(room, ann, "x").await?.seq;
    for _ in 0..12 {
        f.edit(room, ann, seq, &"x".repeat(65_000)).await?;
    }
    let (mut after, mut sizes) = (Some(0), Vec::new());
    while let Some(no) = after {
        let page = f.revisions(room, ann, seq, no, 200).await?.expect("it is there");
        sizes.push(page.revisions.len());
        after = page.next;
    }
    assert_eq!(sizes, [5, 4, 3]);
    Ok(())
}

/// Who may not see a message does not see what it was either.
pub async fn revisions_are_as_visible_as_their_message(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let seq = f.say(room, ann, "one").await?.seq;
    f.edit(room, ann, seq, "two").await?;
    f.join(room, ben).await?;
    for (viewer, seq) in [
        (eve, seq),
        (ben, seq),
        (ann, seq.next()),
        (ann, seq.next().next().next()),
    ] {
        assert_eq!(f.revisions(room, viewer, seq, 0, 50).await?, None);
    }
    Ok(())
}

/// A deletion leaves nothing of what was said, not even what edits had replaced.
pub async fn a_deletion_leaves_nothing_of_what_was_said(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let before = f.say(room, ann, "one").await?;
    f.edit(room, ann, before.seq, "two").await?;
    let edited = f
        .log
        .message(room, ann.id, before.seq)
        .await?
        .expect("it is there");
    let deleted = f.delete(room, ann, before.seq).await?;
    assert_eq!(deleted.what, What::MessageDeleted { target: before.seq });
    let now = f
        .log
        .message(room, ann.id, before.seq)
        .await?
        .expect("it is still to be seen that it was there");
    assert_eq!((&said(&now).body, said(&now).rev), (&None, deleted.seq));
    assert_eq!(
        deleted.changed(&edited).as_ref(),
        Some(&*now),
        "as the event says"
    );
    assert_eq!(f.all_revisions(room, ann, before.seq).await?, []);
    Ok(())
}

/// Admins and owners delete what anybody said, each other's too.
pub async fn admins_delete_anybodys_message(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    f.promote(room, ann, ben).await?;
    for (sender, deleter) in [(cleo, ben), (cleo, ann), (ann, ben), (ben, ann)] {
        let seq = f.say(room, sender, "hello").await?.seq;
        let event = f.delete(room, deleter, seq).await?;
        assert_eq!(event.actor, Some(deleter));
    }
    Ok(())
}

/// Authors take back what they said, by its number, also where they are not any more; nobody else does.
pub async fn authors_take_back_what_they_said(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let picture = f.picture(ben).await?;
    let shown = f.show(room, ben, &[picture]).await?;
    f.leave(room, ben).await?;
    let refused = MessageAct::Refused(AppendRefusal::NoTarget);
    let (own, other) = (shown.number, f.say(room, ann, "hello").await?);
    for (number, author) in [(own, ann), (other.number, ben), (0, ben), (i64::MAX, ben)] {
        let act = f.log.take_back(number, author, f.tick()).await?;
        assert_eq!(act, refused, "{number}");
    }
    let MessageAct::Done(Some(event)) = f.log.take_back(own, ben, f.tick()).await? else {
        panic!("it is his")
    };
    assert_eq!(event.what, What::MessageDeleted { target: shown.seq });
    assert_eq!((event.stream, event.actor), (room.into(), Some(ben)));
    assert_eq!(f.events(room).await?.last(), Some(&event));
    let now = f.log.message(room, ann.id, shown.seq).await?;
    let now = now.expect("it is still to be seen that it was there");
    assert_eq!((&said(&now).body, said(&now).media.len()), (&None, 0));
    assert_eq!(f.log.take_back(own, ben, f.tick()).await?, refused);
    f.say(room, ann, "bye").await?;
    Ok(())
}

/// An old edit that is replayed says what its target says now, and so does an edit of what was deleted since.
pub async fn replayed_changes_carry_the_current_state(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let one = f.say(room, ann, "one").await?;
    let seq = one.seq;
    let (two, three) = (
        f.edit(room, ann, seq, "two").await?.seq,
        f.edit(room, ann, seq, "three").await?,
    );
    let log = f.events(room).await?;
    let at = |seq: parlor_domain::Seq| &log[usize::try_from(seq.0 - 1).expect("a small seq")].what;
    assert!(matches!(at(seq), What::Message(m) if m.body == Some(text("three")) && m.rev == three.seq));
    assert_eq!(at(two), &three.what);
    assert_eq!(at(three.seq), &three.what);

    let end = f.delete(room, ann, seq).await?.seq;
    let log = f.events(room).await?;
    let at = |seq: parlor_domain::Seq| &log[usize::try_from(seq.0 - 1).expect("a small seq")].what;
    let gone = What::MessageEdited {
        target: seq,
        number: one.number,
        at: one.at,
        body: None,
        media: Box::default(),
        mentions: parlor_domain::Mentions::default(),
        edited_at: Some(three.at),
        rev: end,
    };
    assert!(matches!(at(seq), What::Message(m) if m.body.is_none() && m.rev == end));
    assert_eq!((at(two), at(three.seq)), (&gone, &gone));
    assert_eq!(at(end), &What::MessageDeleted { target: seq });
    Ok(())
}

/// A reply keeps pointing to what it answers, whatever becomes of that.
pub async fn a_reply_points_to_what_it_answers(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let question = f.say(room, ann, "tea?").await?.seq;
    let answer = f.append(f.draft(room, ben, reply(question, "yes"))).await?;
    assert_eq!(said(&answer).reply_to, Some(question));
    f.edit(room, ben, answer.seq, "yes, please").await?;
    f.delete(room, ann, question).await?;
    let now = f
        .log
        .message(room, ann.id, answer.seq)
        .await?
        .expect("it is there");
    assert_eq!(said(&now).reply_to, Some(question));
    f.delete(room, ben, answer.seq).await?;
    let now = f
        .log
        .message(room, ann.id, answer.seq)
        .await?
        .expect("it is there");
    assert_eq!(said(&now).reply_to, Some(question));
    Ok(())
}

/// A message, its edits and its deletion, all begun at once and perhaps in one batch, take effect in their order.
pub async fn changes_in_the_same_instant_take_effect_in_order(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.view(room, ann).await?.head.position.seq.next();
    let drafts = [
        message("one"),
        edit(seq, "two"),
        edit(seq, "three"),
        message("x"),
        delete(seq.next().next().next()),
    ];
    let begun: Vec<_> = drafts
        .into_iter()
        .map(|draft| f.draft(room, ann, draft))
        .collect();
    for answer in polled_in_order(begun.iter().map(|append| f.log.append(append.clone()))).await {
        assert!(matches!(answer?, Appended::New(_)));
    }
    let now = f.log.message(room, ann.id, seq).await?.expect("it is there");
    assert_eq!(said(&now).body, Some(text("three")));
    let revisions = f.all_revisions(room, ann, seq).await?;
    let bodies: Vec<_> = revisions.into_iter().map(|revision| revision.body).collect();
    assert_eq!(bodies, [text("one"), text("two")]);
    assert_eq!(f.unread(room, ann).await?, 0);
    Ok(())
}
