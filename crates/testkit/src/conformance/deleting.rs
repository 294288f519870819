//! Accounts that are deleted.

use parlor_domain::{
    AccountStatus, Audience, JoinPolicy, LeaveReason, LetterKind, PageSize, Profile, ProfileChange, Role,
    RoomId, Rules, Shows, UserRef, What,
};
use parlor_ports::{
    Added, DirectOpened, HistoryRange, HostUser, LoginName, MobileSet, NewAccount, NewRoom, Purpose,
    RoomRefusal, SecondStep, StoreError, UserSearch,
};

use super::Tested;
use crate::{Fixture, address};

/// Somebody of whom everything is known that can be known.
async fn well_known(f: &Fixture) -> Result<UserRef, StoreError> {
    let user = f
        .register(NewAccount {
            email: Some(address("ann@example.org")),
            email_verified: true,
            claims_address: true,
            host: Some(host()),
            admin: true,
            ..f.new_account("ann")
        })
        .await?;
    let change = ProfileChange {
        first_name: Some(Some("Ann".parse().expect("a name"))),
        last_name: Some(Some("Lee".parse().expect("a name"))),
        about: Some(Some("tea".parse().expect("a text"))),
        locale: Some(Some("de".parse().expect("a locale"))),
        time_zone: Some(Some("UTC".parse().expect("a zone"))),
        discoverable: Some(false),
        ..ProfileChange::default()
    };
    f.users.change_profile(user.id, change, f.tick()).await?;
    let number = Some("+41791234567".parse().expect("a number"));
    f.users.set_mobile(user.id, number).await?;
    f.users.set_last_seen(vec![(user.id, f.tick())]).await?;
    f.second_steps.set_mailed_code(user.id, true).await?;
    Ok(user)
}

fn host() -> HostUser {
    HostUser {
        issuer: "https://host.example".into(),
        subject: "42".into(),
    }
}

/// Waits until somebody who was deleted has left a room, and so many of his messages are deleted there.
async fn departed(f: &Fixture, room: RoomId, user: UserRef, left: bool, deleted: usize) {
    f.heard
        .wait(|| {
            let events = f.heard.events(room);
            let gone = events
                .iter()
                .any(|event| matches!(event.what, What::MemberLeft { user: gone, .. } if gone == user));
            let deletions = events
                .iter()
                .filter(|event| matches!(event.what, What::MessageDeleted { .. }))
                .count();
            (gone == left && deletions == deleted).then_some(())
        })
        .await;
}

/// Of a deleted account nothing is left that is personal, and its sessions are over.
pub async fn nothing_personal_is_left(f: &Fixture) -> Tested {
    let ann = well_known(f).await?;
    let before = f.account(ann).await?;
    let session = f.session(ann).await?;
    let (proof, challenge) = (f.proof(ann, Purpose::Reset).await?, f.challenge(ann).await?);
    let sealed = f.bytes();
    f.second_steps.enrol_app(ann.id, sealed, f.tick()).await?;
    assert_eq!(f.letters().await?.len(), 1);
    assert!(f.users.delete(ann.id, false, f.tick()).await?);

    let after = f.account(ann).await?;
    assert_eq!(
        (after.user, after.status, after.created_at),
        (ann, AccountStatus::Deleted, before.created_at)
    );
    assert_eq!(
        (after.username.as_str(), after.display_name.as_str()),
        ("deleted", "Deleted user")
    );
    assert_eq!(
        (after.email, after.email_verified_at, after.last_seen),
        (None, None, None)
    );
    let nothing = Profile {
        shows: Shows {
            presence: Audience::Nobody,
            ..Shows::default()
        },
        ..Profile::default()
    };
    assert_eq!((after.profile, after.admin), (nothing, false));
    let now = f.tick();
    assert!(f.sessions.find(session.id, now).await?.is_none());
    assert_eq!(
        f.happened(ann.id).await?,
        [What::SessionsRevoked {
            sessions: vec![session.id]
        }]
    );
    assert_eq!(f.proofs.find(proof.token, now).await?, None);
    assert!(f.challenges.find(challenge.token, now).await?.is_none());
    assert_eq!(f.second_steps.find(ann.id).await?, None);
    assert!(f.letters().await?.is_empty());
    assert!(!f.sessions.was_at(ann.id, "127.0.0.1", session.used_at).await?);
    Ok(())
}

/// A deleted account is found by nothing but its id, and nothing can be done with it.
pub async fn a_deleted_account_is_of_no_use(f: &Fixture) -> Tested {
    let ann = well_known(f).await?;
    let ben = f.person("ben").await?;
    let room = f.group(ben, &[]).await?;
    f.users.delete(ann.id, true, f.tick()).await?;
    for name in ["ann", "deleted"] {
        let name = name.parse().expect("a name");
        assert_eq!(f.users.find_by_username(&name).await?, None);
        assert!(f.users.credentials(&LoginName::Username(name)).await?.is_none());
    }
    let email = address("ann@example.org");
    assert_eq!(f.users.find_by_email(&email).await?, None);
    assert_eq!(f.users.find_by_claimed(&email).await?, None);
    assert_eq!(f.users.find_by_host(&host()).await?, None);
    for search in [
        UserSearch::Beginning("a".into()),
        UserSearch::Beginning("deleted".into()),
        UserSearch::Beginning("!".into()),
        UserSearch::Email(email.clone()),
        UserSearch::Mobile("+41791234567".parse().expect("a number")),
    ] {
        assert!(f.users.search(ben.id, search, 10).await?.is_empty());
    }

    let refusal = RoomRefusal::NoUser(ann.id);
    let added = f.rooms.add(room, ben, vec![ann.id], f.tick()).await?;
    assert_eq!(added, Added::Refused(refusal));
    let opened = f.rooms.open_direct(ben, ann.id, f.room_id(), f.tick()).await?;
    assert!(matches!(opened, DirectOpened::Refused(why) if why == refusal));

    let at = f.tick();
    assert!(!f.users.delete(ann.id, true, at).await?);
    assert!(!f.users.set_status(ann.id, AccountStatus::Active, at).await?);
    assert!(!f.users.set_admin(ann.id, true, at).await?);
    assert!(
        !f.users
            .set_password(ann.id, f.hash("new"), None, None, at)
            .await?
    );
    let change = ProfileChange::default();
    assert_eq!(f.users.change_profile(ann.id, change, f.tick()).await?, None);
    let number = "+41791234567".parse().expect("a number");
    let set = f.users.set_mobile(ann.id, Some(number)).await?;
    assert!(matches!(set, MobileSet::Unknown));
    f.users.set_last_seen(vec![(ann.id, at)]).await?;
    assert_eq!(f.account(ann).await?.last_seen, None);
    assert!(!f.second_steps.set_mailed_code(ann.id, false).await?);
    assert!(!f.second_steps.enrol_app(ann.id, f.bytes(), at).await?);
    f.proof(ann, Purpose::Reset).await?;
    assert!(f.letters().await?.is_empty());
    assert!(!f.users.delete(f.nobody(), true, at).await?);
    Ok(())
}

/// What a deleted account had is free for others, its name included; several can be deleted.
pub async fn what_a_deleted_account_had_is_free(f: &Fixture) -> Tested {
    for _ in 0..2 {
        let ann = well_known(f).await?;
        assert_eq!(
            f.second_steps.find(ann.id).await?,
            Some(SecondStep {
                mailed_code: true,
                ..SecondStep::default()
            })
        );
        f.users.delete(ann.id, false, f.tick()).await?;
    }
    f.person("deleted").await?;
    Ok(())
}

/// Letters to others go on waiting, to the same address as well.
pub async fn letters_to_others_go_on_waiting(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", false).await?;
    let ben = f.person_at("ben", "ann@example.org", false).await?;
    for user in [ann, ben] {
        let letter = f.letter("ann@example.org", LetterKind::LoginCode);
        f.challenges
            .open(f.new_challenge(Some(user)), Some(letter))
            .await?;
    }
    f.users.delete(ann.id, false, f.tick()).await?;
    assert_eq!(f.letters().await?.len(), 1);
    Ok(())
}

/// Whoever is deleted leaves his groups as anybody does; what he said stays, and so do his direct rooms.
pub async fn groups_are_left_and_messages_stay(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ben, &[ann]).await?;
    let direct = f.direct(ann, ben).await?;
    for place in [room, direct] {
        f.say(place, ann, "hello").await?;
    }
    let later = f.say(room, ben, "and good bye").await?.at;
    f.users.delete(ann.id, false, later).await?;
    departed(f, room, ann, true, 0).await;
    let left = f.events(room).await?.pop().expect("an event");
    let expected = What::MemberLeft {
        user: ann,
        reason: LeaveReason::Left,
    };
    assert_eq!((&left.what, left.actor), (&expected, Some(ann)));
    assert!(left.at >= later, "the time of a room never goes back");
    assert_eq!(f.roles(room, ben, 10).await?, [(ben.id, Role::Owner)]);
    assert_eq!(f.view(room, ben).await?.room.members, 1);
    for place in [room, direct] {
        let page = f.history(place, ben, HistoryRange::Newest, 10).await?;
        let What::Message(message) = &page.messages[0].what else {
            panic!("a message")
        };
        assert_eq!(message.body.as_ref().map(|body| body.as_str()), Some("hello"));
    }
    let view = f.view(direct, ben).await?;
    let peer = view.peer.expect("it is a direct room");
    assert_eq!((peer.user, peer.display_name.as_str()), (ann, "Deleted user"));
    let opened = f.rooms.open_direct(ben, ann.id, f.room_id(), f.tick()).await?;
    assert!(matches!(opened, DirectOpened::Existing(_)));
    Ok(())
}

/// Channels are left as well, and pass on; and nobody is asked to let in who is gone.
pub async fn channels_are_left_and_requests_end(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let channel = f.channel(ann, &[ben]).await?;
    let guarded = f
        .create(NewRoom {
            rules: Rules {
                join: JoinPolicy::Approval,
                ..Rules::default()
            },
            ..f.new_room(ben)
        })
        .await?;
    f.rooms.join(guarded, ann, None, f.tick()).await?;
    f.users.delete(ann.id, false, f.tick()).await?;
    let ended = What::JoinRequestEnded {
        room: guarded,
        user: ann,
        admitted: false,
    };
    f.heard
        .wait(|| {
            let heard = f.heard.events(ben.id);
            heard.iter().any(|event| event.what == ended).then_some(())
        })
        .await;
    f.heard
        .wait(|| {
            let heard = f.heard.events(channel);
            let passed = |what: &What| matches!(what, What::OwnerChanged { owner, .. } if *owner == ben);
            heard.iter().any(|event| passed(&event.what)).then_some(())
        })
        .await;
    assert_eq!(f.view(channel, ben).await?.room.members, 1);
    let waiting = f
        .admission
        .requests(guarded, ben.id, None, PageSize::default())
        .await?;
    assert_eq!(waiting.expect("he may").requests, []);
    Ok(())
}

/// What somebody wrote is deleted wherever he ever was, if that was wished: what he said, and what he edited away.
pub async fn messages_are_deleted_wherever_they_are(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (room, once) = (f.group(ben, &[ann]).await?, f.group(ben, &[ann]).await?);
    let (direct, never) = (f.direct(ann, ben).await?, f.group(ben, &[]).await?);
    for place in [room, once, direct] {
        let seq = f.say(place, ann, "secret").await?.seq;
        f.edit(place, ann, seq, "still secret").await?;
        f.say(place, ben, "what?").await?;
        let gone = f.say(place, ann, "gone already").await?.seq;
        f.delete(place, ann, gone).await?;
    }
    f.leave(once, ann).await?;
    f.say(never, ben, "hello").await?;
    f.users.delete(ann.id, true, f.tick()).await?;
    for (place, left) in [(room, true), (once, true), (direct, false)] {
        departed(f, place, ann, left, 2).await;
        let page = f.history(place, ben, HistoryRange::Newest, 10).await?;
        let bodies: Vec<_> = page
            .messages
            .iter()
            .map(|event| match &event.what {
                What::Message(message) => message.body.as_ref().map(|body| body.as_str()),
                _ => panic!("a message"),
            })
            .collect();
        assert_eq!(bodies, [None, Some("what?"), None]);
        let first = page.messages[0].seq;
        assert!(f.all_revisions(place, ben, first).await?.is_empty());
        let deletion = f.events(place).await?.pop().expect("an event");
        assert_eq!(deletion.what, What::MessageDeleted { target: first });
        assert_eq!(f.unread(place, ben).await?, 0);
    }
    assert_eq!(f.heard.events(never).len(), 2);
    Ok(())
}

/// Groups pass to the admin, else the member, who is longest in them, and end with their last member.
pub async fn groups_of_the_deleted_pass_on(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let (ruled, equal, own) = (
        f.group(ann, &[ben, cleo]).await?,
        f.group(ann, &[]).await?,
        f.group(ann, &[]).await?,
    );
    f.promote(ruled, ann, cleo).await?;
    f.add(equal, ann, cleo).await?;
    f.add(equal, ann, ben).await?;
    f.say(own, ann, "to myself").await?;
    f.users.delete(ann.id, false, f.tick()).await?;
    for room in [ruled, equal] {
        f.heard
            .wait(|| {
                f.heard
                    .events(room)
                    .into_iter()
                    .find(|event| matches!(event.what, What::OwnerChanged { .. }))
            })
            .await;
        assert_eq!(f.view(room, cleo).await?.role, Role::Owner);
        assert_eq!(f.view(room, ben).await?.role, Role::Member);
    }
    f.heard
        .wait(|| {
            f.heard
                .events(own)
                .into_iter()
                .find(|event| event.what == What::RoomDeleted)
        })
        .await;
    assert!(f.rooms.list(ann.id, None, PageSize::MAX).await?.rooms.is_empty());
    Ok(())
}

/// Thousands of messages are deleted piece by piece, while others go on writing.
pub async fn a_long_history_is_deleted_piece_by_piece(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ben, &[ann]).await?;
    let before = f.say(room, ben, "before").await?;
    f.say_many(room, ann, 350).await?;
    f.say_many(room, ben, 50).await?;
    f.users.delete(ann.id, true, f.tick()).await?;
    f.say_many(room, ben, 50).await?;
    departed(f, room, ann, true, 350).await;
    let view = f.view(room, ben).await?;
    assert_eq!(view.head.msg_no.0, 451);
    let last = view.last_message.expect("there are messages");
    assert!(matches!(&last.what, What::Message(message) if message.body.is_some()));
    let kept = f.log.message(room, ben.id, before.seq).await?;
    assert_eq!(kept, Some(before));
    Ok(())
}
