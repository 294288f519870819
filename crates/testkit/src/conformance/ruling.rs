//! The rules of a room: who may write, how often, and who may bring people in.

use std::time::Duration;

use parlor_domain::{RoomChange, RoomId, RulesChange, SlowMode, UserRef, Who};
use parlor_ports::{Added, AppendRefusal, Appended, Clock, RoomRefusal};

use super::Tested;
use crate::{Fixture, delete, edit, message, polled_in_order};

async fn rule(f: &Fixture, room: RoomId, owner: UserRef, rules: RulesChange) -> Tested {
    let change = RoomChange {
        rules,
        ..RoomChange::default()
    };
    f.rooms.update(room, owner, change, f.tick()).await?;
    Ok(())
}

/// Where only admins write, others read, react and take back what they said.
pub async fn only_admins_write_where_it_is_ruled(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let said = f.say(room, ben, "before").await?.seq;
    let only_admins = RulesChange {
        posting: Some(Who::Admins),
        ..RulesChange::default()
    };
    rule(f, room, ann, only_admins).await?;
    for draft in [message("after"), edit(said, "changed")] {
        assert_eq!(
            f.refusal(f.draft(room, ben, draft)).await?,
            AppendRefusal::ReadOnly
        );
    }
    let news = f.say(room, ann, "news").await?.seq;
    let heart = "\u{2764}".parse().expect("an emoji");
    f.log.react(room, news, ben, (heart, true), f.tick()).await?;
    f.append(f.draft(room, ben, delete(said))).await?;
    f.promote(room, ann, ben).await?;
    f.say(room, ben, "now I may").await?;
    Ok(())
}

/// Slow mode lets a member write once in so long, within one batch as well, and says when again. Admins are not slowed.
pub async fn slow_mode_spaces_messages(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let slow = RulesChange {
        slow_mode: Some(SlowMode::parse(30).expect("half a minute")),
        ..RulesChange::default()
    };
    rule(f, room, ann, slow).await?;
    let at = f.clock.now();
    let appends = (0..3).map(|n| {
        let append = f.draft(room, ben, message(&format!("number {n}")));
        f.log.append(append)
    });
    let appended = polled_in_order(appends).await;
    let [Ok(Appended::New(first)), rest @ ..] = &appended[..] else {
        panic!("the first is said: {appended:?}")
    };
    assert!(first.at > at);
    let again = first.at + Duration::from_secs(30);
    for refused in rest {
        assert!(
            matches!(refused, Ok(Appended::Refused(AppendRefusal::TooSoon(next))) if *next == again),
            "{refused:?}"
        );
    }
    f.append(f.draft(room, ben, edit(first.seq, "changed"))).await?;
    for n in 0..3 {
        f.say(room, ann, &format!("hers {n}")).await?;
    }
    f.clock.advance(Duration::from_secs(30));
    f.say(room, ben, "again").await?;
    Ok(())
}

/// Members bring people in where it is ruled so.
pub async fn members_bring_people_in_where_it_is_ruled(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let add = async || f.rooms.add(room, ben, vec![cleo.id], f.tick()).await;
    assert_eq!(add().await?, Added::Refused(RoomRefusal::Forbidden));
    let everyone = RulesChange {
        adding: Some(Who::Everyone),
        ..RulesChange::default()
    };
    rule(f, room, ann, everyone).await?;
    assert_eq!(add().await?, Added::Done(vec![cleo]));
    Ok(())
}
