//! Keeping order: who may not write, and who is kept out.

use std::time::Duration;

use parlor_domain::{Emoji, JoinPolicy, LeaveReason, PageSize, RoomChange, RulesChange, What};
use parlor_ports::{Added, AppendRefusal, Joined, MessageAct, RoomAct, RoomRefusal, StoreError};

use super::Tested;
use crate::{Fixture, at_once, delete, edit, message};

/// Who is muted says nothing until it is over, and can still take back what he said.
pub async fn who_is_muted_says_nothing(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let said = f.say(room, ben, "before").await?.seq;
    let other = f.say(room, ann, "hush").await?.seq;
    let until = f.tick() + Duration::from_secs(60);
    let muted = f
        .moderation
        .mute(room, ann, ben.id, Some(until), f.tick())
        .await?;
    let RoomAct::Done(Some(event)) = muted else {
        panic!("she may: {muted:?}")
    };
    let told = What::MemberMuted {
        user: ben,
        until: Some(until),
    };
    assert_eq!((&event.what, event.actor), (&told, Some(ann)));
    assert_eq!(f.view(room, ben).await?.muted_until, Some(until));
    for draft in [message("after"), edit(said, "changed")] {
        assert_eq!(
            f.refusal(f.draft(room, ben, draft)).await?,
            AppendRefusal::Muted(until)
        );
    }
    let heart = "\u{2764}".parse().expect("an emoji");
    let reacted = f.log.react(room, other, ben, (heart, true), f.tick()).await?;
    assert_eq!(reacted, MessageAct::Refused(AppendRefusal::Muted(until)));
    f.append(f.draft(room, ben, delete(said))).await?;

    f.clock.advance(Duration::from_secs(61));
    f.say(room, ben, "it is over").await?;
    Ok(())
}

/// A mute ends when that is said, and not by leaving.
pub async fn a_mute_outlasts_leaving(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let until = f.tick() + Duration::from_hours(24);
    f.moderation
        .mute(room, ann, ben.id, Some(until), f.tick())
        .await?;
    f.leave(room, ben).await?;
    f.join(room, ben).await?;
    assert_eq!(
        f.refusal(f.draft(room, ben, message("hi"))).await?,
        AppendRefusal::Muted(until)
    );
    let last = f.happened(room).await?.pop();
    let told = |until| What::MemberMuted { user: ben, until };
    assert_eq!(last, Some(told(Some(until))), "the room is told again");

    f.moderation.mute(room, ann, ben.id, None, f.tick()).await?;
    assert_eq!(f.happened(room).await?.pop(), Some(told(None)));
    f.say(room, ben, "hi").await?;
    let again = f.moderation.mute(room, ann, ben.id, None, f.tick()).await?;
    assert!(matches!(again, RoomAct::Done(None)), "{again:?}");
    Ok(())
}

/// Only those above somebody restrain him.
pub async fn people_are_restrained_by_those_above_them(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan, eve] = f.people(["ann", "ben", "cleo", "dan", "eve"]).await?;
    let room = f.group(ann, &[ben, cleo, dan]).await?;
    f.promote(room, ann, ben).await?;
    f.promote(room, ann, cleo).await?;
    let cases = [
        (ben, ann, RoomRefusal::Forbidden),
        (ben, cleo, RoomRefusal::Forbidden),
        (ben, ben, RoomRefusal::Forbidden),
        (dan, ben, RoomRefusal::Forbidden),
        (dan, dan, RoomRefusal::Forbidden),
        (eve, dan, RoomRefusal::NoRoom),
    ];
    for (actor, user, refusal) in cases {
        let until = Some(f.tick());
        let muted = f.moderation.mute(room, actor, user.id, until, f.tick()).await?;
        assert!(
            matches!(muted, RoomAct::Refused(why) if why == refusal),
            "{muted:?}"
        );
        let banned = f.moderation.ban(room, actor, user.id, f.tick()).await?;
        assert!(
            matches!(banned, RoomAct::Refused(why) if why == refusal),
            "{banned:?}"
        );
    }
    let stranger = f.moderation.mute(room, ann, eve.id, None, f.tick()).await?;
    assert!(matches!(stranger, RoomAct::Refused(RoomRefusal::NotMember(user)) if user == eve.id));
    for (viewer, refusal) in [(dan, RoomRefusal::Forbidden), (eve, RoomRefusal::NoRoom)] {
        let bans = f
            .moderation
            .bans(room, viewer.id, None, PageSize::default())
            .await?;
        assert_eq!(bans, Err(refusal));
    }
    Ok(())
}

/// Who is banned goes, and no way leads back until that is lifted.
pub async fn who_is_banned_stays_out(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let code = f.link(room, ann).await?;
    let banned = f.moderation.ban(room, ann, ben.id, f.tick()).await?;
    let RoomAct::Done(Some(event)) = banned else {
        panic!("she may: {banned:?}")
    };
    let left = What::MemberLeft {
        user: ben,
        reason: LeaveReason::Banned,
    };
    assert_eq!(event.what, left);
    let told = What::RoomLeft {
        room,
        left: Some(event.seq),
        reason: LeaveReason::Banned,
    };
    assert_eq!(f.happened(ben.id).await?.pop(), Some(told));

    let join = f.rooms.join(room, ben, None, f.tick()).await?;
    assert_eq!(join, Joined::Refused(RoomRefusal::Out));
    assert_eq!(
        f.admission.follow_link(code.clone(), ben.id, f.tick()).await?,
        None
    );
    let by_link = f.admission.join_by_link(code, ben, None, f.tick()).await?;
    assert_eq!(by_link, Err(RoomRefusal::NoLink));
    let added = f.rooms.add(room, ann, vec![ben.id], f.tick()).await?;
    assert_eq!(added, Added::Refused(RoomRefusal::Banned(ben.id)));
    let again = f.moderation.ban(room, ann, ben.id, f.tick()).await?;
    assert!(matches!(again, RoomAct::Done(None)), "{again:?}");
    let page = f.moderation.bans(room, ann.id, None, PageSize::default()).await?;
    let bans = page.expect("she may").bans;
    let who: Vec<_> = bans.iter().map(|ban| (ban.user, ban.by)).collect();
    assert_eq!(who, [(ben, ann.id)]);

    f.moderation.lift_ban(room, ann, ben.id, f.tick()).await?;
    let lifted = What::BanChanged {
        user: ben,
        banned: false,
    };
    assert_eq!(f.happened(room).await?.pop(), Some(lifted));
    f.join(room, ben).await
}

/// Who is no member is banned as well, and his request with him.
pub async fn a_stranger_is_banned(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let change = RoomChange {
        rules: RulesChange {
            join: Some(JoinPolicy::Approval),
            ..RulesChange::default()
        },
        ..RoomChange::default()
    };
    f.rooms.update(room, ann, change, f.tick()).await?;
    assert_eq!(f.rooms.join(room, ben, None, f.tick()).await?, Joined::Waiting);
    f.moderation.ban(room, ann, ben.id, f.tick()).await?;
    assert_eq!(f.admission.requests_of(ben.id).await?, []);
    let told = What::BanChanged {
        user: ben,
        banned: true,
    };
    assert_eq!(f.happened(room).await?.pop(), Some(told));
    let join = f.rooms.join(room, ben, None, f.tick()).await?;
    assert_eq!(join, Joined::Refused(RoomRefusal::Out));
    let nobody = f.moderation.ban(room, ann, f.nobody(), f.tick()).await?;
    assert!(
        matches!(nobody, RoomAct::Refused(RoomRefusal::NoUser(_))),
        "{nobody:?}"
    );
    Ok(())
}

/// Whoever is banned while he writes has written before or not at all.
pub async fn nobody_writes_after_his_ban(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let writing = at_once((0..30).map(|n| {
        let (log, moderation) = (f.log.clone(), f.moderation.clone());
        let append = f.draft(room, ben, message(&format!("number {n}")));
        let at = f.tick();
        async move {
            if n == 15 {
                drop(moderation.ban(room, ann, ben.id, at).await?);
                return Ok(());
            }
            log.append(append).await.map(drop)
        }
    }));
    for written in writing.await {
        written?;
    }
    let events = f.events(room).await?;
    let ban = events
        .iter()
        .position(|event| matches!(event.what, What::MemberLeft { .. }))
        .expect("he is banned");
    assert_eq!(ban, events.len() - 1);
    Ok(())
}

/// Somebody reacts, pins, writes and leaves while he is muted: it all has one order, and what pages show is what the log tells.
pub async fn what_comes_at_once_has_one_order(f: &Fixture) -> Tested {
    let heart: Emoji = "\u{2764}".parse().expect("an emoji");
    let ann = f.person("ann").await?;
    for ben in f.crowd("ben", 5).await? {
        let room = f.group(ann, &[ben]).await?;
        f.promote(room, ann, ben).await?;
        let seq = f.say(room, ann, "tea?").await?.seq;
        let at = f.tick();
        let acts = at_once((0..40).map(|n| {
            let (log, rooms, moderation) = (f.log.clone(), f.rooms.clone(), f.moderation.clone());
            let (append, emoji, on) = (f.draft(room, ben, message("yes")), heart.clone(), n % 3 > 0);
            async move {
                match n % 5 {
                    _ if n == 30 => drop(rooms.remove(room, ben, ben.id, LeaveReason::Left, at).await?),
                    0 => drop(log.react(room, seq, ben, (emoji, on), at).await?),
                    1 => drop(log.react(room, seq, ann, (emoji, on), at).await?),
                    2 => drop(log.pin(room, seq, ben, on, at).await?),
                    3 => drop(log.append(append).await?),
                    _ => {
                        let until = on.then_some(at + Duration::from_secs(60));
                        moderation.mute(room, ann, ben.id, until, at).await?;
                    }
                }
                Ok::<_, StoreError>(())
            }
        }));
        for act in acts.await {
            act?;
        }
        let log = f.events(room).await?;
        let left = log
            .iter()
            .position(|event| matches!(event.what, What::MemberLeft { .. }))
            .expect("he has left");
        assert!(log[left + 1..].iter().all(|event| event.actor != Some(ben)));
        let (mut pinned, mut muted) = (false, false);
        for event in &log[..left] {
            match &event.what {
                What::MessagePinned { .. } => pinned = true,
                What::MessageUnpinned { .. } => pinned = false,
                What::MemberMuted { until, .. } => muted = until.is_some(),
                What::Message(_) => assert!(event.actor != Some(ben) || !muted, "{event:?}"),
                What::Reacted { .. } => assert!(event.actor != Some(ben) || !muted, "{event:?}"),
                _ => {}
            }
        }
        let pins = f.log.pins(room, ann.id).await?.expect("she is there");
        assert_eq!(pins.messages.len(), usize::from(pinned));
        let shown = f.log.message(room, ann.id, seq).await?.expect("it is there");
        let What::Message(shown) = &shown.what else {
            panic!("{shown:?}")
        };
        let counted = shown.reactions.counts.first().map_or(0, |count| count.count);
        let listed = f
            .log
            .reactions(room, seq, heart.clone(), None, PageSize::MAX)
            .await?;
        assert_eq!(usize::try_from(counted), Ok(listed.reactions.len()));
        assert_eq!(f.view(room, ann).await?.room.members, 1);
    }
    Ok(())
}
