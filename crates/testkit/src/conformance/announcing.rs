//! What is told to everybody.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use parlor_domain::{
    AccountStatus, CalledAll, LeaveReason, Notify, NotifyLevel, Role, RoomChange, RoomId, Seq, UserRef, What,
};
use parlor_ports::{About, Added, AppendRefusal, Gathered, Joined, RoomAct, RoomRefusal};

use super::Tested;
use crate::{Fixture, at_once, message, to_all};

/// Whether somebody is notified of this.
async fn hears(
    f: &Fixture,
    user: UserRef,
    said: &parlor_domain::Event,
) -> Result<bool, parlor_ports::StoreError> {
    let notices = f.notices(user, true).await?;
    Ok(notices.iter().any(
        |notice| matches!(&notice.about, About::All(message) if (message.stream, message.seq) == (said.stream, said.seq)),
    ))
}

/// Whether it was told that somebody left a room.
fn has_left(f: &Fixture, room: RoomId, user: UserRef) -> bool {
    let left = |what: &What| matches!(what, What::RoomLeft { room: left, .. } if *left == room);
    f.heard.events(user.id).iter().any(|event| left(&event.what))
}

/// Who is there gets the first announcement, who comes later those that follow.
pub async fn everybody_is_told(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let bot = f.bot("news-bot").await?;
    assert_eq!(f.happened(ann.id).await?, [], "there is no such room");
    let first = f.announce(bot, "Welcome.").await?;
    assert_eq!(f.gather().await?, 2);
    let room = RoomId::new(first.stream.uuid());
    for user in [ann, ben] {
        let joined = What::RoomJoined {
            room,
            joined: Seq(1),
            visible_from: Seq(1),
        };
        assert_eq!(f.happened(user.id).await?, [joined]);
        assert_eq!(f.unread(room, user).await?, 1);
        assert!(hears(f, user, &first).await?);
    }
    let cleo = f.person("cleo").await?;
    assert_eq!(f.unread(room, cleo).await?, 0);
    assert!(!hears(f, cleo, &first).await?);
    assert!(f.log.message(room, cleo.id, first.seq).await?.is_none());
    let view = f.view(room, cleo).await?;
    assert!(view.room.everyones && view.last_message.is_none());
    assert_eq!((view.role, view.room.owner), (Role::Member, None));
    assert_eq!(view.room.members, 4, "and the bot");

    let second = f.announce(bot, "Closed on Monday.").await?;
    for user in [ann, ben, cleo] {
        assert!(hears(f, user, &second).await?);
    }
    assert_eq!(f.unread(room, cleo).await?, 1);
    f.read(room, cleo, second.seq).await?;
    assert!(!hears(f, cleo, &second).await?, "she has read it");
    assert!(!f.rooms.share_a_room(ann.id, ben.id).await?);
    assert_eq!(f.gather().await?, 0, "all are there");
    Ok(())
}

/// One cannot leave it or change it, nor be kept from it; one can hear nothing of it.
pub async fn nobody_leaves_it(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (bot, other) = (f.bot("news-bot").await?, f.bot("other-bot").await?);
    let said = f.announce(bot, "Welcome.").await?;
    let room = RoomId::new(said.stream.uuid());
    f.gather().await?;
    let before = f.happened(room).await?;
    for actor in [ann, bot] {
        let at = f.tick();
        let link = f.admission.add_link(f.new_link(room, actor)).await?;
        assert_eq!(link, Err(RoomRefusal::Everyones));
        let change = RoomChange {
            topic: Some("mine".parse().expect("a topic")),
            ..RoomChange::default()
        };
        for act in [
            f.rooms
                .remove(room, actor, actor.id, LeaveReason::Left, at)
                .await?,
            f.rooms
                .remove(room, actor, ben.id, LeaveReason::Removed, at)
                .await?,
            f.rooms.change_role(room, actor, ben.id, Role::Admin, at).await?,
            f.rooms.hand_over(room, actor, ben.id, at).await?,
            f.rooms.update(room, actor, change, at).await?,
            f.rooms.delete(room, actor, at).await?,
            f.moderation.ban(room, actor, ben.id, at).await?,
            f.moderation.mute(room, actor, ben.id, None, at).await?,
        ] {
            assert!(matches!(act, RoomAct::Refused(RoomRefusal::Everyones)), "{act:?}");
        }
        let added = f.rooms.add(room, actor, vec![other.id], at).await?;
        assert_eq!(added, Added::Refused(RoomRefusal::Everyones));
    }
    let act = f
        .rooms
        .remove(room, other, ann.id, LeaveReason::Removed, f.tick())
        .await?;
    assert!(matches!(act, RoomAct::Refused(RoomRefusal::NoRoom)), "{act:?}");
    let joined = f.rooms.join(room, other, None, f.tick()).await?;
    assert_eq!(joined, Joined::Refused(RoomRefusal::Closed));
    assert_eq!(f.happened(room).await?, before);
    assert!(f.rooms.find(room, other.id).await?.is_none());

    let nothing = Notify {
        level: NotifyLevel::Nothing,
        muted_until: None,
    };
    let quiet = f.rooms.set_notify(room, ann, nothing, f.tick()).await?;
    assert!(matches!(quiet, RoomAct::Done(Some(_))), "{quiet:?}");
    let said = f.announce(bot, "Closed on Monday.").await?;
    assert!(!hears(f, ann, &said).await? && hears(f, ben, &said).await?);
    Ok(())
}

/// Nobody speaks there but by the server's right, which is told from saying the same in another way.
pub async fn only_the_server_speaks(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let bot = f.bot("news-bot").await?;
    let said = f.announce(bot, "Welcome.").await?;
    let room = RoomId::new(said.stream.uuid());
    f.gather().await?;
    for (sender, draft) in [
        (ann, message("me too")),
        (bot, message("@all")),
        (bot, to_all("me too", CalledAll::Granted)),
    ] {
        let refusal = f.refusal(f.draft(room, sender, draft)).await?;
        assert_eq!(refusal, AppendRefusal::ReadOnly);
    }
    let stranger = f.bot("other-bot").await?;
    let announced = to_all("me too", CalledAll::Announced);
    let refusal = f.refusal(f.draft(room, stranger, announced.clone())).await?;
    assert_eq!(refusal, AppendRefusal::NoRoom);

    let once = f.draft(room, bot, announced);
    let first = f.append(once.clone()).await?;
    assert_eq!(f.known(once.clone()).await?, first);
    let group = f.group(ann, &[bot]).await?;
    let once = f.draft(group, bot, to_all("News.", CalledAll::Granted));
    f.append(once.clone()).await?;
    f.known(once.clone()).await?;
    let mut posted = once;
    posted.draft = message("News.");
    assert_eq!(
        f.refusal(posted).await?,
        AppendRefusal::Conflict,
        "to post is another request than to notify"
    );
    Ok(())
}

/// Those who were there before are brought in a few at a time, each once, whoever does it and however often it is begun anew. Who
/// is gone is not.
pub async fn people_are_brought_in_once(f: &Fixture) -> Tested {
    let people = f.crowd("reader", 9).await?;
    let bot = f.bot("news-bot").await?;
    f.users.delete(people[1].id, false, f.tick()).await?;
    f.users
        .set_status(people[2].id, AccountStatus::Disabled, f.tick())
        .await?;
    let room = f.everyones_room(bot).await?;
    let nobody = Gathered {
        people: 0,
        more: false,
    };
    assert_eq!(
        f.announcements.gather(2, f.tick()).await?,
        nobody,
        "nothing was said"
    );
    f.announce(bot, "Welcome.").await?;
    let some = f.announcements.gather(2, f.tick()).await?;
    assert_eq!((some.people, some.more), (1, true), "one is gone");
    let late = f.person("late").await?;
    let brought = at_once((0..4).map(|_| {
        let (store, at) = (f.announcements.clone(), f.tick());
        async move {
            let mut people = 0;
            loop {
                let gathered = store.gather(2, at).await?;
                people += gathered.people;
                if !gathered.more {
                    return Ok::<usize, parlor_ports::StoreError>(people);
                }
            }
        }
    }))
    .await;
    let brought: usize = brought.into_iter().sum::<Result<_, _>>()?;
    assert_eq!(brought, 7);
    for (n, user) in people.iter().enumerate() {
        let view = f.rooms.find(room, user.id).await?;
        assert_eq!(view.map(|view| view.unread), (n != 1).then_some(1), "{n}");
    }
    assert_eq!(f.unread(room, late).await?, 0);
    let view = f.view(room, bot).await?;
    assert_eq!(view.room.members, 10);
    Ok(())
}

/// Whoever registers while the room is made is in it, once.
pub async fn people_register_while_it_is_made(f: &Fixture) -> Tested {
    let bot = f.bot("news-bot").await?;
    let accounts = (0..8).map(|n| f.new_account(&format!("reader{n}")));
    let registering = try_join_all(accounts.map(|new| f.register(new)));
    let (people, said) = futures_util::future::try_join(registering, f.announce(bot, "Welcome.")).await?;
    f.gather().await?;
    let room = RoomId::new(said.stream.uuid());
    for user in &people {
        assert!(f.rooms.find(room, user.id).await?.is_some(), "{user:?}");
    }
    assert_eq!(f.view(room, bot).await?.room.members, 9);
    Ok(())
}

/// There is one, however many bots want it at once, and it is called as they want.
pub async fn there_is_one_such_room(f: &Fixture) -> Tested {
    let mut bots = Vec::new();
    for n in 0..4 {
        bots.push(f.bot(&format!("bot{n}")).await?);
    }
    let rooms = try_join_all(bots.iter().map(|bot| f.everyones_room(*bot))).await?;
    let room = rooms[0];
    assert_eq!(rooms.into_iter().collect::<BTreeSet<_>>().len(), 1);
    for bot in &bots {
        assert!(f.rooms.find(room, bot.id).await?.is_some());
    }
    let name: parlor_domain::RoomName = "News".parse().expect("a name");
    for _ in 0..2 {
        let (new_id, at) = (f.room_id(), f.tick());
        let found = f.announcements.open(bots[0], name.clone(), new_id, at).await?;
        assert_eq!(found, Some(room));
    }
    let told = f.happened(room).await?;
    assert!(
        matches!(&told[..], [What::RoomUpdated { name: Some(called), .. }] if *called == name),
        "{told:?}"
    );
    let gone = f.bot("gone-bot").await?;
    f.users.delete(gone.id, false, f.tick()).await?;
    let (new_id, at) = (f.room_id(), f.tick());
    let found = f.announcements.open(gone, name, new_id, at).await?;
    assert_eq!(found, None, "it is gone");
    Ok(())
}

/// It counts for nobody's limit while he is brought in, and an account that is deleted leaves it, which the last one does not end.
pub async fn it_outlasts_its_members(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    for _ in 0..f.rooms_per_user {
        f.group(ann, &[]).await?;
    }
    let bot = f.bot("news-bot").await?;
    let said = f.announce(bot, "Welcome.").await?;
    let room = RoomId::new(said.stream.uuid());
    assert_eq!(f.gather().await?, 1, "she has as many rooms as one may have");
    for user in [ann, bot] {
        f.users.delete(user.id, false, f.tick()).await?;
        f.heard.wait(|| has_left(f, room, user).then_some(())).await;
    }
    let ben = f.person("ben").await?;
    assert_eq!(f.view(room, ben).await?.room.members, 1);
    let other = f.bot("other-bot").await?;
    let said = f.announce(other, "Still here.").await?;
    assert!(hears(f, ben, &said).await?);
    Ok(())
}
