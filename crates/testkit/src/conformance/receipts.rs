//! Whom a message has reached.

use parlor_domain::{Mark, PageSize, RoomId, Seq, UserId, UserRef};
use parlor_ports::{Receipt, ReceiptCounts, ReceiptRange, StoreError};

use super::Tested;
use crate::Fixture;

/// All receipts of a message, by pages of two.
async fn all(
    f: &Fixture,
    (room, seq): (RoomId, Seq),
    viewer: UserRef,
    read: bool,
) -> Result<(Vec<Receipt>, ReceiptCounts), StoreError> {
    let (mut receipts, mut counts, mut after) = (Vec::new(), None, None::<UserId>);
    loop {
        let range = ReceiptRange { read, after };
        let page = f
            .log
            .receipts(room, viewer.id, seq, range, PageSize::clamped(2))
            .await?
            .expect("he sees it");
        assert!(page.receipts.len() <= 2);
        assert_eq!(page.counts.is_some(), after.is_none(), "counted once");
        receipts.extend(page.receipts);
        counts = counts.or(page.counts);
        after = page.next;
        if after.is_none() {
            return Ok((receipts, counts.expect("the first page counts")));
        }
    }
}

/// Exactly those are listed whom it has reached, its sender and who came later apart, in the order of their ids.
pub async fn a_message_lists_whom_it_has_reached(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let crowd = f.crowd("reader", 7).await?;
    let room = f.group(ann, &crowd).await?;
    let at = (room, f.say(room, ann, "hello").await?.seq);
    let later = f.person("later").await?;
    f.add(room, ann, later).await?;
    f.say(room, later, "me too").await?;
    for reader in &crowd[..5] {
        f.mark(room, *reader, Mark::delivered(at.1)).await?;
    }
    for reader in &crowd[2..4] {
        f.read(room, *reader, at.1).await?;
    }
    f.leave(room, crowd[4]).await?;
    let counts = ReceiptCounts {
        members: 6,
        delivered: 4,
        read: 2,
    };
    let mut reached: Vec<Receipt> = (0..4)
        .map(|n| Receipt {
            user: crowd[n],
            read: n >= 2,
        })
        .collect();
    reached.sort_by_key(|receipt| receipt.user.id);
    for viewer in [ann, crowd[6]] {
        assert_eq!(all(f, at, viewer, false).await?, (reached.clone(), counts));
        let readers = reached.iter().filter(|receipt| receipt.read).cloned().collect();
        assert_eq!(all(f, at, viewer, true).await?, (readers, counts));
    }
    Ok(())
}

/// Who may not see a message learns nothing of those who do.
pub async fn receipts_are_for_who_sees_the_message(f: &Fixture) -> Tested {
    let [ann, ben, eve] = f.people(["ann", "ben", "eve"]).await?;
    let room = f.discreet_group(ann, &[]).await?;
    let seq = f.say(room, ann, "hello").await?.seq;
    f.add(room, ann, ben).await?;
    let (size, range) = (PageSize::MAX, ReceiptRange::default());
    for (viewer, seq) in [(ben, seq), (eve, seq), (ann, seq.next()), (ann, Seq(99))] {
        assert_eq!(f.log.receipts(room, viewer.id, seq, range, size).await?, None);
    }
    assert_eq!(f.log.receipts(f.room_id(), ann.id, seq, range, size).await?, None);
    Ok(())
}
