//! Sending twice, and storing once.

use parlor_domain::{Event, What};
use parlor_ports::{Append, AppendRefusal, Appended};

use super::Tested;
use crate::{Fixture, delete, edit, key, message, polled_in_order, reply};

/// A message that is sent again is stored once, and answered with what was stored.
pub async fn a_repeated_append_is_known(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let hello = f.draft(room, ann, message("hello"));
    let first = f.append(hello.clone()).await?;
    f.say(room, ann, "something else").await?;
    let count = f.heard.len();
    let later = Append {
        at: f.tick(),
        ..hello
    };
    assert_eq!(f.known(later).await?, first);
    assert_eq!(f.heard.len(), count, "what is known is not published again");
    Ok(())
}

/// The same client id in the same instant, and so perhaps in the same batch, is stored once.
pub async fn an_append_repeated_in_the_same_instant_is_stored_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let hello = f.draft(room, ann, message("hello"));
    let answers = polled_in_order((0..20).map(|_| f.log.append(hello.clone()))).await;
    let mut events = Vec::new();
    let mut new = 0;
    for answer in answers {
        match answer? {
            Appended::New(event) => {
                new += 1;
                events.push(event);
            }
            Appended::Known(event) => events.push(event),
            Appended::Refused(why) => panic!("{why:?}"),
        }
    }
    assert_eq!(new, 1);
    assert!(events.windows(2).all(|pair| pair[0] == pair[1]));
    Ok(())
}

/// One client id for two contents in the same instant: one is stored, the other refused.
pub async fn a_client_id_used_twice_in_the_same_instant_is_a_conflict(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let one = f.draft(room, ann, message("one"));
    let other = Append {
        draft: message("other"),
        ..one.clone()
    };
    let answers = polled_in_order([f.log.append(one), f.log.append(other)]).await;
    let [first, second] = answers.try_into().expect("two answers");
    assert!(matches!(first?, Appended::New(_)));
    assert!(matches!(second?, Appended::Refused(AppendRefusal::Conflict)));
    Ok(())
}

/// A client id that was used for something else is a conflict, whichever part differs.
pub async fn a_client_id_used_for_something_else_is_a_conflict(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let before = f.say(room, ann, "before").await?.seq;
    let hello = f.draft(room, ann, message("hello"));
    let seq = f.append(hello.clone()).await?.seq;
    for other in [
        message("hello!"),
        reply(before, "hello"),
        edit(seq, "hello"),
        delete(seq),
    ] {
        let append = Append {
            draft: other.clone(),
            ..hello.clone()
        };
        assert_eq!(f.refusal(append).await?, AppendRefusal::Conflict, "{other:?}");
    }
    Ok(())
}

/// Edits and deletions that are sent again are known as well.
pub async fn repeated_edits_and_deletions_are_known(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    let change = f.draft(room, ann, edit(seq, "hello all"));
    let edited = f.append(change.clone()).await?;
    assert_eq!(f.known(change.clone()).await?, edited);
    let end = f.draft(room, ann, delete(seq));
    let deleted = f.append(end.clone()).await?;
    assert_eq!(f.known(end).await?, deleted);
    let event = f.known(change.clone()).await?;
    assert_eq!(event.seq, edited.seq);
    assert!(
        matches!(event.what, What::MessageEdited { body: None, .. }),
        "as a replay: {event:?}"
    );
    let other = Append {
        draft: edit(seq, "something else"),
        ..change
    };
    assert_eq!(f.refusal(other).await?, AppendRefusal::Conflict);
    Ok(())
}

/// A repeated append is compared with what was sent, not with what an edit made of it.
pub async fn a_repeated_append_is_known_after_an_edit(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let hello = f.draft(room, ann, message("hello"));
    let first = f.append(hello.clone()).await?;
    f.edit(room, ann, first.seq, "hello all").await?;
    let event = f.known(hello.clone()).await?;
    assert!(same_place(&event, &first));
    assert_eq!(
        f.log.message(room, ann.id, first.seq).await?,
        Some(event),
        "as it stands now"
    );
    let edited = Append {
        draft: message("hello all"),
        ..hello
    };
    assert_eq!(f.refusal(edited).await?, AppendRefusal::Conflict);
    Ok(())
}

/// A deletion does not make a message be sent anew by whoever repeats it.
pub async fn a_repeated_append_is_known_after_a_deletion(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let hello = f.draft(room, ann, message("hello"));
    let first = f.append(hello.clone()).await?;
    f.delete(room, ann, first.seq).await?;
    let event = f.known(hello.clone()).await?;
    assert!(same_place(&event, &first));
    assert!(matches!(&event.what, What::Message(message) if message.body.is_none()));
    let other = Append {
        draft: message("something else"),
        ..hello
    };
    assert_eq!(f.refusal(other).await?, AppendRefusal::Conflict);
    Ok(())
}

/// Who was put out still learns that his message had been stored before, and nothing new of him is.
pub async fn a_repeated_append_is_known_after_its_sender_was_put_out(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let hello = f.draft(room, ben, message("hello"));
    let first = f.append(hello.clone()).await?;
    f.put_out(room, ann, ben).await?;
    assert_eq!(f.known(hello.clone()).await?, first);
    let other = Append {
        draft: message("something else"),
        ..hello
    };
    assert_eq!(f.refusal(other).await?, AppendRefusal::Conflict);
    assert_eq!(
        f.refusal(f.draft(room, ben, message("again"))).await?,
        AppendRefusal::NoRoom
    );
    Ok(())
}

/// Client ids belong to one sender in one room.
pub async fn a_client_id_means_something_only_to_its_sender_in_its_room(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (room, other_room) = (f.group(ann, &[ben]).await?, f.group(ann, &[ben]).await?);
    let hello = Append {
        client_id: key("1"),
        ..f.draft(room, ann, message("hello"))
    };
    f.append(hello.clone()).await?;
    f.append(Append {
        sender: ben,
        draft: message("ben's"),
        ..hello.clone()
    })
    .await?;
    f.append(Append {
        room: other_room,
        draft: message("elsewhere"),
        ..hello
    })
    .await?;
    Ok(())
}

/// A refusal does not use up the client id.
pub async fn a_client_id_that_was_refused_can_be_used(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let hello = f.draft(room, ben, message("hello"));
    assert_eq!(f.refusal(hello.clone()).await?, AppendRefusal::NoRoom);
    f.join(room, ben).await?;
    f.append(Append {
        draft: message("hello again"),
        ..hello
    })
    .await?;
    Ok(())
}

fn same_place(one: &Event, other: &Event) -> bool {
    (one.seq, one.tag, one.number, one.msg_no, one.at)
        == (other.seq, other.tag, other.number, other.msg_no, other.at)
}
