//! Uploads that come in parts.

use std::collections::BTreeSet;
use std::time::Duration;

use parlor_domain::{FileName, MediaKind, Timestamp, UserRef};
use parlor_ports::{Clock, Entropy, Part, StoreError, Upload};

use super::Tested;
use crate::{Fixture, at_once};

const DAY: Duration = Duration::from_hours(24);

/// An upload of a hundred bytes that was not begun yet.
fn new(f: &Fixture, owner: UserRef) -> Upload {
    let at = f.tick();
    Upload {
        id: f.entropy.uuid(at),
        owner: owner.id,
        bytes: 100,
        received: 0,
        kind: Some(MediaKind::Voice),
        mime: Some("audio/ogg".into()),
        name: FileName::tame("hm.ogg"),
        expires_at: at + DAY,
    }
}

/// Begins an upload of a hundred bytes; somebody may have a thousand of them here.
async fn begin(f: &Fixture, owner: UserRef) -> Result<Upload, StoreError> {
    let upload = new(f, owner);
    assert!(f.uploads.begin(upload.clone(), 1_000).await?);
    Ok(upload)
}

/// Adds a part, until when the upload is kept from now on.
async fn add(f: &Fixture, upload: &Upload, (offset, bytes): (u64, u64)) -> Result<bool, StoreError> {
    let no = f.uploads.next_part(upload.id).await?.expect("it goes on");
    let part = Part { no, offset, bytes };
    f.uploads.add_part(upload.id, part, f.clock.now() + DAY).await
}

async fn sweep(f: &Fixture, now: Timestamp) -> Result<usize, StoreError> {
    let mut steps = 0;
    while f.uploads.sweep(now).await? {
        steps += 1;
    }
    Ok(steps)
}

/// An upload is as it was begun, for its owner alone.
pub async fn an_upload_is_as_it_was_begun(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let now = f.tick();
    let upload = begin(f, ann).await?;
    assert_eq!(
        f.uploads.find(upload.id, ann.id, now).await?,
        Some(upload.clone())
    );
    assert_eq!(f.uploads.find(upload.id, ben.id, now).await?, None);
    let bare = Upload {
        kind: None,
        mime: None,
        name: None,
        bytes: 0,
        ..new(f, ann)
    };
    assert!(f.uploads.begin(bare.clone(), 2).await?);
    assert_eq!(f.uploads.find(bare.id, ann.id, now).await?, Some(bare));
    let unknown = f.entropy.uuid(now);
    assert_eq!(f.uploads.find(unknown, ann.id, now).await?, None);
    assert_eq!(f.uploads.next_part(unknown).await?, None);
    assert!(f.uploads.parts(unknown).await?.is_empty());
    assert!(!f.uploads.end(unknown, ann.id).await?);
    Ok(())
}

/// A person has so many uploads at a time.
pub async fn a_person_has_so_many_uploads(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let begun = at_once((0..20).map(|_| {
        let (uploads, upload) = (f.uploads.clone(), new(f, ann));
        async move {
            uploads
                .begin(upload.clone(), 3)
                .await
                .map(|begun| begun.then_some(upload))
        }
    }));
    let mut all = Vec::new();
    for begun in begun.await {
        all.extend(begun?);
    }
    assert_eq!(all.len(), 3);
    assert!(f.uploads.begin(new(f, ben), 3).await?);
    assert!(f.uploads.end(all[0].id, ann.id).await?);
    assert!(f.uploads.begin(new(f, ann), 3).await?);
    assert!(!f.uploads.begin(new(f, ann), 3).await?);
    let nobodys = Upload {
        owner: f.nobody(),
        ..new(f, ann)
    };
    assert!(!f.uploads.begin(nobodys, 3).await?);
    Ok(())
}

/// A part is added where the upload ends, if it fits; parts come in the order of their bytes.
pub async fn a_part_goes_where_the_upload_ends(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let upload = begin(f, ann).await?;
    assert_eq!(
        f.uploads.next_part(upload.id).await?,
        Some(0),
        "this one never comes"
    );
    for (part, added) in [
        ((1, 10), false),
        ((0, 101), false),
        ((0, 0), false),
        ((0, u64::MAX), false),
        ((u64::MAX, 1), false),
        ((0, 40), true),
        ((0, 40), false),
        ((39, 1), false),
        ((40, 61), false),
        ((40, 59), true),
        ((99, 1), true),
        ((100, 1), false),
        ((100, 0), false),
    ] {
        assert_eq!(add(f, &upload, part).await?, added, "{part:?}");
    }
    assert_eq!(f.uploads.parts(upload.id).await?, [6, 10, 11]);
    let found = f.uploads.find(upload.id, ann.id, f.clock.now()).await?;
    assert_eq!(found.map(|found| found.received), Some(100));
    Ok(())
}

/// Of twenty parts that come at once for the same place one is added, and each has a number of its own.
pub async fn one_part_goes_to_each_place(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let upload = begin(f, ann).await?;
    for round in 0..3 {
        let expires_at = f.tick() + DAY;
        let parts = at_once((0..20).map(|_| {
            let (uploads, id) = (f.uploads.clone(), upload.id);
            async move {
                let no = uploads.next_part(id).await?.expect("it goes on");
                let (offset, bytes) = (round * 10, 10);
                let added = uploads
                    .add_part(id, Part { no, offset, bytes }, expires_at)
                    .await?;
                Ok::<_, StoreError>((no, added))
            }
        }));
        let (mut numbers, mut added) = (BTreeSet::new(), Vec::new());
        for part in parts.await {
            let (no, is_added) = part?;
            numbers.insert(no);
            added.extend(is_added.then_some(no));
        }
        assert_eq!((numbers.len(), added.len()), (20, 1));
        assert_eq!(f.uploads.parts(upload.id).await?.last(), added.last());
    }
    assert_eq!(f.uploads.parts(upload.id).await?.len(), 3);
    Ok(())
}

/// An upload that has ended takes no parts, and is known until these are gone.
pub async fn an_ended_upload_is_known_until_its_parts_are_gone(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (upload, other) = (begin(f, ann).await?, begin(f, ann).await?);
    assert!(add(f, &upload, (0, 10)).await?);
    assert!(!add(f, &upload, (0, 10)).await?);
    assert!(!f.uploads.end(upload.id, ben.id).await?);
    assert!(f.uploads.ended(10).await?.is_empty());
    assert!(f.uploads.end(upload.id, ann.id).await?);
    assert!(!f.uploads.end(upload.id, ann.id).await?);

    let now = f.clock.now();
    assert_eq!(f.uploads.find(upload.id, ann.id, now).await?, None);
    assert_eq!(f.uploads.next_part(upload.id).await?, None);
    let (no, offset, bytes) = (1, 10, 10);
    assert!(
        !f.uploads
            .add_part(upload.id, Part { no, offset, bytes }, now + DAY)
            .await?
    );
    assert_eq!(f.uploads.ended(10).await?, [(upload.id, 2)]);
    f.uploads.gone(other.id).await?;
    f.uploads.gone(upload.id).await?;
    assert!(f.uploads.ended(10).await?.is_empty());
    assert!(f.uploads.parts(upload.id).await?.is_empty());
    assert!(
        f.uploads.find(other.id, ann.id, now).await?.is_some(),
        "it goes on"
    );
    Ok(())
}

/// Uploads end when they have expired, step by step; whoever goes on puts that off.
pub async fn uploads_expire(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let first = begin(f, ann).await?;
    let end = first.expires_at;
    assert!(
        f.uploads
            .find(first.id, ann.id, end - Duration::from_micros(1))
            .await?
            .is_some()
    );
    assert_eq!(f.uploads.find(first.id, ann.id, end).await?, None);
    let slow = begin(f, ann).await?;
    f.clock.advance(DAY / 2);
    assert!(add(f, &slow, (0, 10)).await?);
    for _ in 0..120 {
        begin(f, ann).await?;
    }
    sweep(f, end - Duration::from_micros(1)).await?;
    assert!(f.uploads.ended(1_000).await?.is_empty());
    sweep(f, end + DAY / 4).await?;
    assert_eq!(f.uploads.ended(1_000).await?, [(first.id, 0)]);
    assert!(sweep(f, end + DAY).await? >= 2);
    assert_eq!(f.uploads.ended(50).await?.len(), 50);
    assert_eq!(f.uploads.ended(1_000).await?.len(), 122);
    Ok(())
}

/// With the account end its uploads.
pub async fn a_deleted_account_has_no_uploads(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (anns, bens) = (begin(f, ann).await?, begin(f, ben).await?);
    assert!(f.users.delete(ann.id, false, f.tick()).await?);
    assert_eq!(f.uploads.ended(10).await?, [(anns.id, 0)]);
    assert!(!f.uploads.begin(new(f, ann), 10).await?);
    assert!(f.uploads.find(bens.id, ben.id, f.clock.now()).await?.is_some());
    Ok(())
}
