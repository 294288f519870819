//! Status updates: who sees them, who is told, and what is left when they end.

use std::collections::BTreeSet;
use std::time::Duration;

use parlor_domain::{Called, Draft, PageSize, StatusAudience, StatusId, UserRef, What};
use parlor_ports::{
    Append, AppendRefusal, Appended, Clock, NewContact, NewStatus, StatusPut, StatusRefusal, StatusSide,
    StatusView, StoreError,
};

use super::Tested;
use crate::{Fixture, at_once, blob, key, text};

/// Four people, of whom the first knows the next two.
async fn acquaintances(f: &Fixture) -> Result<[UserRef; 4], StoreError> {
    let [ann, ben, cleo, dora] = f.people(["ann", "ben", "cleo", "dora"]).await?;
    f.know(ann, ben).await?;
    f.know(ann, cleo).await?;
    f.know(dora, ann).await?;
    Ok([ann, ben, cleo, dora])
}

/// The refusal of a status.
async fn refusal(f: &Fixture, new: NewStatus) -> Result<StatusRefusal, StoreError> {
    match f.statuses.post(new).await? {
        StatusPut::Refused(refusal) => Ok(refusal),
        other => panic!("posted: {other:?}"),
    }
}

/// How many look at a status.
async fn views(f: &Fixture, author: UserRef, status: StatusId) -> Result<u64, StoreError> {
    let view = f.statuses.find(status, author.id, f.clock.now()).await?;
    match view.expect("it is hers").side {
        StatusSide::Own { views, .. } => Ok(views),
        other => panic!("not her own: {other:?}"),
    }
}

/// A status is seen by the author's contacts, each of whom is told of it once and sees it from then on.
pub async fn contacts_see_a_status_when_they_are_told(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = acquaintances(f).await?;
    let status = f.post(f.new_status(ann, "tea")).await?;
    assert_eq!((status.author, &status.body), (ann, &text("tea")));
    for person in [ben, cleo, dora] {
        assert!(!f.sees_status(person, status.id).await?, "nobody was told");
    }
    assert!(f.tell_statuses().await? > 0);
    assert_eq!(f.tell_statuses().await?, 0);
    let told = What::StatusPosted {
        status: status.id,
        author: ann,
        expires_at: status.expires_at,
    };
    for (person, sees) in [(ann, false), (ben, true), (cleo, true), (dora, false)] {
        let shown = StatusView {
            status: status.clone(),
            side: StatusSide::Others { viewed: false },
        };
        assert_eq!(f.feed(person).await?, Vec::from_iter(sees.then_some(shown)));
        let expected = Vec::from_iter((sees || person == ann).then(|| told.clone()));
        assert_eq!(f.told_of_statuses(person).await?, expected);
        assert_eq!(f.heard.events(person.id), f.events(person.id).await?);
    }
    let own = f.statuses.own(ann.id, f.clock.now()).await?;
    assert_eq!((own.statuses.len(), own.next), (1, None));
    assert_eq!(own.statuses[0].status, status);
    assert!(!f.sees_status(dora, status.id).await?);
    f.know(ann, dora).await?;
    f.tell_statuses().await?;
    assert!(
        !f.sees_status(dora, status.id).await?,
        "she was no contact when it was posted"
    );
    Ok(())
}

/// A status is seen by all contacts but some, or only by some, and by nobody who is no contact.
pub async fn an_audience_is_all_but_some_or_only_some(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = acquaintances(f).await?;
    for (audience, seen_by) in [
        (StatusAudience::Contacts, vec![ben, cleo]),
        (StatusAudience::Except(vec![ben.id, dora.id]), vec![cleo]),
        (StatusAudience::Except(vec![]), vec![ben, cleo]),
        (StatusAudience::Only(vec![ben.id, dora.id]), vec![ben]),
        (StatusAudience::Only(vec![ann.id, f.nobody()]), vec![]),
        (StatusAudience::Only(vec![]), vec![]),
    ] {
        let new = NewStatus {
            audience: audience.clone(),
            ..f.new_status(ann, "tea")
        };
        let status = f.post_and_tell(new).await?;
        for person in [ben, cleo, dora] {
            let sees = f.sees_status(person, status.id).await?;
            assert_eq!(sees, seen_by.contains(&person), "{audience:?}");
        }
        let own = f.statuses.find(status.id, ann.id, f.clock.now()).await?;
        let kind = audience.kind();
        let side = StatusSide::Own {
            audience: kind,
            views: 0,
        };
        assert_eq!(own.map(|view| view.side), Some(side));
    }
    Ok(())
}

/// People are told fifty at a time, by whoever comes: each exactly once, whoever else tells at the same time.
pub async fn everybody_is_told_exactly_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("person", 120).await?;
    for person in &crowd {
        let contact = NewContact {
            most: 200,
            ..f.new_contact(ann, *person)
        };
        f.contacts.put(contact).await?;
    }
    let status = f.post(f.new_status(ann, "tea")).await?;
    let told = async || -> Result<usize, StoreError> {
        let mut told = 0;
        for person in &crowd {
            let news = f.told_of_statuses(*person).await?;
            assert!(news.len() <= 1, "{news:?}");
            assert_eq!(f.sees_status(*person, status.id).await?, news.len() == 1);
            told += news.len();
        }
        Ok(told)
    };
    assert!(f.statuses.tell(f.tick()).await?);
    assert_eq!(told().await?, 50);
    let steps = at_once((0..8).map(|_| {
        let (statuses, now) = (f.statuses.clone(), f.tick());
        async move { statuses.tell(now).await }
    }));
    for step in steps.await {
        step?;
    }
    f.tell_statuses().await?;
    assert_eq!(told().await?, 120);
    assert!(f.statuses.remove(status.id, ann, f.tick()).await?);
    for person in &crowd {
        assert!(!f.sees_status(*person, status.id).await?, "it is gone at once");
    }
    let steps = at_once((0..8).map(|_| {
        let (statuses, now) = (f.statuses.clone(), f.tick());
        async move { statuses.tell(now).await }
    }));
    for step in steps.await {
        step?;
    }
    f.tell_statuses().await?;
    let removed = What::StatusRemoved {
        status: status.id,
        author: ann,
    };
    for person in &crowd {
        let news = f.told_of_statuses(*person).await?;
        assert_eq!((news.len(), news.last()), (2, Some(&removed)));
    }
    Ok(())
}

/// A status that its author takes back is gone at once; those who saw it are told, once, and nobody else is.
pub async fn a_status_is_taken_back(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = acquaintances(f).await?;
    let seen = f.post_and_tell(f.new_status(ann, "tea")).await?;
    let unseen = f.post(f.new_status(ann, "cake")).await?;
    for thief in [ben, dora] {
        assert!(!f.statuses.remove(seen.id, thief, f.tick()).await?);
    }
    for status in [seen.id, unseen.id] {
        assert!(f.statuses.remove(status, ann, f.tick()).await?);
        assert!(!f.statuses.remove(status, ann, f.tick()).await?);
        assert!(!f.statuses.mark_viewed(status, ben, f.tick()).await?);
        let now = f.clock.now();
        assert_eq!(f.statuses.find(status, ann.id, now).await?, None);
        let page = f.statuses.views(status, ann.id, None, PageSize::MAX, now).await?;
        assert_eq!(page, None);
    }
    assert!(!f.sees_status(ben, seen.id).await?);
    f.tell_statuses().await?;
    let removed = |status| What::StatusRemoved { status, author: ann };
    for person in [ben, cleo] {
        let told = f.told_of_statuses(person).await?;
        assert_eq!((told.len(), told.last()), (2, Some(&removed(seen.id))));
    }
    let own = f.told_of_statuses(ann).await?;
    assert_eq!(own[2..], [removed(seen.id), removed(unseen.id)]);
    assert!(f.told_of_statuses(dora).await?.is_empty());
    f.erase_statuses().await?;
    assert_eq!(f.erase_statuses().await?, 0, "it was erased before its time");
    Ok(())
}

/// Whoever is no contact any more, or is blocked or blocks, sees a status no more from that moment on, and is told that it is gone;
/// what is posted later he neither sees nor hears of.
pub async fn nobody_sees_a_status_across_a_block(f: &Fixture) -> Tested {
    type Parting = (&'static str, bool);
    for (n, (how, sees_later)) in [
        ("removed", false),
        ("blocked by the author", false),
        ("blocks the author", false),
        ("removed from the viewer's list", true),
    ]
    .into_iter()
    .enumerate()
    .collect::<Vec<(usize, Parting)>>()
    {
        let ann = f.person(&format!("ann{n}")).await?;
        let ben = f.person(&format!("ben{n}")).await?;
        f.know(ann, ben).await?;
        f.know(ben, ann).await?;
        let status = f.post_and_tell(f.new_status(ann, "tea")).await?;
        let waiting = f.post(f.new_status(ann, "cake")).await?;
        assert!(f.statuses.mark_viewed(status.id, ben, f.tick()).await?);
        assert_eq!(views(f, ann, status.id).await?, 1);
        match n {
            0 => assert!(f.contacts.remove(ann, ben.id, f.tick()).await?),
            1 => f.block(ann, ben).await?,
            2 => f.block(ben, ann).await?,
            _ => assert!(f.contacts.remove(ben, ann.id, f.tick()).await?),
        }
        f.tell_statuses().await?;
        for seen in [status.id, waiting.id] {
            assert_eq!(f.sees_status(ben, seen).await?, sees_later, "{how}");
        }
        assert_eq!(views(f, ann, status.id).await?, u64::from(sees_later));
        let told = f.told_of_statuses(ben).await?;
        let removed = What::StatusRemoved {
            status: status.id,
            author: ann,
        };
        assert_eq!(told.contains(&removed), !sees_later, "{how}");
        assert_eq!(told.len(), 3, "posted, viewed, and one more: {told:?}");
        let later = f.post_and_tell(f.new_status(ann, "pie")).await?;
        assert_eq!(f.sees_status(ben, later.id).await?, sees_later, "{how}");
    }
    Ok(())
}

/// A status ends by itself: from that moment on it is as if it had never been, and nothing of it is left once it was erased.
pub async fn a_status_ends_by_itself(f: &Fixture) -> Tested {
    let [ann, ben, ..] = acquaintances(f).await?;
    let picture = f.picture(ann).await?;
    let new = NewStatus {
        media: Some(picture),
        ..f.new_status(ann, "tea")
    };
    let status = f.post_and_tell(new).await?;
    let untold = f.post(f.new_status(ann, "cake")).await?;
    assert!(f.statuses.mark_viewed(status.id, ben, f.tick()).await?);
    assert_eq!(f.erase_statuses().await?, 0);
    f.sweep_media().await?;
    let told = f.told_of_statuses(ben).await?;

    f.clock.advance(Duration::from_hours(24));
    let now = f.clock.now();
    assert!(!f.sees_status(ben, status.id).await? && !f.sees(ben, picture).await?);
    assert_eq!(f.statuses.find(status.id, ann.id, now).await?, None);
    assert!(f.statuses.own(ann.id, now).await?.statuses.is_empty());
    let page = f
        .statuses
        .views(status.id, ann.id, None, PageSize::MAX, now)
        .await?;
    assert_eq!(page, None);
    assert!(!f.statuses.mark_viewed(status.id, ben, now).await?);
    assert!(!f.statuses.remove(status.id, ann, now).await?);
    assert!(!f.statuses.tell(now).await?, "{:?}", untold.id);
    assert_eq!(f.told_of_statuses(ben).await?, told, "that it ends is not told");

    assert_eq!(f.erase_statuses().await?, 2);
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());
    let again = NewStatus {
        id: status.id,
        ..f.new_status(ann, "pie")
    };
    f.post_and_tell(again).await?;
    assert_eq!(views(f, ann, status.id).await?, 0, "nothing was left of it");
    Ok(())
}

/// Whoever looks at a status while it ends has looked in time or has not.
pub async fn a_status_is_looked_at_while_it_ends(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("person", 10).await?;
    for person in &crowd {
        f.know(ann, *person).await?;
    }
    let status = f.post_and_tell(f.new_status(ann, "tea")).await?;
    let (before, after) = (status.expires_at - Duration::from_micros(1), status.expires_at);
    let looks = crowd.iter().map(|person| {
        let (statuses, person) = (f.statuses.clone(), *person);
        async move {
            let looked = statuses.mark_viewed(status.id, person, before).await?;
            let late = statuses.mark_viewed(status.id, person, after).await?;
            let read = statuses.find(status.id, person.id, after).await?;
            let erased = statuses.erase(after).await?;
            assert!(!late && read.is_none());
            Ok::<_, StoreError>((looked, erased))
        }
    });
    let mut looked = BTreeSet::new();
    for (person, outcome) in crowd.iter().zip(at_once(looks).await) {
        if outcome?.0 {
            looked.insert(person.id);
        }
    }
    for person in &crowd {
        let told = f.told_of_statuses(*person).await?;
        assert_eq!(told.len() == 2, looked.contains(&person.id));
    }
    f.clock.advance(Duration::from_hours(25));
    assert_eq!(f.erase_statuses().await?, 0);
    Ok(())
}

/// Who has looked is noted once, told to his other devices, and listed to the author alone.
pub async fn looking_is_noted_once(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = acquaintances(f).await?;
    let status = f.post_and_tell(f.new_status(ann, "tea")).await?;
    for outsider in [ann, dora] {
        assert!(!f.statuses.mark_viewed(status.id, outsider, f.tick()).await?);
    }
    let mut first = Vec::new();
    for person in [ben, cleo] {
        let at = f.tick();
        first.push((person, at));
        assert!(f.statuses.mark_viewed(status.id, person, at).await?);
        assert!(f.statuses.mark_viewed(status.id, person, f.tick()).await?);
        let told = f.told_of_statuses(person).await?;
        let viewed = What::StatusViewed {
            status: status.id,
            author: ann,
        };
        assert_eq!((told.len(), told.last()), (2, Some(&viewed)));
        let feed = f.feed(person).await?;
        assert_eq!(feed[0].side, StatusSide::Others { viewed: true });
    }
    assert_eq!(f.told_of_statuses(ann).await?.len(), 1, "the author is not told");
    assert_eq!(views(f, ann, status.id).await?, 2);
    let (now, size) = (f.clock.now(), PageSize::clamped(1));
    for outsider in [ben, dora] {
        let page = f.statuses.views(status.id, outsider.id, None, size, now).await?;
        assert_eq!(page, None);
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = f.statuses.views(status.id, ann.id, after, size, now).await?;
        let page = page.expect("it is hers");
        listed.extend(page.views.iter().map(|seen| (seen.user, seen.at)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    first.sort_by_key(|(person, _)| person.id);
    assert_eq!(listed, first);
    Ok(())
}

/// Media of a status is seen by those who see the status, and is kept as long as it is.
pub async fn media_is_as_visible_as_its_status(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = acquaintances(f).await?;
    let picture = f.picture(ann).await?;
    let new = NewStatus {
        media: Some(picture),
        audience: StatusAudience::Except(vec![cleo.id]),
        ..f.new_status(ann, "tea")
    };
    let status = f.post_and_tell(new).await?;
    assert_eq!(status.media.as_ref().map(|media| media.id), Some(picture));
    for (viewer, sees) in [(ann, true), (ben, true), (cleo, false), (dora, false)] {
        assert_eq!(f.sees(viewer, picture).await?, sees);
    }
    assert!(!f.media.forget(picture, ann.id).await?, "a status uses it");
    f.clock.advance(Duration::from_hours(23));
    f.sweep_media().await?;
    assert!(f.sees(ben, picture).await?);
    f.block(ann, ben).await?;
    assert!(!f.sees(ben, picture).await?);
    assert!(f.statuses.remove(status.id, ann, f.tick()).await?);
    f.tell_statuses().await?;
    f.erase_statuses().await?;
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());

    let [others, expired, voice] = [
        f.picture(ben).await?,
        f.picture(ann).await?,
        f.keep(f.new_voice(ann, blob("hm")).await?).await?,
    ];
    f.clock.advance(Duration::from_hours(24));
    let late = f.keep(f.new_voice(ann, blob("ah")).await?).await?;
    for (media, refused) in [
        (others, StatusRefusal::NoMedia),
        (f.media_id(), StatusRefusal::NoMedia),
        (expired, StatusRefusal::NoMedia),
        (voice, StatusRefusal::NoMedia),
        (late, StatusRefusal::NoPicture),
    ] {
        let new = NewStatus {
            media: Some(media),
            ..f.new_status(ann, "tea")
        };
        assert_eq!(refusal(f, new).await?, refused);
    }
    Ok(())
}

/// A person has so many statuses at a time, and a repeated request posts one.
pub async fn there_are_so_many_statuses(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let named = |body: &str, most: u32| NewStatus {
        client_id: Some(key("one")),
        most,
        ..f.new_status(ann, body)
    };
    let first = f.post(named("tea", 2)).await?;
    match f.statuses.post(named("tea", 1)).await? {
        StatusPut::Known(view) => assert_eq!(view.status, first),
        other => panic!("{other:?}"),
    }
    assert_eq!(refusal(f, named("cake", 2)).await?, StatusRefusal::Conflict);
    let plain = || NewStatus {
        most: 2,
        ..f.new_status(ann, "pie")
    };
    f.post(plain()).await?;
    assert_eq!(refusal(f, plain()).await?, StatusRefusal::TooMany);
    assert!(f.statuses.remove(first.id, ann, f.tick()).await?);
    f.post(named("cake", 2)).await?;
    assert_eq!(refusal(f, plain()).await?, StatusRefusal::TooMany);
    f.clock.advance(Duration::from_hours(24));
    f.post(named("tea", 2)).await?;
    let nobody = NewStatus {
        author: UserRef {
            id: f.nobody(),
            number: 99,
        },
        ..f.new_status(ann, "tea")
    };
    assert_eq!(refusal(f, nobody).await?, StatusRefusal::NoAuthor);
    Ok(())
}

/// With an account go its statuses at once, and what it has looked at soon after.
pub async fn a_deleted_account_has_no_statuses(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = acquaintances(f).await?;
    let status = f.post_and_tell(f.new_status(ann, "tea")).await?;
    let of_dora = f.post_and_tell(f.new_status(dora, "cake")).await?;
    assert!(f.statuses.mark_viewed(of_dora.id, ann, f.tick()).await?);
    assert_eq!(views(f, dora, of_dora.id).await?, 1);
    assert!(f.users.delete(ann.id, false, f.tick()).await?);
    for person in [ben, cleo] {
        assert!(!f.sees_status(person, status.id).await?);
    }
    assert_eq!(
        refusal(f, f.new_status(ann, "pie")).await?,
        StatusRefusal::NoAuthor
    );
    f.tell_statuses().await?;
    let removed = What::StatusRemoved {
        status: status.id,
        author: ann,
    };
    for person in [ben, cleo] {
        let told = f.heard.wait(|| {
            let told = f.heard.events(person.id);
            told.iter().any(|event| event.what == removed).then_some(())
        });
        told.await;
        let told = f.told_of_statuses(person).await?;
        assert_eq!((told.len(), told.last()), (2, Some(&removed)));
    }
    // What others are not told of is tried until it is so.
    while views(f, dora, of_dora.id).await? > 0 {
        tokio::task::yield_now().await;
    }
    f.erase_statuses().await?;
    Ok(())
}

/// A message that answers a status names it as long as it says something, and a repeated one is known by it.
pub async fn an_answer_names_its_status(f: &Fixture) -> Tested {
    let [ann, ben, ..] = acquaintances(f).await?;
    let status = f.post_and_tell(f.new_status(ann, "tea")).await?;
    let room = f.direct(ben, ann).await?;
    let answer = |status: Option<StatusId>| Draft::Message {
        body: text("enjoy"),
        media: Vec::new(),
        called: Called::default(),
        reply_to: None,
        status,
    };
    let append = f.draft(room, ben, answer(Some(status.id)));
    let said = f.append(append.clone()).await?;
    let names = |what: &What| match what {
        What::Message(message) => message.status,
        other => panic!("no message: {other:?}"),
    };
    assert_eq!(names(&said.what), Some(status.id));
    assert_eq!(f.events(room).await?.last(), Some(&said));
    let other = Append {
        draft: answer(None),
        ..append
    };
    let refused = f.log.append(other).await?;
    assert!(matches!(refused, Appended::Refused(AppendRefusal::Conflict)));
    f.edit(room, ben, said.seq, "enjoy it").await?;
    let now = f.log.message(room, ann.id, said.seq).await?.expect("it is there");
    assert_eq!(names(&now.what), Some(status.id));
    f.delete(room, ben, said.seq).await?;
    let now = f.log.message(room, ann.id, said.seq).await?.expect("it is there");
    assert_eq!(names(&now.what), None);
    Ok(())
}
