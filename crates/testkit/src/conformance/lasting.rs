//! Statuses that last, and what people show at the moment.

use std::time::Duration;

use parlor_domain::{PageSize, StatusAudience, StatusId, UserRef, What};
use parlor_ports::{Clock, NewStatus, StatusPut, StatusRefusal, StoreError};

use super::Tested;
use crate::Fixture;

/// A status that lasts, of somebody who may have this many.
fn lasting(f: &Fixture, author: UserRef, body: &str, most: u32) -> NewStatus {
    let new = f.new_status(author, body);
    NewStatus {
        expires_at: new.at + Duration::from_hours(10_000),
        most,
        lasting: true,
        ..new
    }
}

/// One's own statuses that are there.
async fn own(f: &Fixture, author: UserRef) -> Result<Vec<StatusId>, StoreError> {
    let page = f.statuses.own(author.id, f.clock.now()).await?;
    Ok(page.statuses.iter().map(|view| view.status.id).collect())
}

/// What the viewer sees that these people show at the moment.
async fn current(f: &Fixture, viewer: UserRef, people: &[UserRef]) -> Result<Vec<StatusId>, StoreError> {
    let people = people.iter().map(|person| person.id).collect();
    let shown = f.statuses.current(viewer.id, people, f.clock.now()).await?;
    Ok(shown.iter().map(|status| status.id).collect())
}

/// A status that lasts stays until another that lasts takes its place, which contacts are told like any other, or its author takes it
/// back.
pub async fn what_lasts_gives_way_to_the_next(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    f.know(ann, ben).await?;
    let first = f.post_and_tell(lasting(f, ann, "tea", 2)).await?;
    let day = f.post_and_tell(f.new_status(ann, "cake")).await?;
    assert_eq!(own(f, ann).await?, [first.id, day.id]);
    f.clock.advance(Duration::from_hours(25));
    assert_eq!(f.erase_statuses().await?, 1);
    assert!(f.sees_status(ben, first.id).await?, "it lasts");

    let second = f.post_and_tell(lasting(f, ann, "pie", 1)).await?;
    assert_eq!(own(f, ann).await?, [second.id]);
    assert!(!f.sees_status(ben, first.id).await? && f.sees_status(ben, second.id).await?);
    let told = f.told_of_statuses(ben).await?;
    let removed = What::StatusRemoved {
        status: first.id,
        author: ann,
    };
    let posted = What::StatusPosted {
        status: second.id,
        author: ann,
        expires_at: second.expires_at,
    };
    assert_eq!(told[2..], [removed, posted]);
    assert_eq!(f.erase_statuses().await?, 1);

    assert!(f.statuses.remove(second.id, ann, f.tick()).await?);
    let third = f.post_and_tell(lasting(f, ann, "soup", 1)).await?;
    assert_eq!(own(f, ann).await?, [third.id]);
    Ok(())
}

/// What is refused takes nobody's place.
pub async fn what_is_refused_takes_no_place(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = f.post(lasting(f, ann, "tea", 2)).await?;
    let day = f.post(f.new_status(ann, "cake")).await?;
    let nothing = NewStatus {
        media: Some(f.media_id()),
        ..lasting(f, ann, "pie", 2)
    };
    for (new, expected) in [
        (nothing, StatusRefusal::NoMedia),
        (lasting(f, ann, "pie", 1), StatusRefusal::TooMany),
    ] {
        match f.statuses.post(new).await? {
            StatusPut::Refused(refusal) => assert_eq!(refusal, expected),
            other => panic!("posted: {other:?}"),
        }
        assert_eq!(own(f, ann).await?, [first.id, day.id]);
    }
    Ok(())
}

/// What lasts is seen by those who see its author in some room as well, where they ask what he shows; by nobody across a block, and
/// not by readers of the same channel.
pub async fn what_lasts_is_seen_in_rooms(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dora] = f.people(["ann", "ben", "cleo", "dora"]).await?;
    f.know(ann, ben).await?;
    f.channel(ann, &[dora]).await?;
    let status = f.post_and_tell(lasting(f, ann, "tea", 2)).await?;
    let sees = async |viewer: UserRef| {
        let shown = current(f, viewer, &[ann]).await?;
        Ok::<_, StoreError>(shown == [status.id])
    };
    for (viewer, expected) in [(ann, true), (ben, true), (cleo, false), (dora, false)] {
        assert_eq!(sees(viewer).await?, expected);
    }
    let room = f.group(dora, &[ann, cleo]).await?;
    assert!(sees(cleo).await? && sees(dora).await?);
    assert!(
        !f.sees_status(cleo, status.id).await?,
        "it is not in her list for that"
    );
    f.block(cleo, ann).await?;
    assert!(!sees(cleo).await?);
    f.unblock(cleo, ann).await?;
    f.block(ann, cleo).await?;
    assert!(!sees(cleo).await? && sees(dora).await?);
    f.leave(room, dora).await?;
    assert!(!sees(dora).await?);
    f.clock.advance(Duration::from_hours(10_000));
    assert!(!sees(ann).await? && !sees(ben).await?);
    Ok(())
}

/// What somebody shows at the moment is the newest that the viewer may see, whatever others may see besides.
pub async fn what_is_shown_is_the_newest_to_be_seen(f: &Fixture) -> Tested {
    let [ann, ben, cleo] = f.people(["ann", "ben", "cleo"]).await?;
    for contact in [ben, cleo] {
        f.know(ann, contact).await?;
    }
    f.group(ann, &[ben, cleo]).await?;
    assert!(current(f, ben, &[ann, ben, cleo]).await?.is_empty());
    let of_cleo = f.post_and_tell(lasting(f, cleo, "snow", 2)).await?;
    let kept = f.post_and_tell(lasting(f, ann, "tea", 5)).await?;
    let new = NewStatus {
        audience: StatusAudience::Only(vec![ben.id]),
        ..f.new_status(ann, "cake")
    };
    let only = f.post_and_tell(new).await?;
    for (viewer, expected) in [(ben, only.id), (ann, only.id), (cleo, kept.id)] {
        let expected = [of_cleo.id, expected];
        assert_eq!(current(f, viewer, &[ann, ben, cleo]).await?, expected);
    }
    let now = f.clock.now();
    let page = f
        .statuses
        .views(kept.id, ann.id, None, PageSize::MAX, now)
        .await?;
    assert!(
        page.expect("it is hers").views.is_empty(),
        "nobody has looked by that"
    );
    assert!(f.statuses.remove(only.id, ann, f.tick()).await?);
    assert_eq!(current(f, ben, &[ann]).await?, [kept.id]);
    Ok(())
}
