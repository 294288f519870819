//! Blocks, and what they are good for.

use std::collections::BTreeSet;

use parlor_domain::{Audience, Mark, ProfileChange, Seq, UserRef, What};
use parlor_ports::{
    Added, AppendRefusal, Appended, Bar, BlockPut, ContactPut, ContactRefusal, DirectOpened, NewRoom,
    Requested, RoomCreated, RoomRefusal, StoreError, UserSearch,
};

use super::Tested;
use crate::{Fixture, address, at_once, edit, message, reply};

/// A block keeps both sides from saying and changing anything in their direct room, until it ends; each can delete what is his.
/// The one who blocks is told that it is his block.
pub async fn a_block_bars_both_sides_of_a_direct_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.direct(ann, ben).await?;
    let group = f.group(ann, &[ben]).await?;
    let (anns, bens) = (
        f.say(room, ann, "hi").await?.seq,
        f.say(room, ben, "ho").await?.seq,
    );
    let more = (
        f.say(room, ann, "hi").await?.seq,
        f.say(room, ben, "ho").await?.seq,
    );
    f.block(ann, ben).await?;
    for (user, own, refusal, bar) in [
        (ann, anns, AppendRefusal::Barring, Bar::Own),
        (ben, bens, AppendRefusal::Barred, Bar::Others),
    ] {
        for draft in [message("more"), reply(anns, "more"), edit(own, "other")] {
            assert_eq!(f.refusal(f.draft(room, user, draft)).await?, refusal);
        }
        assert_eq!(f.contacts.barred(room, user.id).await?, Some(bar));
        assert_eq!(f.contacts.barred(group, user.id).await?, None);
        f.delete(room, user, own).await?;
        f.say(group, user, "in groups nothing changes").await?;
    }
    f.block(ben, ann).await?;
    f.unblock(ann, ben).await?;
    assert_eq!(
        f.refusal(f.draft(room, ann, message("more"))).await?,
        AppendRefusal::Barred
    );
    assert_eq!(
        f.refusal(f.draft(room, ben, edit(more.1, "other"))).await?,
        AppendRefusal::Barring
    );
    f.unblock(ben, ann).await?;
    f.say(room, ann, "peace").await?;
    f.say(room, ben, "peace").await?;
    assert_eq!(f.contacts.barred(room, ann.id).await?, None);
    Ok(())
}

/// Whatever is sent while a block is made is stored before it or refused.
pub async fn nothing_is_said_after_a_block(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.direct(ann, ben).await?;
    let begun: Vec<_> = (0..100)
        .map(|n| f.draft(room, [ann, ben][n % 2], message("and another thing")))
        .collect();
    let at = f.tick();
    let said = at_once(begun.into_iter().enumerate().map(|(n, append)| {
        let (log, contacts) = (f.log.clone(), f.contacts.clone());
        async move {
            if n == 50 {
                assert_eq!(contacts.block(ann, ben.id, 20, at).await?, BlockPut::New);
            }
            let outcome = log.append(append).await?;
            assert!(n != 50 || matches!(outcome, Appended::Refused(_)), "{outcome:?}");
            Ok::<_, StoreError>(outcome)
        }
    }));
    let mut stored = 0;
    for answer in said.await {
        match answer? {
            Appended::New(_) => stored += 1,
            Appended::Refused(AppendRefusal::Barred | AppendRefusal::Barring) => {}
            other => panic!("{other:?}"),
        }
    }
    let own = f.events(ann.id).await?;
    let block = own
        .iter()
        .find(|event| matches!(event.what, What::BlockChanged { .. }));
    let block = block.expect("it is told").number;
    let log = f.events(room).await?;
    let messages = log.iter().filter(|event| matches!(event.what, What::Message(_)));
    assert_eq!(messages.clone().count(), stored);
    assert!(messages.clone().all(|message| message.number < block));
    Ok(())
}

async fn opened(f: &Fixture, actor: UserRef, peer: UserRef) -> Result<Option<RoomRefusal>, StoreError> {
    let opened = f.rooms.open_direct(actor, peer.id, f.room_id(), f.tick()).await?;
    Ok(match opened {
        DirectOpened::New(_) | DirectOpened::Existing(_) => None,
        DirectOpened::Refused(refusal) => Some(refusal),
    })
}

/// A direct room is not made across a block, nor with somebody who is reached by contacts only by one who is none; he cannot tell
/// the one from the other. One that is there is found all the same.
pub async fn a_direct_room_is_opened_by_who_may(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = f.people(["ann", "ben", "cleo", "dora"]).await?;
    f.direct(ann, dora).await?;
    f.block(ann, ben).await?;
    f.block(ann, dora).await?;
    f.reserve(cleo).await?;
    f.know(ben, cleo).await?;
    assert_eq!(opened(f, ann, ben).await?, Some(RoomRefusal::Blocked(ben.id)));
    assert_eq!(opened(f, ben, ann).await?, Some(RoomRefusal::NotAContact(ann.id)));
    assert_eq!(
        opened(f, ben, cleo).await?,
        Some(RoomRefusal::NotAContact(cleo.id))
    );
    assert_eq!(opened(f, ann, dora).await?, None);
    assert_eq!(opened(f, dora, ann).await?, None);
    f.know(cleo, ben).await?;
    assert_eq!(opened(f, ben, cleo).await?, None);
    assert_eq!(opened(f, cleo, dora).await?, None, "whom she writes to herself");
    f.unblock(ann, ben).await?;
    assert_eq!(opened(f, ben, ann).await?, None);
    Ok(())
}

/// Nobody is brought into a group by whom he has blocked, or by a stranger if he is reached by contacts only; nor does one bring in
/// whom one has blocked.
pub async fn groups_are_not_forced_upon_anybody(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let group = f.group(ann, &[]).await?;
    f.block(ben, ann).await?;
    f.reserve(cleo).await?;
    let add = async |users: &[UserRef]| {
        let users = users.iter().map(|user| user.id).collect();
        f.rooms.add(group, ann, users, f.tick()).await
    };
    let make = async |user: UserRef| {
        let members = vec![user.id];
        let made = f
            .rooms
            .create(NewRoom {
                members,
                ..f.new_room(ann)
            })
            .await?;
        Ok::<_, StoreError>(match made {
            RoomCreated::Refused(refusal) => Some(refusal),
            _ => None,
        })
    };
    for user in [ben, cleo] {
        let refusal = RoomRefusal::NotAContact(user.id);
        assert_eq!(add(&[user]).await?, Added::Refused(refusal));
        assert_eq!(make(user).await?, Some(refusal));
    }
    f.know(cleo, ann).await?;
    assert_eq!(make(cleo).await?, None);
    f.unblock(ben, ann).await?;
    f.block(ann, ben).await?;
    assert_eq!(make(ben).await?, Some(RoomRefusal::Blocked(ben.id)));
    assert_eq!(
        add(&[cleo, ben]).await?,
        Added::Refused(RoomRefusal::Blocked(ben.id))
    );
    f.join(group, ben).await?;
    assert_eq!(
        add(&[cleo, ben]).await?,
        Added::Done(vec![cleo]),
        "he is in already"
    );
    Ok(())
}

/// Whoever is blocked sees of the other what everybody sees, whatever was shown to him before, and finds him by his whole username
/// only.
pub async fn a_blocked_person_sees_what_nobody_shows(f: &Fixture) -> Tested {
    let ann = f.person_at("ann", "ann@example.org", true).await?;
    let ben = f.person("ben").await?;
    f.rename(ann, "Anna Lee").await?;
    let change = ProfileChange {
        show_email: Some(Audience::Everyone),
        show_last_seen: Some(Audience::Contacts),
        ..ProfileChange::default()
    };
    f.users.change_profile(ann.id, change, f.tick()).await?;
    f.users.set_last_seen(vec![(ann.id, f.tick())]).await?;
    f.know(ann, ben).await?;
    for blocked in [false, true, false] {
        match blocked {
            true => f.block(ann, ben).await?,
            false => drop(f.contacts.unblock(ann, ben.id, f.tick()).await?),
        }
        let (_, shown) = f.users.shown(ben.id, vec![ann.id]).await?.remove(0);
        assert_eq!(shown.email.is_none() && shown.last_seen.is_none(), blocked);
        let (_, own) = f.users.shown(ann.id, vec![ann.id]).await?.remove(0);
        assert!(own.email.is_some());
        for (wanted, found) in [
            (UserSearch::Email(address("ann@example.org")), !blocked),
            (UserSearch::Beginning("anna".into()), !blocked),
            (UserSearch::Beginning("an".into()), !blocked),
            (UserSearch::Beginning("ANN".into()), true),
        ] {
            let people = f.users.search(ben.id, wanted.clone(), 10).await?;
            assert_eq!(people.len() == 1, found, "{wanted:?} {blocked}");
        }
        assert_eq!(f.contacts.blocked(ben.id, ann.id).await?, blocked);
        assert_eq!(f.contacts.blocked(ann.id, ben.id).await?, blocked);
    }
    Ok(())
}

/// While a block is, no mark of a direct room moves; afterwards they do.
pub async fn marks_rest_while_a_block_is(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.direct(ann, ben).await?;
    let seq = f.say(room, ben, "hello").await?.seq;
    f.block(ann, ben).await?;
    let heard = f.heard.marks(room).len();
    f.read(room, ann, seq).await?;
    assert_eq!(f.heard.marks(room).len(), heard);
    let peer = f.view(room, ben).await?.peer.expect("a peer");
    assert!(peer.mark.read < seq);
    f.unblock(ann, ben).await?;
    f.mark(room, ann, Mark::read(Seq(u64::MAX))).await?;
    let peer = f.view(room, ben).await?.peer.expect("a peer");
    assert_eq!(peer.mark.read, seq);
    Ok(())
}

/// Blocks are listed page by page, and are so many at most; each is told once to who blocks, and to nobody else.
pub async fn blocks_are_listed_and_bounded(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let crowd = f.crowd("person", 50).await?;
    for user in &crowd[..4] {
        f.block(ann, *user).await?;
    }
    let again = f.contacts.block(ann, crowd[0].id, 20, f.tick()).await?;
    assert_eq!(again, BlockPut::Known);
    f.unblock(ann, crowd[1]).await?;
    assert!(!f.contacts.unblock(ann, crowd[1].id, f.tick()).await?);
    let blocked: BTreeSet<_> = [0, 2, 3].map(|n| crowd[n].id).into();
    assert_eq!(f.lists(ann).await?.blocked, blocked);
    assert_eq!(f.happened(ann.id).await?.len(), 5);
    assert!(f.happened(crowd[0].id).await?.is_empty());
    let nobody = f.contacts.block(ann, f.nobody(), 20, f.tick()).await?;
    assert_eq!(nobody, BlockPut::Refused(ContactRefusal::NoUser));
    let put = f.contacts.put(f.new_contact(ann, crowd[0])).await?;
    assert_eq!(put, ContactPut::Refused(ContactRefusal::Blocked));

    let blocks = at_once(crowd.iter().map(|user| {
        let (contacts, user, at) = (f.contacts.clone(), user.id, f.tick());
        async move { contacts.block(ben, user, 1, at).await }
    }));
    let mut made = 0;
    for block in blocks.await {
        made += usize::from(block? == BlockPut::New);
    }
    assert_eq!((made, f.lists(ben).await?.blocked.len()), (1, 1));
    Ok(())
}

/// A block ends the requests between two people. Those of who is blocked go on waiting in his eyes, also such as he makes
/// afterwards; of his own who blocks can make none.
pub async fn a_block_ends_requests(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    f.ask(ben, ann).await?;
    f.ask(ann, cleo).await?;
    let before = (f.happened(ben.id).await?, f.lists(ben).await?);
    f.block(ann, ben).await?;
    f.block(ann, cleo).await?;
    assert_eq!((f.happened(ben.id).await?, f.lists(ben).await?), before);
    let anns = f.lists(ann).await?;
    assert!(anns.incoming.is_empty() && anns.outgoing.is_empty());
    assert!(
        f.lists(cleo).await?.incoming.is_empty(),
        "as if it were taken back"
    );
    f.ask(cleo, ann).await?;
    assert!(f.lists(cleo).await?.outgoing.contains_key(&ann.id));
    assert!(f.lists(ann).await?.incoming.is_empty());
    let own = f.contacts.request(f.new_request(ann, ben)).await?;
    assert_eq!(own, Requested::Refused(ContactRefusal::Blocked));
    f.unblock(ann, cleo).await?;
    assert!(
        f.lists(ann).await?.incoming.is_empty(),
        "it is as if it were declined"
    );
    Ok(())
}

/// Of a direct room that is opened while a block is made there is none, or one in which nobody writes.
pub async fn a_direct_room_and_a_block_at_once(f: &Fixture) -> Tested {
    for n in 0..20 {
        let [ann, ben] = f.people([&format!("ann{n}"), &format!("ben{n}")]).await?;
        let (rooms, contacts) = (f.rooms.clone(), f.contacts.clone());
        let (room, opening, blocking) = (f.room_id(), f.tick(), f.tick());
        let opening = tokio::spawn(async move { rooms.open_direct(ben, ann.id, room, opening).await });
        let blocking = tokio::spawn(async move { contacts.block(ann, ben.id, 20, blocking).await });
        let (opened, blocked) = tokio::join!(opening, blocking);
        assert_eq!(blocked.expect("no panic")?, BlockPut::New);
        match opened.expect("no panic")? {
            DirectOpened::Refused(refusal) => assert_eq!(refusal, RoomRefusal::NotAContact(ann.id)),
            _ => {
                let late = f.refusal(f.draft(room, ben, message("hello"))).await?;
                assert_eq!(late, AppendRefusal::Barred);
            }
        }
    }
    Ok(())
}
