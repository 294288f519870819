//! Messages that are pinned.

use parlor_domain::{RoomId, Seq, UserRef, What};
use parlor_ports::{AppendRefusal, MessageAct, StoreError};

use super::Tested;
use crate::{Fixture, at_once};

async fn pin(f: &Fixture, room: RoomId, seq: Seq, by: UserRef, on: bool) -> Result<MessageAct, StoreError> {
    f.log.pin(room, seq, by, on, f.tick()).await
}

/// Whether a pin was refused, and why; `None` if it is told.
async fn refusal(
    f: &Fixture,
    room: RoomId,
    seq: Seq,
    by: UserRef,
    on: bool,
) -> Result<Option<AppendRefusal>, StoreError> {
    Ok(match pin(f, room, seq, by, on).await? {
        MessageAct::Done(event) => {
            let event = event.expect("it is told");
            let told = matches!(event.what, What::MessagePinned { target } | What::MessageUnpinned { target } if target == seq);
            assert!(told, "{event:?}");
            None
        }
        MessageAct::Refused(refusal) => Some(refusal),
    })
}

async fn pinned(f: &Fixture, room: RoomId, viewer: UserRef) -> Result<Option<Vec<Seq>>, StoreError> {
    let page = f.log.pins(room, viewer.id).await?;
    Ok(page.map(|page| page.messages.iter().map(|message| message.seq).collect()))
}

/// Admins pin in groups and either of the two in a direct room; the last one comes first.
pub async fn who_may_pins(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let (one, two) = (
        f.say(room, ben, "one").await?.seq,
        f.say(room, ann, "two").await?.seq,
    );
    for (seq, by, on, outcome) in [
        (one, ben, true, Some(AppendRefusal::Forbidden)),
        (one, eve, true, Some(AppendRefusal::NoRoom)),
        (Seq(1), ann, true, Some(AppendRefusal::NoTarget)),
        (two, ann, true, None),
        (one, ann, true, None),
    ] {
        assert_eq!(refusal(f, room, seq, by, on).await?, outcome, "{seq:?}");
    }
    assert_eq!(pin(f, room, one, ann, true).await?, MessageAct::Done(None));
    assert_eq!(pinned(f, room, ben).await?, Some(vec![one, two]));
    assert_eq!(pinned(f, room, eve).await?, None);
    f.promote(room, ann, ben).await?;
    assert_eq!(refusal(f, room, one, ben, false).await?, None);
    assert_eq!(pinned(f, room, ben).await?, Some(vec![two]));

    let direct = f.direct(ann, eve).await?;
    let word = f.say(direct, ann, "word").await?.seq;
    assert_eq!(refusal(f, direct, word, eve, true).await?, None);
    assert_eq!(pinned(f, direct, ann).await?, Some(vec![word]));
    Ok(())
}

/// What was deleted is not pinned, and nobody is shown what he may not see.
pub async fn pins_are_as_visible_as_their_messages(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let early = f.say(room, ann, "early").await?.seq;
    f.add(room, ann, ben).await?;
    let late = f.say(room, ann, "late").await?.seq;
    for seq in [early, late] {
        assert_eq!(refusal(f, room, seq, ann, true).await?, None);
    }
    assert_eq!(pinned(f, room, ben).await?, Some(vec![late]));
    assert_eq!(pinned(f, room, ann).await?, Some(vec![late, early]));
    f.delete(room, ann, late).await?;
    assert_eq!(pinned(f, room, ann).await?, Some(vec![early]));
    assert_eq!(
        refusal(f, room, late, ann, false).await?,
        Some(AppendRefusal::NoTarget)
    );
    Ok(())
}

/// Of many who pin at once as many are taken as there is place for.
pub async fn a_room_has_so_many_pins(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let room = f.group(ann, &[]).await?;
    let mut all = Vec::new();
    for n in 0..60 {
        all.push(f.say(room, ann, &format!("number {n}")).await?.seq);
    }
    let at = f.tick();
    let pins = at_once(all.into_iter().map(|seq| {
        let log = f.log.clone();
        async move { log.pin(room, seq, ann, true, at).await }
    }));
    let mut refused = 0;
    for pin in pins.await {
        match pin? {
            MessageAct::Done(_) => {}
            MessageAct::Refused(refusal) => {
                assert_eq!(refusal, AppendRefusal::TooManyPins);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 10);
    assert_eq!(pinned(f, room, ann).await?.map(|pins| pins.len()), Some(50));
    Ok(())
}
