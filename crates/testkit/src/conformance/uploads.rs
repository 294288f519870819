//! Uploads that come in parts.

use std::collections::BTreeSet;
use std::time::Duration;

use parlor_domain::{FileName, MediaKind, Timestamp, UserRef};
use parlor_ports::{Allowance, Clock, Entropy, NextPart, Part, StoreError, Upload, UploadBegun};

use uuid::Uuid;

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
        ended: false,
    }
}

/// So many uploads, of any size.
fn at_most(uploads: u32) -> Allowance {
    let bytes = u64::MAX;
    Allowance { uploads, bytes }
}

/// Begins an upload of a hundred bytes; somebody may have a thousand of them here.
async fn begin(f: &Fixture, owner: UserRef) -> Result<Upload, StoreError> {
    let upload = new(f, owner);
    let begun = f.uploads.begin(upload.clone(), at_most(1_000)).await?;
    assert_eq!(begun, UploadBegun::Done);
    Ok(upload)
}

/// Adds a part, until when the upload is kept from now on.
async fn add(f: &Fixture, upload: &Upload, (offset, bytes): (u64, u64)) -> Result<bool, StoreError> {
    let NextPart::No(no) = f.uploads.next_part(upload.id, 1_000).await? else {
        panic!("it goes on");
    };
    let part = Part { no, offset, bytes };
    f.uploads.add_part(upload.id, part, f.clock.now() + DAY).await
}

/// Ends an upload, which is remembered for a day.
async fn end(f: &Fixture, upload: &Upload, owner: UserRef) -> Result<bool, StoreError> {
    let now = f.clock.now();
    f.uploads.end(upload.id, owner.id, now, now + DAY).await
}

/// What is to be taken away now.
async fn ended(f: &Fixture) -> Result<Vec<(Uuid, u32)>, StoreError> {
    f.uploads.ended(f.clock.now(), 0, 1_000).await
}

async fn sweep(f: &Fixture, now: Timestamp) -> Result<usize, StoreError> {
    let mut steps = 0;
    while f.uploads.sweep(now, now + DAY).await? {
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
    assert_eq!(
        f.uploads.begin(bare.clone(), at_most(2)).await?,
        UploadBegun::Done
    );
    assert_eq!(f.uploads.find(bare.id, ann.id, now).await?, Some(bare));
    let unknown = new(f, ann);
    assert_eq!(f.uploads.find(unknown.id, ann.id, now).await?, None);
    assert_eq!(f.uploads.next_part(unknown.id, 10).await?, NextPart::NoUpload);
    assert!(f.uploads.parts(unknown.id).await?.is_empty());
    assert!(!end(f, &unknown, ann).await?);
    Ok(())
}

/// A person has so many uploads at a time.
pub async fn a_person_has_so_many_uploads(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let begun = at_once((0..20).map(|_| {
        let (uploads, upload) = (f.uploads.clone(), new(f, ann));
        async move {
            let begun = uploads.begin(upload.clone(), at_most(3)).await?;
            Ok::<_, StoreError>((begun == UploadBegun::Done).then_some(upload))
        }
    }));
    let mut all = Vec::new();
    for begun in begun.await {
        all.extend(begun?);
    }
    assert_eq!(all.len(), 3);
    assert_eq!(f.uploads.begin(new(f, ben), at_most(3)).await?, UploadBegun::Done);
    assert!(end(f, &all[0], ann).await?);
    for outcome in [UploadBegun::Done, UploadBegun::TooMany] {
        assert_eq!(f.uploads.begin(new(f, ann), at_most(3)).await?, outcome);
    }
    let nobodys = Upload {
        owner: f.nobody(),
        ..new(f, ann)
    };
    assert_eq!(f.uploads.begin(nobodys, at_most(3)).await?, UploadBegun::NoOwner);
    Ok(())
}

/// What somebody has begun counts with what is kept of him.
pub async fn what_is_begun_counts(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    f.picture(ann).await?;
    let allowance = Allowance {
        uploads: 100,
        bytes: 1_200,
    };
    let first = new(f, ann);
    for (upload, outcome) in [
        (first.clone(), UploadBegun::Done),
        (new(f, ann), UploadBegun::Done),
        (new(f, ann), UploadBegun::OwnerFull),
        (new(f, ben), UploadBegun::Done),
    ] {
        assert_eq!(f.uploads.begin(upload, allowance).await?, outcome);
    }
    assert!(end(f, &first, ann).await?);
    assert_eq!(f.uploads.begin(new(f, ann), allowance).await?, UploadBegun::Done);
    Ok(())
}

/// An upload comes in so many parts at most.
pub async fn an_upload_has_so_many_parts(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let upload = begin(f, ann).await?;
    for given in [
        NextPart::No(0),
        NextPart::No(1),
        NextPart::TooMany,
        NextPart::TooMany,
    ] {
        assert_eq!(f.uploads.next_part(upload.id, 2).await?, given);
    }
    assert!(end(f, &upload, ann).await?);
    assert_eq!(ended(f).await?, [(upload.id, 2)]);
    Ok(())
}

/// A part is added where the upload ends, if it fits; parts come in the order of their bytes.
pub async fn a_part_goes_where_the_upload_ends(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let upload = begin(f, ann).await?;
    assert_eq!(
        f.uploads.next_part(upload.id, 10).await?,
        NextPart::No(0),
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
                let NextPart::No(no) = uploads.next_part(id, 1_000).await? else {
                    panic!("it goes on");
                };
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

/// An upload that has ended takes no parts. These are to be taken away at once, and once more when it is forgotten.
pub async fn an_ended_upload_is_known_for_a_while(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (upload, other) = (begin(f, ann).await?, begin(f, ann).await?);
    assert!(add(f, &upload, (0, 10)).await?);
    assert!(!add(f, &upload, (0, 10)).await?);
    assert!(!end(f, &upload, ben).await?);
    assert!(ended(f).await?.is_empty());
    assert!(end(f, &upload, ann).await?);
    assert!(!end(f, &upload, ann).await?);

    let now = f.clock.now();
    let found = f
        .uploads
        .find(upload.id, ann.id, now)
        .await?
        .expect("it is known");
    assert!(found.ended);
    assert_eq!(f.uploads.next_part(upload.id, 10).await?, NextPart::NoUpload);
    let (no, offset, bytes) = (1, 10, 10);
    assert!(
        !f.uploads
            .add_part(upload.id, Part { no, offset, bytes }, now + DAY)
            .await?
    );
    f.uploads.gone(other.id, now).await?;
    for _ in 0..2 {
        assert_eq!(ended(f).await?, [(upload.id, 2)]);
        f.uploads.gone(upload.id, f.clock.now()).await?;
        assert!(ended(f).await?.is_empty());
        f.clock.advance(DAY);
    }
    assert!(f.uploads.parts(upload.id).await?.is_empty());
    assert_eq!(f.uploads.find(upload.id, ann.id, now).await?, None);
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
    let ended = async |passed_over, most| f.uploads.ended(end + DAY, passed_over, most).await;
    sweep(f, end - Duration::from_micros(1)).await?;
    assert!(ended(0, 1_000).await?.is_empty());
    sweep(f, end + DAY / 4).await?;
    assert_eq!(ended(0, 1_000).await?, [(first.id, 0)]);
    assert!(sweep(f, end + DAY).await? >= 2);
    let all = ended(0, 1_000).await?;
    assert_eq!(all.len(), 122);
    assert_eq!(ended(70, 50).await?, all[70..120]);
    Ok(())
}

/// With the account end its uploads.
pub async fn a_deleted_account_has_no_uploads(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let (anns, bens) = (begin(f, ann).await?, begin(f, ben).await?);
    assert!(f.users.delete(ann.id, false, f.tick()).await?);
    assert_eq!(ended(f).await?, [(anns.id, 0)]);
    assert_eq!(
        f.uploads.begin(new(f, ann), at_most(10)).await?,
        UploadBegun::NoOwner
    );
    assert!(f.uploads.find(bens.id, ben.id, f.clock.now()).await?.is_some());
    Ok(())
}
