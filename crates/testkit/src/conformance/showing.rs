//! Messages that show media.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Event, FileName, Media, Seq, What};
use parlor_ports::{Append, AppendRefusal, Appended, Clock, HistoryRange, StoreError};

use super::Tested;
use crate::{Fixture, at_once, blob, message, polled_in_order, reply, show};

fn media(event: &Event) -> &[Media] {
    match &event.what {
        What::Message(message) => &message.media,
        other => panic!("no message: {other:?}"),
    }
}

/// A message shows its media in its order, all that is known of each, wherever it is read.
pub async fn a_message_shows_its_media(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let (picture, voice) = (
        f.new_media(ann, blob("tea")).await?,
        f.new_voice(ann, blob("hm")).await?,
    );
    let expected = [voice.media.clone(), picture.media.clone()];
    let ids = [f.keep(voice).await?, f.keep(picture).await?];
    let shown = f.append(f.draft(room, ann, show(&ids, "look"))).await?;
    assert_eq!(media(&shown), expected);
    let bare = f.show(room, ann, &ids[..1]).await?;
    assert!(
        matches!(&bare.what, What::Message(message) if message.body.as_ref().is_some_and(|body| body.as_str().is_empty()))
    );

    let stored = f.events(room).await?;
    assert_eq!(stored[stored.len() - 2..], [shown.clone(), bare.clone()]);
    assert_eq!(f.log.message(room, ben.id, shown.seq).await?, Some(shown.clone()));
    let page = f.history(room, ben, HistoryRange::Newest, 10).await?;
    assert_eq!(page.messages, [shown, bare.clone()]);
    assert_eq!(f.view(room, ben).await?.last_message, Some(bare.clone()));

    f.edit(room, ann, bare.seq, "a word").await?;
    let edited = f.log.message(room, ben.id, bare.seq).await?.expect("it is there");
    assert_eq!(media(&edited), &expected[..1], "an edit changes the text");
    Ok(())
}

/// A message shows what its sender has uploaded, and nothing else; what is refused stores nothing.
pub async fn only_own_media_can_be_shown(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let (own, others, forgotten) = (
        f.picture(ann).await?,
        f.picture(ben).await?,
        f.picture(ann).await?,
    );
    f.show(room, ben, &[others]).await?;
    f.media.forget(forgotten, ann.id).await?;
    let count = f.heard.len();
    for media in [others, forgotten, f.media_id()] {
        let append = f.draft(room, ann, show(&[own, media], "look"));
        assert_eq!(f.refusal(append.clone()).await?, AppendRefusal::NoMedia);
        let other = Append {
            draft: show(&[media], ""),
            ..append
        };
        assert_eq!(f.refusal(other).await?, AppendRefusal::NoMedia);
    }
    let end = f.stored(own).await?.at + Duration::from_hours(24);
    let late = Append {
        at: end,
        ..f.draft(room, ann, show(&[own], "look"))
    };
    assert_eq!(f.refusal(late.clone()).await?, AppendRefusal::NoMedia);
    assert_eq!(f.heard.len(), count);
    f.append(Append {
        at: end - Duration::from_micros(1),
        ..late
    })
    .await?;
    Ok(())
}

/// Where several reasons hold, media comes after who may write, and after what is answered.
pub async fn media_is_looked_at_last(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let nothing = [f.media_id()];
    let stranger = f.draft(room, ben, show(&nothing, "look"));
    assert_eq!(f.refusal(stranger).await?, AppendRefusal::NoRoom);
    let mut answer = reply(Seq(999), "look");
    if let parlor_domain::Draft::Message { media, .. } = &mut answer {
        media.extend(nothing);
    }
    let answer = f.draft(room, ann, answer);
    assert_eq!(f.refusal(answer).await?, AppendRefusal::NoTarget);
    let first = f.draft(room, ann, message("hello"));
    f.append(first.clone()).await?;
    let other = Append {
        draft: show(&nothing, "hello"),
        ..first
    };
    assert_eq!(f.refusal(other).await?, AppendRefusal::Conflict);
    Ok(())
}

/// What a message shows does not expire, and can be shown again.
pub async fn media_in_use_does_not_expire(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let picture = f.picture(ann).await?;
    f.show(room, ann, &[picture, picture]).await?;
    f.clock.advance(Duration::from_hours(10_000));
    f.sweep_media().await?;
    f.stored(picture).await?;
    f.show(room, ann, &[picture]).await?;
    assert_eq!(f.media.used(ann.id).await?, 1_000);
    Ok(())
}

/// A message that is sent again is known by its media and their order, also when they are long gone.
pub async fn a_repeated_message_is_known_by_its_media(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let (one, two) = (f.picture(ann).await?, f.picture(ann).await?);
    let shown = f.draft(room, ann, show(&[one, two], "look"));
    let again = |draft| Append {
        draft,
        ..shown.clone()
    };
    let answers = polled_in_order((0..5).map(|_| f.log.append(shown.clone()))).await;
    let mut new = 0;
    for answer in answers {
        new += usize::from(matches!(answer?, Appended::New(_)));
    }
    assert_eq!(new, 1);
    let first = f.known(shown.clone()).await?;
    assert_eq!(media(&first).len(), 2);
    for other in [
        show(&[two, one], "look"),
        show(&[one], "look"),
        message("look"),
        show(&[one, two], "look!"),
    ] {
        assert_eq!(f.refusal(again(other)).await?, AppendRefusal::Conflict);
    }
    f.delete(room, ann, first.seq).await?;
    f.sweep_media().await?;
    assert!(f.media.find_any(one).await?.is_none());
    let known = f.known(shown.clone()).await?;
    assert_eq!((known.seq, media(&known)), (first.seq, &[][..]));
    assert_eq!(
        f.refusal(again(show(&[one], "look"))).await?,
        AppendRefusal::Conflict
    );
    Ok(())
}

/// A message that is deleted shows nothing, to nobody; with the last one that showed it, media is forgotten, and its bytes are
/// not needed.
pub async fn a_deleted_message_shows_nothing(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (room, other) = (f.group(ann, &[ben]).await?, f.group(ann, &[]).await?);
    let picture = f.picture(ann).await?;
    let key = f.stored(picture).await?.files[0].key.clone();
    let first = f.show(room, ann, &[picture]).await?;
    let second = f.show(other, ann, &[picture]).await?;
    assert!(f.sees(ben, picture).await?);
    f.delete(room, ann, first.seq).await?;
    assert!(!f.sees(ben, picture).await?, "he was shown the other one never");
    for event in f.events(room).await? {
        if let What::Message(message) = &event.what {
            assert_eq!((&message.body, &*message.media), (&None, &[][..]));
        }
    }
    f.sweep_media().await?;
    assert!(f.sees(ann, picture).await?);
    assert_eq!(media(&f.events(other).await?[1]).len(), 1);

    f.delete(other, ann, second.seq).await?;
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());
    assert_eq!(f.media.unneeded(0, 10).await?, [key]);
    assert_eq!(f.media.used(ann.id).await?, 0);
    Ok(())
}

/// What is said and deleted in the same instant leaves nothing.
pub async fn media_shown_and_deleted_in_the_same_instant_is_forgotten(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let picture = f.picture(ann).await?;
    let seq = f.view(room, ann).await?.head.position.seq.next();
    let shown = f.draft(room, ann, show(&[picture], "look"));
    let deleted = f.draft(room, ann, crate::delete(seq));
    for answer in polled_in_order([f.log.append(shown), f.log.append(deleted)]).await {
        assert!(matches!(answer?, Appended::New(_)));
    }
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());
    Ok(())
}

/// With a room goes what was shown in it, and with somebody's messages what he showed.
pub async fn media_goes_with_rooms_and_with_accounts(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (room, kept) = (f.group(ann, &[ben]).await?, f.group(ann, &[ben]).await?);
    let (anns, bens) = (f.picture(ann).await?, f.picture(ben).await?);
    f.show(room, ann, &[anns]).await?;
    f.show(kept, ben, &[bens]).await?;
    f.rooms.delete(room, ann, f.tick()).await?;
    f.sweep_media().await?;
    assert!(f.media.find_any(anns).await?.is_none());
    let erased = f.events(room).await?;
    let shown = erased
        .iter()
        .filter(|event| matches!(event.what, What::Message(_)));
    assert!(shown.map(|event| media(event)).all(<[_]>::is_empty));

    assert!(f.sees(ann, bens).await?);
    assert!(f.users.delete(ben.id, true, f.tick()).await?);
    f.heard
        .wait(|| {
            let mut log = f.heard.events(kept).into_iter();
            log.any(|event| matches!(event.what, What::MessageDeleted { .. }))
                .then_some(())
        })
        .await;
    f.sweep_media().await?;
    assert!(f.media.find_any(bens).await?.is_none());
    Ok(())
}

/// While the last message that shows media is deleted another is sent with it: either that is refused, or it shows media that
/// stays.
pub async fn media_is_shown_again_or_forgotten(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let rooms = [f.group(ann, &[]).await?, f.group(ann, &[]).await?];
    for round in 0..20 {
        let picture = f.picture(ann).await?;
        let first = f.show(rooms[0], ann, &[picture]).await?;
        let end = f.draft(rooms[0], ann, crate::delete(first.seq));
        let again = f.draft(rooms[round % 2], ann, show(&[picture], "again"));
        let now = f.clock.now();
        let (log, media) = (f.log.clone(), f.media.clone());
        let sweeps = at_once((0..4).map(|_| {
            let media = media.clone();
            async move { media.sweep(now).await }
        }));
        let appends = at_once([end, again].map(|append| {
            let log = log.clone();
            async move { log.append(append).await }
        }));
        let (appended, swept) = tokio::join!(appends, sweeps);
        for swept in swept {
            swept?;
        }
        let [deleted, shown]: [Result<Appended, StoreError>; 2] = appended.try_into().expect("two answers");
        assert!(matches!(deleted?, Appended::New(_)));
        f.sweep_media().await?;
        let found = f.media.find_any(picture).await?.is_some();
        match shown? {
            Appended::New(_) => assert!(found, "a message shows it"),
            Appended::Refused(AppendRefusal::NoMedia) => assert!(!found, "nothing shows it"),
            other => panic!("{other:?}"),
        }
    }
    Ok(())
}

/// The same media is shown in many rooms at once.
pub async fn media_is_shown_in_many_rooms_at_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut pictures = Vec::new();
    for _ in 0..4 {
        pictures.push(f.picture(ann).await?);
    }
    let mut rooms = Vec::new();
    for _ in 0..8 {
        rooms.push(f.group(ann, &[]).await?);
    }
    let sent = at_once((0..80).map(|n| {
        let mut media = pictures.clone();
        media.rotate_left(n % 4);
        let append = f.draft(rooms[n % 8], ann, show(&media, "look"));
        let log = f.log.clone();
        async move { log.append(append).await }
    }));
    let mut seqs = Vec::new();
    for (n, sent) in sent.await.into_iter().enumerate() {
        match sent? {
            Appended::New(event) => seqs.push((rooms[n % 8], event.seq)),
            other => panic!("{other:?}"),
        }
    }
    let deleted = at_once(seqs.into_iter().map(|(room, seq)| {
        let (log, append) = (f.log.clone(), f.draft(room, ann, crate::delete(seq)));
        async move { log.append(append).await }
    }));
    for deleted in deleted.await {
        assert!(matches!(deleted?, Appended::New(_)));
    }
    f.sweep_media().await?;
    assert_eq!(f.media.used(ann.id).await?, 0);
    Ok(())
}

/// What is said of media counts as text: a page of many of them ends early.
pub async fn pages_of_media_are_not_huge(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let mut pictures = Vec::new();
    for n in 0..10 {
        let mut new = f.new_media(ann, blob(&n.to_string())).await?;
        new.media.name = FileName::tame(&"\u{1f375}".repeat(200));
        pictures.push(f.keep(new).await?);
    }
    for _ in 0..40 {
        f.show(room, ann, &pictures).await?;
    }
    let page = f.log.events_after(room.into(), Seq::ZERO).await?;
    assert!((2..=12).contains(&page.len()), "{} events", page.len());
    let page = f.history(room, ann, HistoryRange::Newest, 200).await?;
    assert!((2..=30).contains(&page.messages.len()) && page.more);
    let all: Vec<Arc<Event>> = f.events(room).await?;
    assert_eq!(all.len(), 41);
    Ok(())
}
