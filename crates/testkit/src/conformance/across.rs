//! Messages across rooms.

use std::cmp::Reverse;
use std::sync::Arc;

use parlor_domain::{Event, RoomId, Seq, UserRef, What};
use parlor_ports::StoreError;

use super::Tested;
use crate::{Fixture, SeededEntropy};

/// What some of the messages say, and how many there are.
async fn page(
    f: &Fixture,
    viewer: UserRef,
    room: Option<RoomId>,
    skip: u64,
    most: usize,
) -> Result<(String, u64), StoreError> {
    let page = f.log.said(viewer.id, room, skip, most).await?;
    let texts: Vec<&str> = page.messages.iter().map(|event| text(event)).collect();
    Ok((texts.join(" "), page.count))
}

fn text(event: &Event) -> &str {
    match &event.what {
        What::Message(message) => message.body.as_ref().expect("it was not deleted").as_str(),
        other => panic!("no message: {other:?}"),
    }
}

fn texts(texts: &str, count: u64) -> (String, u64) {
    (texts.to_owned(), count)
}

/// Messages of all rooms, or of one, come newest first, in pages, with how many there are in all.
pub async fn messages_of_all_rooms_come_newest_first(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    assert_eq!(page(f, ann, None, 0, 10).await?, texts("", 0));
    let rooms = [
        f.group(ann, &[ben]).await?,
        f.direct(ann, ben).await?,
        f.channel(ann, &[ben]).await?,
        f.group(ann, &[ben]).await?,
    ];
    for (n, room) in [0, 1, 0, 0, 2, 1, 0].into_iter().enumerate() {
        f.say(rooms[room], ann, &(n + 1).to_string()).await?;
    }
    for (skip, most, expected) in [
        (0, 100, "7 6 5 4 3 2 1"),
        (0, 1, "7"),
        (1, 3, "6 5 4"),
        (5, 2, "2 1"),
        (6, 2, "1"),
        (7, 2, ""),
        (u64::MAX, 10, ""),
        (2, 0, ""),
    ] {
        for viewer in [ann, ben] {
            let found = page(f, viewer, None, skip, most).await?;
            assert_eq!(found, texts(expected, 7), "{most} after {skip}");
        }
    }
    for (room, all, count) in [(0, "7 4 3 1", 4), (1, "6 2", 2), (2, "5", 1), (3, "", 0)] {
        let found = page(f, ben, Some(rooms[room]), 0, 10).await?;
        assert_eq!(found, texts(all, count));
    }
    assert_eq!(page(f, ben, Some(rooms[0]), 1, 2).await?, texts("4 3", 4));
    Ok(())
}

/// What was deleted is not among them, nor what was before one joined, nor what is said where one takes no part or is no member.
pub async fn only_what_is_seen_is_among_them(f: &Fixture) -> Tested {
    let bot = f.bot("news-bot").await?;
    f.announce(bot, "welcome").await?;
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let discreet = f.discreet_group(ann, &[]).await?;
    for body in ["1", "2"] {
        f.say(discreet, ann, body).await?;
    }
    f.join(discreet, ben).await?;
    let three = f.say(discreet, ann, "3").await?;
    let four = f.say(discreet, ann, "4").await?.seq;
    f.edit(discreet, ann, three.seq, "three").await?;
    f.delete(discreet, ann, four).await?;
    let (notes, others) = (f.direct(ben, ben).await?, f.group(ann, &[]).await?);
    f.say(notes, ben, "a note").await?;
    f.say(others, ann, "nothing for ben").await?;
    f.announce(bot, "hello").await?;
    assert_eq!(page(f, ben, None, 0, 10).await?, texts("three", 1));
    let found = f.log.said(ben.id, None, 0, 10).await?.messages;
    assert_eq!(
        found.first(),
        f.log.message(discreet, ben.id, three.seq).await?.as_ref()
    );
    let hers = texts("nothing for ben three 2 1", 4);
    assert_eq!(page(f, ann, None, 0, 10).await?, hers);
    for room in [notes, others, f.room_id()] {
        assert_eq!(page(f, ben, Some(room), 0, 10).await?, texts("", 0));
    }

    let newer = f.group(ann, &[ben]).await?;
    f.say(newer, ann, "newer").await?;
    f.attend(discreet, ben, false).await?;
    assert_eq!(page(f, ben, None, 0, 10).await?, texts("newer", 1));
    assert_eq!(page(f, ben, Some(discreet), 0, 10).await?, texts("", 0));
    f.attend(discreet, ben, true).await?;
    assert_eq!(page(f, ben, None, 0, 10).await?, texts("newer three", 2));
    f.leave(newer, ben).await?;
    let newest = async |viewer: UserRef, skip, most| -> Result<String, StoreError> {
        let found = f.log.newest_said(discreet, viewer.id, skip, most).await?;
        let texts: Vec<&str> = found.iter().map(|event| text(event)).collect();
        Ok(texts.join(" "))
    };
    let five = f.say(discreet, ann, "5").await?.seq;
    assert_eq!(newest(ben, 0, 10).await?, "5 three");
    assert_eq!(
        (newest(ben, 0, 1).await?, newest(ben, 1, 1).await?),
        ("5".into(), "three".into())
    );
    f.delete(discreet, ann, five).await?;
    assert_eq!(newest(ben, 0, 1).await?, "three");
    assert_eq!(newest(bot, 0, 10).await?, "", "who is not in the room");
    assert_eq!(page(f, ben, None, 0, 10).await?, texts("three", 1));
    f.rooms.delete(discreet, ann, f.tick()).await?;
    assert_eq!(page(f, ben, None, 0, 10).await?, texts("", 0));
    Ok(())
}

/// However messages are spread over rooms, and whichever of them were deleted, pages of any size meet each of them once, in order.
pub async fn pages_across_rooms_meet_every_message_once(f: &Fixture) -> Tested {
    let chance = SeededEntropy::new(4);
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(f.group(ann, &[ben]).await?);
        rooms.push(f.discreet_group(ann, &[]).await?);
    }
    let mut said: Vec<(RoomId, Seq)> = Vec::new();
    for n in 0..150 {
        // Some rooms are loud, and some are quiet.
        let room = rooms[chance.below(1 + chance.below(rooms.len()))];
        match chance.below(10) {
            0..=2 if !said.is_empty() => {
                let newest = said.len() - 1 - chance.below(said.len().min(5));
                let (room, seq) = said.swap_remove(newest);
                f.delete(room, ann, seq).await?;
            }
            3 => {
                f.rooms.join(room, ben, None, f.tick()).await?;
            }
            _ => said.push((room, f.say(room, ann, &n.to_string()).await?.seq)),
        }
    }
    f.attend(rooms[2], ben, false).await?;
    for viewer in [ann, ben] {
        let expected = everything(f, viewer, &rooms).await?;
        for most in [1, 7, 200] {
            let mut met: Vec<Arc<Event>> = Vec::new();
            loop {
                let skip = u64::try_from(met.len()).expect("few");
                let page = f.log.said(viewer.id, None, skip, most).await?;
                assert_eq!(usize::try_from(page.count), Ok(expected.len()));
                assert!(page.messages.len() <= most);
                if page.messages.is_empty() {
                    break;
                }
                met.extend(page.messages);
            }
            assert_eq!(met, expected, "{most} at a time");
        }
        for (number, message) in expected.iter().enumerate().rev() {
            let skip = u64::try_from(number).expect("few");
            let page = f.log.said(viewer.id, None, skip, 1).await?;
            assert_eq!(
                page.messages,
                std::slice::from_ref(message),
                "the one after {skip}"
            );
        }
    }
    Ok(())
}

/// All that somebody is to be shown of these rooms, from their logs.
async fn everything(f: &Fixture, viewer: UserRef, rooms: &[RoomId]) -> Result<Vec<Arc<Event>>, StoreError> {
    let mut all = Vec::new();
    for room in rooms {
        let view = f.rooms.find(*room, viewer.id).await?;
        let Some(view) = view.filter(|view| !view.absent) else {
            continue;
        };
        let is_said = |event: &Event| matches!(&event.what, What::Message(message) if message.body.is_some());
        let log = f.events(*room).await?.into_iter();
        all.extend(log.filter(|event| event.seq >= view.visible_from && is_said(event)));
    }
    all.sort_by_key(|event| Reverse(event.number));
    Ok(all)
}
