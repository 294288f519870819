//! What people are notified of.

use std::time::Duration;

use parlor_domain::{
    LeaveReason, Mark, MemberMark, Notice, Notify, NotifyLevel, RoomId, Seq, StreamId, Timestamp, UserRef,
    What,
};
use parlor_ports::{About, Clock, DIRECT_PATIENCE, Notification, StoreError};

use super::Tested;
use crate::{Fixture, answer, at_once};

/// What somebody is notified of, in one word each, the newest first.
async fn words(f: &Fixture, user: UserRef) -> Result<Vec<&'static str>, StoreError> {
    Ok(f.notices(user, false).await?.iter().map(word).collect())
}

fn word(notice: &Notification) -> &'static str {
    match notice.about {
        About::Mention(_) => "mention",
        About::All(_) => "all",
        About::Direct(_) => "direct",
        About::StatusReply(_) => "status reply",
        About::Invite(_) => "invite",
        About::ContactRequest(_) => "request",
        About::Published(_) => "published",
    }
}

async fn has_read(f: &Fixture, user: UserRef, room: RoomId, seq: Seq) -> Tested {
    let (user, mark) = (user.id, Mark::read(seq));
    let marks = vec![(room, vec![MemberMark { user, mark }])];
    f.rooms.advance_marks(marks).await
}

/// A room with these people, none of whom has been notified of it.
async fn quiet_group(f: &Fixture, owner: UserRef, others: &[UserRef]) -> Result<RoomId, StoreError> {
    let room = f.group(owner, others).await?;
    for other in others {
        let head = f
            .events(other.id)
            .await?
            .last()
            .map_or(Seq::ZERO, |event| event.seq);
        f.notifications
            .read(*other, head, Timestamp::from_micros(0), f.tick())
            .await?;
    }
    Ok(room)
}

/// Who is named is notified once, by an event of his own stream; who says it is not.
pub async fn who_is_named_is_notified(f: &Fixture) -> Tested {
    let [ann, bob, cleo] = f.people(["ann", "bob", "cleo"]).await?;
    let room = quiet_group(f, ann, &[bob, cleo]).await?;
    let said = f.say(room, ann, "@bob @ann").await?;
    f.notify().await?;
    f.notify().await?;
    let log = f.events(bob.id).await?;
    let told = log.last().expect("he was told");
    let notice = Notice::Mention {
        room,
        target: said.seq,
    };
    assert_eq!((told.actor, &told.what), (Some(ann), &What::Notified(notice)));
    let notices = f.notices(bob, true).await?;
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].seq, notices[0].actor), (told.seq, Some(ann)));
    assert!(matches!(&notices[0].about, About::Mention(message) if *message == said));
    assert!(f.notices(ann, false).await?.is_empty());
    assert!(f.notices(cleo, true).await?.is_empty());
    Ok(())
}

/// A direct message is notified some time after it was said, if it was not read by then, and further ones are not before the
/// room is read.
pub async fn a_direct_message_is_notified_once(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.direct(ann, bob).await?;
    let one = f.say(room, ann, "one").await?;
    let early = f.notifications.notify(f.tick(), 50).await?;
    assert_eq!((early.messages, early.next), (0, Some(one.at + DIRECT_PATIENCE)));
    f.say(room, ann, "two").await?;
    f.notify().await?;
    assert_eq!(words(f, bob).await?, ["direct"]);
    assert!(
        words(f, ann).await?.is_empty(),
        "nobody is notified of opening one"
    );
    f.say(room, ann, "three").await?;
    f.notify().await?;
    assert_eq!(words(f, bob).await?, ["direct"]);

    let four = f.say(room, ann, "four").await?;
    has_read(f, bob, room, four.seq).await?;
    f.notify().await?;
    assert!(f.notices(bob, true).await?.is_empty(), "he has read it by then");
    let five = f.say(room, ann, "five").await?;
    f.notify().await?;
    let unread = f.notices(bob, true).await?;
    assert!(matches!(&unread[..], [one] if matches!(&one.about, About::Direct(m) if *m == five)));
    let done = f.notifications.notify(f.clock.now(), 50).await?;
    assert_eq!((done.messages, done.next), (0, None));
    Ok(())
}

/// Each answer to a status is notified, also beside an unread direct message; one that was read by then is not.
pub async fn an_answer_to_a_status_is_notified_by_itself(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.direct(ann, bob).await?;
    f.know(bob, ann).await?;
    let status = f.post(f.new_status(bob, "at the lake")).await?.id;
    f.say(room, ann, "hello").await?;
    f.notify().await?;
    for body in ["lovely", "enjoy"] {
        f.append(f.draft(room, ann, answer(status, body))).await?;
        f.notify().await?;
    }
    f.say(room, ann, "see you").await?;
    f.notify().await?;
    assert_eq!(words(f, bob).await?, ["status reply", "status reply", "direct"]);
    let last = f.append(f.draft(room, ann, answer(status, "bye"))).await?;
    has_read(f, bob, room, last.seq).await?;
    f.notify().await?;
    assert_eq!(words(f, bob).await?.len(), 3);
    assert!(f.notices(bob, true).await?.is_empty());
    Ok(())
}

/// Nobody is notified across a block, of what was deleted, or of rooms in which he is not any more.
pub async fn who_should_not_hear_is_not_notified(f: &Fixture) -> Tested {
    let [ann, bob, cleo, dan] = f.people(["ann", "bob", "cleo", "dan"]).await?;
    let room = quiet_group(f, ann, &[bob, cleo, dan]).await?;
    let direct = f.direct(ann, bob).await?;
    f.say(direct, ann, "psst").await?;
    f.say(room, ann, "@bob @cleo @dan").await?;
    let gone = f.say(room, bob, "@cleo").await?;
    f.block(bob, ann).await?;
    f.block(ann, cleo).await?;
    f.delete(room, bob, gone.seq).await?;
    f.rooms
        .remove(room, dan, dan.id, LeaveReason::Left, f.tick())
        .await?;
    f.notify().await?;
    for person in [bob, cleo, dan] {
        assert!(f.notices(person, true).await?.is_empty(), "{person:?}");
        let log = f.events(person.id).await?;
        assert!(!log.iter().any(|event| matches!(event.what, What::Notified(_))));
    }
    Ok(())
}

/// Messages to all are listed for every member but their sender, without a write for any of them.
pub async fn messages_to_all_are_looked_up(f: &Fixture) -> Tested {
    let [ann, bob, cleo, dan] = f.people(["ann", "bob", "cleo", "dan"]).await?;
    let room = quiet_group(f, ann, &[bob, cleo]).await?;
    f.say(room, ann, "@all before").await?;
    f.rooms.add(room, ann, vec![dan.id], f.tick()).await?;
    let before = f.heard.all().len();
    let said = f.say(room, ann, "@all").await?;
    f.notify().await?;
    assert_eq!(f.heard.all().len(), before + 1, "only the message is written");
    assert_eq!(words(f, cleo).await?, ["all", "all", "invite"]);
    assert_eq!(words(f, dan).await?, ["all", "invite"], "not what was before him");
    assert!(f.notices(ann, false).await?.is_empty());
    let unread = f.notices(cleo, true).await?;
    assert_eq!((unread[0].stream, unread[0].seq), (room.into(), said.seq));

    has_read(f, cleo, room, said.seq).await?;
    assert!(f.notices(cleo, true).await?.is_empty(), "read with the room");
    f.notifications.read(dan, Seq::ZERO, said.at, f.tick()).await?;
    assert_eq!(f.notices(dan, true).await?.len(), 1, "the invitation");
    f.block(bob, ann).await?;
    assert!(
        !words(f, bob).await?.contains(&"all"),
        "nothing of whom he blocks"
    );
    f.delete(room, ann, said.seq).await?;
    assert_eq!(words(f, cleo).await?, ["all", "invite"]);

    let notify = Notify {
        level: NotifyLevel::Mentions,
        muted_until: Some(f.tick()),
    };
    f.rooms.set_notify(room, cleo, notify, f.tick()).await?;
    f.say(room, ann, "@all once the time is over").await?;
    assert_eq!(
        words(f, cleo).await?,
        ["all", "invite"],
        "only what came after that"
    );
    let notify = Notify {
        muted_until: Some(f.tick() + Duration::from_secs(60)),
        ..notify
    };
    f.rooms.set_notify(room, cleo, notify, f.tick()).await?;
    assert_eq!(words(f, cleo).await?, ["invite"], "nothing at all");
    Ok(())
}

/// Who is brought into a group, or asked to be a contact, is notified; an answered request is not listed.
pub async fn invitations_and_requests_are_listed(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.group(ann, &[bob]).await?;
    f.ask(ann, bob).await?;
    assert_eq!(words(f, bob).await?, ["request", "invite"]);
    assert!(words(f, ann).await?.is_empty());
    f.contacts.decline(bob, ann.id, f.tick()).await?;
    assert_eq!(words(f, bob).await?, ["invite"]);
    f.rooms
        .remove(room, bob, bob.id, LeaveReason::Left, f.tick())
        .await?;
    assert!(words(f, bob).await?.is_empty());
    Ok(())
}

/// What is seen goes up to an event and up to a time, never back, and other devices are told.
pub async fn what_is_seen_is_told(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.group(ann, &[bob]).await?;
    f.say(room, ann, "@bob").await?;
    f.say(room, ann, "@all").await?;
    f.notify().await?;
    let unread = f.notices(bob, true).await?;
    assert_eq!(unread.len(), 3);
    let head = f.notice_page(bob, None, false, 1).await?.as_of.seq;
    let now = f.tick();
    assert!(f.notifications.read(bob, Seq(u64::MAX), now, now).await?);
    let told = f.events(bob.id).await?.pop().expect("it was told");
    let expected = What::NotificationsRead {
        up_to: head,
        until: now,
    };
    assert_eq!((told.actor, &told.what), (Some(bob), &expected));
    assert!(f.notices(bob, true).await?.is_empty());
    assert_eq!(f.notices(bob, false).await?.len(), 3);
    let before = Timestamp::from_micros(0);
    assert!(!f.notifications.read(bob, Seq(1), before, f.tick()).await?);
    assert!(!f.notifications.read(bob, Seq::ZERO, now, f.tick()).await?);
    let late = f.tick();
    f.notifications
        .read(bob, Seq::ZERO, late + Duration::from_hours(1), late)
        .await?;
    f.tick();
    f.say(room, ann, "@all").await?;
    assert_eq!(
        f.notices(bob, true).await?.len(),
        1,
        "nobody sees what is not said yet"
    );
    Ok(())
}

/// Reading page by page meets everything once, in time, whatever has the same time.
pub async fn pages_meet_everything_once(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let rooms = [f.group(ann, &[bob]).await?, f.group(ann, &[bob]).await?];
    for n in 0..12 {
        f.say(rooms[n % 2], ann, ["@bob", "@all", "@bob @all"][n % 3])
            .await?;
        // Some days have much, and some weeks nothing.
        f.clock.advance(Duration::from_hours([0, 30, 200][n % 3]));
    }
    // All mentions by name have one time.
    f.notify().await?;
    let all = f.notices(bob, false).await?;
    assert_eq!(all.len(), 12 + 2, "each message once");
    assert!(all.is_sorted_by(|one, next| one.at >= next.at));
    let mut places: Vec<(StreamId, Seq)> = all.iter().map(|notice| (notice.stream, notice.seq)).collect();
    let page = f.notice_page(bob, None, false, 200).await?;
    assert_eq!(page.notifications, all);
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), all.len());
    assert_eq!(f.notices(bob, true).await?, all);
    Ok(())
}

/// Several who notify at the same time notify once.
pub async fn many_notify_once(f: &Fixture) -> Tested {
    let [ann, bob, cleo] = f.people(["ann", "bob", "cleo"]).await?;
    let room = quiet_group(f, ann, &[bob, cleo]).await?;
    for _ in 0..20 {
        f.say(room, ann, "@bob @cleo").await?;
    }
    let now = f.tick();
    let work = (0..8).map(|_| {
        let store = f.notifications.clone();
        async move {
            while store
                .notify(now, 5)
                .await
                .expect("the store does not fail")
                .messages
                > 0
            {}
        }
    });
    at_once(work).await;
    for person in [bob, cleo] {
        assert_eq!(f.notices(person, true).await?.len(), 20);
    }
    Ok(())
}

/// What is old is forgotten.
pub async fn notifications_are_forgotten_in_time(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.group(ann, &[bob]).await?;
    f.say(room, ann, "@bob").await?;
    f.notify().await?;
    let key = f.api_key(None).await?;
    f.notifications.publish(f.new_publication(&key, "1", bob)).await?;
    let (now, never) = (f.tick(), Timestamp::from_micros(0));
    f.notifications.publish(f.new_publication(&key, "2", bob)).await?;
    assert!(!f.notifications.sweep(never, never).await?);
    assert_eq!(
        words(f, bob).await?,
        ["published", "published", "mention", "invite"]
    );
    assert!(!f.notifications.sweep(now, never).await?);
    assert_eq!(words(f, bob).await?, ["published"]);
    let log = f.events(bob.id).await?;
    let over = log
        .iter()
        .filter(|event| event.what == What::Notified(Notice::Over))
        .count();
    assert_eq!(over, 1, "nothing is left of what was said");
    Ok(())
}
