//! Messages that repeat others.

use parlor_domain::{Event, Mentions, Message, RoomId, Seq, What};
use parlor_ports::{Append, AppendRefusal, Appended, StoreError};

use super::Tested;
use crate::{Fixture, at_once, delete, edit, forward, message, polled_in_order, reply, show};

fn said(event: &Event) -> &Message {
    match &event.what {
        What::Message(message) => message,
        other => panic!("no message: {other:?}"),
    }
}

fn words(event: &Event) -> Option<&str> {
    said(event).body.as_ref().map(|body| body.as_str())
}

/// What is forwarded says and shows what the source does at that time, mentions nobody and answers nothing.
pub async fn a_forwarded_message_is_a_copy(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let (from, to) = (f.group(ann, &[ben]).await?, f.group(ben, &[ann, cleo]).await?);
    let picture = f.picture(ann).await?;
    let first = f.say(from, ann, "first").await?;
    let source = f
        .append(f.draft(from, ann, reply(first.seq, "tea @ann, @all")))
        .await?;
    assert!(said(&source).mentions.all);
    let copy = f.append(f.draft(to, ben, forward(from, source.seq))).await?;
    let expected = Message {
        client_id: said(&copy).client_id.clone(),
        reply_to: None,
        mentions: Mentions::default(),
        rev: copy.seq,
        forwarded: true,
        ..said(&source).clone()
    };
    assert_eq!((said(&copy), copy.actor), (&expected, Some(ben)));
    assert_eq!(
        f.events(to).await?.last(),
        Some(&copy),
        "it is replayed like that"
    );
    assert_eq!(f.view(to, cleo).await?.last_message, Some(copy.clone()));

    f.edit(from, ann, source.seq, "coffee").await?;
    let later = f.append(f.draft(from, ben, forward(from, source.seq))).await?;
    assert_eq!(
        (words(&later), words(&copy)),
        (Some("coffee"), Some("tea @ann, @all"))
    );
    f.delete(from, ann, source.seq).await?;
    assert_eq!(f.log.message(to, cleo.id, copy.seq).await?, Some(copy.clone()));
    let again = f.append(f.draft(to, ann, forward(to, copy.seq))).await?;
    assert_eq!(
        words(&again),
        Some("tea @ann, @all"),
        "a copy is forwarded like any"
    );

    let shown = f.append(f.draft(from, ann, show(&[picture], ""))).await?;
    let copy = f.append(f.draft(to, ben, forward(from, shown.seq))).await?;
    assert_eq!(said(&copy).media, said(&shown).media);
    f.delete(to, ben, copy.seq).await?;
    let gone = f.log.message(to, ann.id, copy.seq).await?.expect("it was there");
    assert!(!said(&gone).forwarded && said(&gone).media.is_empty());
    Ok(())
}

/// What somebody may not see is not there to be forwarded: of strangers, of before he came, deleted, or no message.
pub async fn only_what_is_seen_is_forwarded(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let (from, to) = (f.discreet_group(ann, &[]).await?, f.group(ben, &[]).await?);
    let early = f.say(from, ann, "early").await?.seq;
    f.add(from, ann, ben).await?;
    let [late, deleted] = [
        f.say(from, ann, "late").await?.seq,
        f.say(from, ann, "gone").await?.seq,
    ];
    f.delete(from, ann, deleted).await?;
    let nowhere = f.room_id();
    let of_cleo = f.say(f.group(cleo, &[]).await?, cleo, "hers").await?;
    let hers = RoomId::new(of_cleo.stream.uuid());
    let count = f.heard.len();
    for (room, seq) in [
        (from, early),
        (from, deleted),
        (from, Seq(1)),
        (from, deleted.next()),
        (from, Seq(999)),
        (nowhere, Seq(1)),
        (hers, of_cleo.seq),
        (RoomId::new(ben.id.uuid()), Seq(1)),
    ] {
        let append = f.draft(to, ben, forward(room, seq));
        assert_eq!(f.refusal(append).await?, AppendRefusal::NoTarget, "{room} {seq}");
    }
    let stranger = f.draft(to, ann, forward(from, late));
    assert_eq!(f.refusal(stranger).await?, AppendRefusal::NoRoom);
    assert_eq!(f.heard.len(), count, "what is refused stores nothing");
    f.append(f.draft(to, ben, forward(from, late))).await?;
    f.leave(from, ben).await?;
    let left = f.draft(to, ben, forward(from, late));
    assert_eq!(f.refusal(left).await?, AppendRefusal::NoTarget);
    Ok(())
}

/// Other people's words are not changed by who repeats them; he can delete them.
pub async fn what_is_forwarded_is_not_edited(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let source = f.say(room, ann, "mine").await?.seq;
    let copy = f.append(f.draft(room, ann, forward(room, source))).await?.seq;
    let change = f.draft(room, ann, edit(copy, "ours"));
    assert_eq!(f.refusal(change).await?, AppendRefusal::Forbidden);
    f.append(f.draft(room, ben, reply(copy, "well said"))).await?;
    f.edit(room, ann, source, "yours").await?;
    f.delete(room, ann, copy).await?;
    let change = f.draft(room, ann, edit(copy, "ours"));
    assert_eq!(f.refusal(change).await?, AppendRefusal::Deleted);
    Ok(())
}

/// A forward is known by what it points to, also when that is gone or says something else.
pub async fn a_repeated_forward_is_known(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let source = f.say(room, ben, "tea").await?.seq;
    let append = f.draft(room, ann, forward(room, source));
    let answers = polled_in_order((0..4).map(|_| f.log.append(append.clone()))).await;
    let mut new = Vec::new();
    for answer in answers {
        match answer? {
            Appended::New(event) => new.push(event),
            Appended::Known(event) => assert_eq!(event, new[0]),
            Appended::Refused(why) => panic!("{why:?}"),
        }
    }
    assert_eq!(new.len(), 1);
    f.edit(room, ben, source, "coffee").await?;
    assert_eq!(f.known(append.clone()).await?, new[0]);
    f.delete(room, ben, source).await?;
    f.sweep_media().await?;
    assert_eq!(f.known(append.clone()).await?, new[0]);
    for draft in [
        message("tea"),
        forward(room, new[0].seq),
        forward(f.room_id(), source),
    ] {
        let other = Append {
            draft,
            ..append.clone()
        };
        assert_eq!(f.refusal(other).await?, AppendRefusal::Conflict);
    }
    Ok(())
}

/// What is changed, deleted or said in the same instant, and so perhaps in the same batch, is forwarded as it stands then.
pub async fn a_forward_follows_what_was_done_before_it(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.say(room, ann, "one").await?.seq;
    let (of_it, of_another) = (forward(room, seq), forward(room, Seq(seq.0 + 4)));
    let drafts = [
        of_it.clone(),
        edit(seq, "two"),
        of_it.clone(),
        message("three"),
        of_another,
        delete(seq),
        of_it,
    ];
    let answers = polled_in_order(drafts.map(|draft| f.log.append(f.draft(room, ann, draft)))).await;
    let mut copies = Vec::new();
    for answer in answers {
        match answer? {
            Appended::New(event) => match &event.what {
                What::Message(message) if message.forwarded => copies.push(words(&event).map(str::to_owned)),
                _ => {}
            },
            Appended::Refused(AppendRefusal::NoTarget) => copies.push(None),
            other => panic!("{other:?}"),
        }
    }
    let expected = [Some("one"), Some("two"), Some("three"), None];
    assert_eq!(copies, expected.map(|words| words.map(str::to_owned)));
    Ok(())
}

/// Who sees a forwarded message sees its media, which stay for as long as one message shows them.
pub async fn forwarded_media_is_kept_by_its_copies(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let (from, to) = (f.group(ann, &[ben]).await?, f.group(ben, &[cleo]).await?);
    let picture = f.picture(ann).await?;
    let source = f.show(from, ann, &[picture]).await?.seq;
    assert!(!f.sees(cleo, picture).await?);
    let copy = f.append(f.draft(to, ben, forward(from, source))).await?.seq;
    assert!(f.sees(cleo, picture).await?);
    let own = f.draft(to, ben, show(&[picture], "mine?"));
    assert_eq!(
        f.refusal(own).await?,
        AppendRefusal::NoMedia,
        "it stays another's"
    );
    f.delete(from, ann, source).await?;
    f.sweep_media().await?;
    assert!(f.sees(cleo, picture).await?);
    f.delete(to, ben, copy).await?;
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());
    assert_eq!(f.media.used(ann.id).await?, 0);
    Ok(())
}

/// While a message is deleted it is forwarded: either it is not there any more, or its media stay.
pub async fn what_is_deleted_is_forwarded_or_gone(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (from, to) = (f.group(ann, &[ben]).await?, f.group(ben, &[]).await?);
    for _ in 0..20 {
        let picture = f.picture(ann).await?;
        let source = f.show(from, ann, &[picture]).await?.seq;
        let appends = [
            f.draft(from, ann, delete(source)),
            f.draft(to, ben, forward(from, source)),
        ];
        let (log, media, now) = (f.log.clone(), f.media.clone(), f.tick());
        let sweeps = at_once((0..4).map(|_| {
            let media = media.clone();
            async move { media.sweep(now).await }
        }));
        let appended = at_once(appends.map(|append| {
            let log = log.clone();
            async move { log.append(append).await }
        }));
        let (appended, swept) = tokio::join!(appended, sweeps);
        for swept in swept {
            swept?;
        }
        let [deleted, copy]: [Result<Appended, StoreError>; 2] = appended.try_into().expect("two answers");
        assert!(matches!(deleted?, Appended::New(_)));
        f.sweep_media().await?;
        let found = f.media.find_any(picture).await?.is_some();
        match copy? {
            Appended::New(_) => assert!(found, "a message shows it"),
            Appended::Refused(AppendRefusal::NoTarget) => assert!(!found, "nothing shows it"),
            other => panic!("{other:?}"),
        }
    }
    Ok(())
}
