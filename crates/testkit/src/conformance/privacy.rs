//! Private mode: what others learn of what somebody does, and he of others.

use parlor_domain::{
    Audience, Mark, MemberMark, PageSize, ProfileChange, Rev, RoomId, RoomMark, Seq, UserRef, What,
};
use parlor_ports::{
    HistoryRange, MessageAct, Receipt, ReceiptCounts, ReceiptRange, ReceiptsPage, StatusSide, StoreError,
};

use super::Tested;
use crate::{Fixture, blob};

/// What a viewer is told of another's mark.
async fn seen(f: &Fixture, room: RoomId, viewer: UserRef, of: UserRef) -> Result<Mark, StoreError> {
    let page = f.rooms.members(room, viewer.id, None, PageSize::MAX).await?;
    let members = page.expect("he may").members;
    let member = members.iter().find(|member| member.user == of);
    Ok(member.expect("a member").mark)
}

async fn receipts(f: &Fixture, room: RoomId, viewer: UserRef, seq: Seq) -> Result<ReceiptsPage, StoreError> {
    let all = ReceiptRange::default();
    let page = f.log.receipts(room, viewer.id, seq, all, PageSize::MAX).await?;
    Ok(page.expect("he sees it"))
}

/// What somebody reads in private mode moves in his own stream; the others see where he was before, and what has reached him.
pub async fn nobody_learns_what_is_read_in_private(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    let room = f.group(ann, &[ben, cleo]).await?;
    let before = f.say(room, ann, "one").await?.seq;
    f.read(room, ben, before).await?;
    let rev = f.log.marks_after(room.into(), Rev::ZERO).await?.rev;
    f.be_private(ben, true).await?;
    let seq = f.say(room, ann, "two").await?.seq;
    for _ in 0..2 {
        f.read(room, ben, seq).await?;
    }
    assert_eq!(
        (f.view(room, ben).await?.mark, f.unread(room, ben).await?),
        (Mark::read(seq), 0)
    );
    assert_eq!(seen(f, room, ben, ben).await?, Mark::read(seq));
    let shown = Mark {
        delivered: seq,
        read: before,
    };
    assert_eq!(seen(f, room, ann, ben).await?, shown);
    let (user, mark) = (ben.id, shown);
    let news = f.log.marks_after(room.into(), rev).await?;
    assert_eq!((news.marks, news.own), (vec![MemberMark { user, mark }], vec![]));
    let (mark, none) = (Mark::read(seq), Rev::ZERO);
    let own = f.log.marks_after(ben.id.into(), none).await?;
    assert_eq!((own.marks, own.own), (vec![], vec![RoomMark { room, mark }]));
    assert_eq!(f.heard.marks(ben.id).len(), 1, "told once");
    assert_eq!(
        receipts(f, room, cleo, seq).await?.receipts,
        [Receipt {
            user: ben,
            read: false
        }]
    );

    f.be_private(ben, false).await?;
    f.read(room, ben, seq).await?;
    assert_eq!(seen(f, room, ann, ben).await?, shown, "he has read nothing since");
    let seq = f.say(room, ann, "three").await?.seq;
    f.read(room, ben, seq).await?;
    assert_eq!(seen(f, room, ann, ben).await?, Mark::read(seq));
    f.be_private(ben, true).await?;
    let said = f.say(room, ben, "four").await?.seq;
    assert_eq!(
        seen(f, room, ann, ben).await?,
        Mark::read(said),
        "who speaks is there"
    );
    Ok(())
}

/// Who is in private mode is told what has reached others, but not what they have read, played and looked at.
pub async fn nobody_learns_in_private_what_others_read(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    f.know(ann, ben).await?;
    let room = f.direct(ann, ben).await?;
    let voice = f.keep(f.new_voice(ann, blob("hm")).await?).await?;
    let seq = f.show(room, ann, &[voice]).await?.seq;
    let status = f.post_and_tell(f.new_status(ann, "tea")).await?.id;
    f.read(room, ben, seq).await?;
    f.be_private(ann, true).await?;
    let played = f.log.mark_played(room, seq, ben, f.tick()).await?;
    assert_eq!(played, MessageAct::Done(None));
    assert!(f.statuses.mark_viewed(status, ben, f.tick()).await?);

    let peer = f.view(room, ann).await?.peer.expect("the other one");
    assert_eq!(peer.mark, Mark::delivered(seq));
    assert_eq!(seen(f, room, ann, ben).await?, Mark::delivered(seq));
    let page = receipts(f, room, ann, seq).await?;
    let counts = ReceiptCounts {
        members: 1,
        delivered: 1,
        read: 0,
    };
    assert_eq!(
        (&page.receipts[..], page.counts),
        (
            &[Receipt {
                user: ben,
                read: false
            }][..],
            Some(counts)
        )
    );
    let read = ReceiptRange {
        read: true,
        after: None,
    };
    let readers = f.log.receipts(room, ann.id, seq, read, PageSize::MAX).await?;
    assert_eq!(readers.expect("she sees it").receipts, []);
    let told = f.happened(ann.id).await?;
    assert!(
        !told.iter().any(|what| matches!(what, What::VoicePlayed { .. })),
        "{told:?}"
    );
    assert!(
        f.history(room, ann, HistoryRange::Newest, 50)
            .await?
            .played
            .is_empty()
    );
    let plays = f.log.plays(room, ann.id, seq, None, PageSize::MAX).await?;
    assert_eq!(plays.plays, []);
    assert_eq!(looked(f, ann, status).await?, (0, 0));

    f.be_private(ann, false).await?;
    assert_eq!(seen(f, room, ann, ben).await?, Mark::read(seq));
    assert_eq!(
        receipts(f, room, ann, seq).await?.receipts,
        [Receipt {
            user: ben,
            read: true
        }]
    );
    assert_eq!(
        f.log
            .plays(room, ann.id, seq, None, PageSize::MAX)
            .await?
            .plays
            .len(),
        1
    );
    assert_eq!(looked(f, ann, status).await?, (1, 1));
    Ok(())
}

/// How many have looked at a status by its count and by its list.
async fn looked(
    f: &Fixture,
    author: UserRef,
    status: parlor_domain::StatusId,
) -> Result<(u64, usize), StoreError> {
    let now = f.tick();
    let view = f
        .statuses
        .find(status, author.id, now)
        .await?
        .expect("it is hers");
    let StatusSide::Own { views, .. } = view.side else {
        panic!("not her own")
    };
    let page = f
        .statuses
        .views(status, author.id, None, PageSize::MAX, now)
        .await?;
    Ok((views, page.expect("it is hers").views.len()))
}

/// What somebody plays and looks at in private mode is never told, not even later.
pub async fn what_is_played_in_private_stays_so(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    f.know(ann, ben).await?;
    let room = f.group(ann, &[ben]).await?;
    let voice = f.keep(f.new_voice(ann, blob("hm")).await?).await?;
    let seq = f.show(room, ann, &[voice]).await?.seq;
    let status = f.post_and_tell(f.new_status(ann, "tea")).await?.id;
    f.be_private(ben, true).await?;
    let heard_before = f.happened(ann.id).await?.len();
    for private in [true, false] {
        f.be_private(ben, private).await?;
        let played = f.log.mark_played(room, seq, ben, f.tick()).await?;
        assert_eq!(played, MessageAct::Done(None));
        assert!(f.statuses.mark_viewed(status, ben, f.tick()).await?);
        assert!(
            f.history(room, ann, HistoryRange::Newest, 50)
                .await?
                .played
                .is_empty()
        );
        assert_eq!(
            f.history(room, ben, HistoryRange::Newest, 50).await?.played,
            [seq]
        );
        let plays = f.log.plays(room, ann.id, seq, None, PageSize::MAX).await?;
        assert_eq!(plays.plays, []);
        assert_eq!(looked(f, ann, status).await?, (0, 0));
    }
    assert_eq!(f.happened(ann.id).await?.len(), heard_before);
    Ok(())
}

/// One's devices are told of a change of what others learn, once and of nothing else.
pub async fn a_change_of_privacy_is_told_to_oneself(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let before = f.happened(ann.id).await?.len();
    f.be_private(ann, true).await?;
    f.be_private(ann, true).await?;
    let hidden = ProfileChange {
        show_presence: Some(Audience::Nobody),
        ..ProfileChange::default()
    };
    f.users.change_profile(ann.id, hidden, f.tick()).await?;
    f.rename(ann, "Ann Lee").await?;
    let told = [Audience::Everyone, Audience::Nobody].map(|presence| What::PrivacyChanged {
        private: true,
        presence,
    });
    assert_eq!(f.happened(ann.id).await?[before..], told);
    Ok(())
}
