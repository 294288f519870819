//! Pages of messages, and who may see what.

use std::sync::Arc;

use parlor_domain::{Draft, Event, History, MessageBody, PageSize, RoomChange, RulesChange, Seq, What};
use parlor_ports::{HistoryPage, HistoryRange::*, RoomAct};

use super::Tested;
use crate::{Fixture, text};

fn seqs(page: &HistoryPage) -> Vec<Seq> {
    page.messages.iter().map(|event| event.seq).collect()
}

fn body(event: &Arc<Event>) -> Option<&str> {
    match &event.what {
        What::Message(message) => message.body.as_ref().map(|body| body.as_str()),
        other => panic!("history holds messages only, not {other:?}"),
    }
}

/// The newest messages come in ascending order, and `more` tells of older ones.
pub async fn the_newest_messages(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let page = f.history(room, ann, Newest, 10).await?;
    assert_eq!((page.messages.len(), page.more), (0, false));
    let all = f.say_many(room, ann, 5).await?;
    for (size, more) in [(2, true), (4, true), (5, false), (6, false)] {
        let page = f.history(room, ann, Newest, size).await?;
        let expected = &all[5_usize.saturating_sub(usize::try_from(size).expect("small"))..];
        assert_eq!((&*seqs(&page), page.more), (expected, more), "{size} of 5");
    }
    Ok(())
}

/// A page has about 256 KiB of text, but at least one message, and reading on meets every message once, either way.
pub async fn a_page_is_no_larger_than_256_kib(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let mut all = f.say_many(room, ann, 3).await?;
    for _ in 0..9 {
        all.push(f.say(room, ann, &"x".repeat(65_000)).await?.seq);
    }
    let huge = Draft::Message {
        body: MessageBody::stored("x".repeat(300_000)),
        media: Vec::new(),
        reply_to: None,
        called: parlor_domain::Called::default(),
        status: None,
    };
    all.push(f.append(f.draft(room, ann, huge)).await?.seq);
    all.push(f.say(room, ann, "x").await?.seq);

    let (mut range, mut met, mut sizes) = (Newest, Vec::new(), Vec::new());
    loop {
        let page = f.history(room, ann, range, 200).await?;
        sizes.push(page.messages.len());
        met.splice(0..0, seqs(&page));
        range = Before(met[0]);
        if !page.more {
            break;
        }
    }
    assert_eq!((met, &*sizes), (all.clone(), &[1, 1, 4, 4, 4][..]));

    let (mut range, mut met, mut sizes) = (After(Seq::ZERO), Vec::new(), Vec::new());
    loop {
        let page = f.history(room, ann, range, 200).await?;
        sizes.push(page.messages.len());
        met.extend(seqs(&page));
        range = After(*met.last().expect("a message"));
        if !page.more {
            break;
        }
    }
    assert_eq!((met, &*sizes), (all, &[7, 4, 1, 1, 1][..]));
    Ok(())
}

/// Reading backwards meets every message once.
pub async fn reading_backwards_meets_every_message_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let all = f.say_many(room, ann, 23).await?;
    let (mut range, mut met) = (Newest, Vec::new());
    loop {
        let page = f.history(room, ann, range, 5).await?;
        met.splice(0..0, seqs(&page));
        range = Before(met[0]);
        if !page.more {
            break;
        }
        assert_eq!(page.messages.len(), 5);
    }
    assert_eq!(met, all);
    assert!(f.history(room, ann, range, 5).await?.messages.is_empty());
    assert_eq!(
        seqs(&f.history(room, ann, Before(Seq(u64::MAX)), 200).await?),
        all
    );
    assert!(f.history(room, ann, Before(Seq(0)), 5).await?.messages.is_empty());
    Ok(())
}

/// Reading forwards meets every message once.
pub async fn reading_forwards_meets_every_message_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let all = f.say_many(room, ann, 23).await?;
    let (mut after, mut met) = (Seq::ZERO, Vec::new());
    loop {
        let page = f.history(room, ann, After(after), 5).await?;
        met.extend(seqs(&page));
        after = *met.last().expect("a message");
        if !page.more {
            break;
        }
    }
    assert_eq!(met, all);
    for beyond in [after, after.next(), Seq(u64::MAX)] {
        let page = f.history(room, ann, After(beyond), 5).await?;
        assert_eq!((page.messages.len(), page.more), (0, false));
    }
    Ok(())
}

/// What is no message stands between messages and is left out, without making pages shorter.
pub async fn history_holds_messages_only(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let first = f.say(room, ann, "one").await?.seq;
    for body in ["one!", "one!!", "one!!!", "one!!!!"] {
        f.edit(room, ann, first, body).await?;
    }
    let second = f.say(room, ann, "two").await?.seq;
    f.delete(room, ann, second).await?;
    let third = f.say(room, ann, "three").await?.seq;
    let page = f.history(room, ann, Newest, 3).await?;
    assert_eq!((&*seqs(&page), page.more), (&[first, second, third][..], false));
    let bodies: Vec<_> = page.messages.iter().map(body).collect();
    assert_eq!(
        bodies,
        [Some("one!!!!"), None, Some("three")],
        "as it stands now; what was deleted, as deleted"
    );
    let edit = Seq(first.0 + 2);
    assert_eq!(seqs(&f.history(room, ann, After(edit), 1).await?), [second]);
    assert_eq!(seqs(&f.history(room, ann, Before(edit), 1).await?), [first]);
    Ok(())
}

/// A page says as of which position it is.
pub async fn a_page_is_as_of_the_head(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ann, "one").await?.seq;
    f.read(room, ben, seq).await?;
    let last = f.edit(room, ann, seq, "two").await?;
    let page = f.history(room, ben, Newest, 10).await?;
    assert_eq!(page.as_of, f.view(room, ann).await?.head.position);
    assert_eq!(
        (page.as_of.seq, page.as_of.tag, page.as_of.rev.0),
        (last.seq, last.tag, 1)
    );
    Ok(())
}

/// Whoever is not in a room sees nothing of it.
pub async fn strangers_see_nothing(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    f.leave(room, ben).await?;
    for (room, viewer) in [(room, eve), (room, ben), (f.room_id(), ann)] {
        assert!(
            f.log
                .history(room, viewer.id, Newest, PageSize::default())
                .await?
                .is_none()
        );
        assert!(f.log.message(room, viewer.id, seq).await?.is_none());
        assert!(f.revisions(room, viewer, seq, 0, 50).await?.is_none());
        assert!(f.rooms.find(room, viewer.id).await?.is_none());
        assert!(
            f.rooms
                .members(room, viewer.id, None, PageSize::default())
                .await?
                .is_err()
        );
    }
    Ok(())
}

/// In a room that shows all its history a new member sees what was before.
pub async fn new_members_may_see_everything(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[]).await?;
    let all = f.say_many(room, ann, 3).await?;
    f.join(room, ben).await?;
    f.add(room, ann, cleo).await?;
    for viewer in [ben, cleo] {
        assert_eq!(f.view(room, viewer).await?.visible_from, Seq(1));
        assert_eq!(seqs(&f.history(room, viewer, Newest, 10).await?), all);
        assert!(f.log.message(room, viewer.id, all[0]).await?.is_some());
    }
    Ok(())
}

/// In a discreet room a new member sees what comes after him, and nothing else, whichever way he asks.
pub async fn new_members_may_see_nothing_of_what_was_before(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let before = f.say_many(room, ann, 3).await?;
    f.join(room, ben).await?;
    let joined = f.view(room, ben).await?;
    assert_eq!(joined.visible_from, joined.head.position.seq, "from the join on");
    assert!(joined.last_message.is_none());
    let after = f.say_many(room, ann, 3).await?;
    f.edit(room, ann, before[2], "changed").await?;
    for range in [Newest, Before(Seq(u64::MAX)), After(Seq::ZERO), After(before[0])] {
        let page = f.history(room, ben, range, 10).await?;
        assert_eq!((&*seqs(&page), page.more), (&*after, false), "{range:?}");
    }
    assert!(
        f.history(room, ben, Before(after[0]), 10)
            .await?
            .messages
            .is_empty()
    );
    assert!(f.log.message(room, ben.id, before[2]).await?.is_none());
    assert!(f.log.message(room, ben.id, after[0]).await?.is_some());
    assert_eq!(f.history(room, ann, Newest, 10).await?.messages.len(), 6);
    Ok(())
}

/// Whoever comes back sees what he saw before only where new members see everything.
pub async fn whoever_comes_back_sees_as_a_new_member(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (open, discreet) = (f.group(ann, &[ben]).await?, f.discreet_group(ann, &[ben]).await?);
    for (room, expected) in [(open, 3), (discreet, 1)] {
        f.say(room, ben, "before").await?;
        f.leave(room, ben).await?;
        f.say(room, ann, "without him").await?;
        f.join(room, ben).await?;
        f.say(room, ben, "after").await?;
        assert_eq!(f.history(room, ben, Newest, 10).await?.messages.len(), expected);
    }
    Ok(())
}

/// The setting counts at the join: those who are in keep what they may see.
pub async fn what_members_may_see_is_settled_when_they_join(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    f.say(room, ann, "secret").await?;
    f.join(room, ben).await?;
    let change = RoomChange {
        rules: RulesChange {
            history: Some(History::All),
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    assert!(matches!(
        f.rooms.update(room, ann, change, f.tick()).await?,
        RoomAct::Done(Some(_))
    ));
    f.join(room, cleo).await?;
    assert_eq!(f.history(room, ben, Newest, 10).await?.messages.len(), 0);
    assert_eq!(f.history(room, cleo, Newest, 10).await?.messages.len(), 1);
    Ok(())
}

/// One message is found by its seq; another event is none.
pub async fn one_message_is_found_by_its_seq(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let event = f.say(room, ann, "hello").await?;
    assert_eq!(f.log.message(room, ann.id, event.seq).await?, Some(event.clone()));
    let edited = f.edit(room, ann, event.seq, "hello all").await?;
    let now = f
        .log
        .message(room, ann.id, event.seq)
        .await?
        .expect("it is there");
    assert!(matches!(&now.what, What::Message(m) if m.body == Some(text("hello all"))));
    for none in [Seq(0), Seq(1), edited.seq, edited.seq.next(), Seq(u64::MAX)] {
        assert_eq!(f.log.message(room, ann.id, none).await?, None, "{none}");
    }
    Ok(())
}
