//! Whom messages mention.

use std::sync::Arc;

use parlor_domain::{CalledAll, Event, Mentions, Role, RoomKind, Rules, UserId, What, Who};
use parlor_ports::{Appended, NewRoom};

use super::Tested;
use crate::{Fixture, edit, message, to_all};

fn mentions(event: &Arc<Event>) -> Mentions {
    match &event.what {
        What::Message(message) => message.mentions.clone(),
        What::MessageEdited { mentions, .. } => mentions.clone(),
        other => panic!("no message: {other:?}"),
    }
}

fn named(event: &Arc<Event>) -> Vec<UserId> {
    mentions(event).users.iter().map(|user| user.id).collect()
}

/// Names are those of members, whatever their case, in the order of the text.
pub async fn members_are_mentioned_by_name(f: &Fixture) -> Tested {
    let [ann, bob, cleo, dan] = f.people(["ann", "Bob", "cleo", "dan"]).await?;
    let room = f.group(ann, &[bob, cleo]).await?;
    let said = f.say(room, ann, "@cleo, @BOB and @dan: @nobody @ann").await?;
    assert_eq!(named(&said), [cleo.id, bob.id, ann.id], "{dan:?} is not there");
    let other = f.group(dan, &[bob]).await?;
    assert_eq!(named(&f.say(other, dan, "@ann @bob").await?), [bob.id]);
    let read = f.log.message(room, bob.id, said.seq).await?.expect("it is there");
    assert_eq!(read, said, "it is read as it was said");
    assert_eq!(f.events(room).await?.last(), Some(&said));
    Ok(())
}

/// All are mentioned by those who have the right to it, and never in a conversation of two.
pub async fn all_are_mentioned_by_right(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.group(ann, &[bob]).await?;
    assert!(mentions(&f.say(room, ann, "@all").await?).all);
    assert!(!mentions(&f.say(room, bob, "@all").await?).all);
    f.rooms
        .change_role(room, ann, bob.id, Role::Admin, f.tick())
        .await?;
    assert!(mentions(&f.say(room, bob, "@All").await?).all);
    let direct = f.direct(ann, bob).await?;
    assert!(!mentions(&f.say(direct, ann, "@all").await?).all);
    let [cleo] = f.people(["cleo"]).await?;
    let open = f.group(ann, &[cleo]).await?;
    let granted = to_all("Closed on Monday.", CalledAll::Granted);
    let said = f.append(f.draft(open, cleo, granted)).await?;
    assert!(mentions(&said).all, "the server has given the right");
    Ok(())
}

/// In a channel only those mention anybody who see who reads it.
pub async fn readers_of_a_channel_are_not_found_by_mentioning_them(f: &Fixture) -> Tested {
    let [ann, bob, cleo] = f.people(["ann", "bob", "cleo"]).await?;
    let new = f.new_room(ann);
    let rules = Rules {
        posting: Who::Everyone,
        ..new.rules
    };
    let room = f
        .create(NewRoom {
            kind: RoomKind::Channel,
            members: vec![bob.id, cleo.id],
            rules,
            ..new
        })
        .await?;
    assert_eq!(named(&f.say(room, ann, "@cleo").await?), [cleo.id]);
    let said = f.say(room, bob, "@ann and @cleo, are you here?").await?;
    assert!(named(&said).is_empty());
    let Appended::New(edited) = f.log.append(f.draft(room, bob, edit(said.seq, "@cleo?"))).await? else {
        panic!("it is his")
    };
    assert!(named(&edited).is_empty());
    Ok(())
}

/// An edit mentions whom its text names, and all only if all were mentioned before. A deletion mentions nobody.
pub async fn an_edit_mentions_anew(f: &Fixture) -> Tested {
    let [ann, bob, cleo] = f.people(["ann", "bob", "cleo"]).await?;
    let room = f.group(ann, &[bob, cleo]).await?;
    let said = f.say(room, ann, "@bob").await?;
    let edited = f.edit(room, ann, said.seq, "@cleo @all").await?;
    assert_eq!(named(&edited), [cleo.id]);
    assert!(!mentions(&edited).all, "nobody is called by an edit");
    let now = f.log.message(room, bob.id, said.seq).await?.expect("it is there");
    assert_eq!(edited.changed(&said).as_ref(), Some(&*now), "as the event says");
    assert_eq!(f.events(room).await?.last(), Some(&edited));

    let called = f.say(room, ann, "@all").await?;
    assert!(mentions(&f.edit(room, ann, called.seq, "dear @all").await?).all);
    assert!(!mentions(&f.edit(room, ann, called.seq, "dear all").await?).all);
    let deletion = f.delete(room, ann, said.seq).await?;
    let now = f.log.message(room, bob.id, said.seq).await?.expect("it is there");
    assert!(mentions(&now).is_none());
    let before = edited.changed(&said).expect("it has changed");
    assert_eq!(
        deletion.changed(&before).as_ref(),
        Some(&*now),
        "as the event says"
    );
    Ok(())
}

/// A repeated message is known, whoever has come or gone since.
pub async fn who_came_since_changes_no_repeat(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let room = f.group(ann, &[]).await?;
    let draft = f.draft(room, ann, message("@bob"));
    let said = f.append(draft.clone()).await?;
    f.rooms.add(room, ann, vec![bob.id], f.tick()).await?;
    assert_eq!(f.known(draft).await?, said);
    assert!(mentions(&said).is_none());
    Ok(())
}

/// In a batch, each message has the mentions of its own room.
pub async fn a_batch_keeps_rooms_apart(f: &Fixture) -> Tested {
    let [ann, bob, cleo] = f.people(["ann", "bob", "cleo"]).await?;
    let rooms = [f.group(ann, &[bob]).await?, f.group(ann, &[cleo]).await?];
    let drafts = (0..20).map(|n| f.draft(rooms[n % 2], ann, message("@bob @cleo")));
    let drafts: Vec<_> = drafts.collect();
    let said = crate::polled_in_order(drafts.into_iter().map(|draft| f.append(draft))).await;
    for (n, said) in said.into_iter().enumerate() {
        assert_eq!(named(&said?), [[bob.id], [cleo.id]][n % 2]);
    }
    let one = f.say(rooms[0], ann, "nobody").await?;
    f.append(f.draft(rooms[0], ann, edit(one.seq, "@bob"))).await?;
    Ok(())
}
