//! The bytes of media: who needs them, and what becomes of them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use parlor_domain::Timestamp;
use parlor_ports::{Blob, BlobKey, Claimed, Clock, MediaKept, MediaStore, NewMedia, Quotas, StoreError};

use super::Tested;
use crate::fixture::AMPLE;
use crate::{Fixture, at_once, blob};

const DAY: Duration = Duration::from_hours(24);

/// The same bytes are stored once, and wanted until the last media that has them is forgotten. Wanted again, they get another
/// key.
pub async fn bytes_are_stored_once(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let until = f.tick() + DAY;
    let Claimed::Store(key) = f.media.claim(blob("tea"), until).await? else {
        panic!("nobody has stored it")
    };
    assert_eq!(
        f.media.claim(blob("tea"), until).await?,
        Claimed::Store(key.clone())
    );
    let anns = f.keep(f.new_media(ann, blob("tea")).await?).await?;
    assert_eq!(
        f.media.claim(blob("tea"), until).await?,
        Claimed::Stored(key.clone())
    );
    let bens = f.keep(f.new_media(ben, blob("tea")).await?).await?;
    f.clock.advance(DAY / 2);
    f.sweep_media().await?;

    assert!(f.media.forget(anns, ann.id).await?);
    f.clock.advance(DAY / 2 - Duration::from_mins(1));
    f.sweep_media().await?;
    assert!(f.media.unneeded(0, 10).await?.is_empty());
    assert_eq!(f.stored(bens).await?.files[0].key, key);
    f.clock.advance(Duration::from_mins(1));
    f.sweep_media().await?;
    assert!(f.media.find_any(bens).await?.is_none(), "it has expired");
    assert_eq!(f.media.unneeded(0, 10).await?, std::slice::from_ref(&key));

    let again = f.claim(blob("tea")).await?;
    assert_ne!(again, key);
    f.keep(f.new_media(ann, blob("tea")).await?).await?;
    assert_eq!(f.media.unneeded(0, 10).await?, std::slice::from_ref(&key));
    f.media.gone(vec![key]).await?;
    assert!(f.media.unneeded(0, 10).await?.is_empty());
    Ok(())
}

/// With the last media its bytes are not needed any more, at once, and are found until they are gone.
pub async fn unneeded_bytes_are_found_until_they_are_gone(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut keys = HashSet::new();
    for content in ["one", "two", "three"] {
        let id = f.keep(f.new_media(ann, blob(content)).await?).await?;
        keys.insert(f.stored(id).await?.files[0].key.clone());
        assert!(f.media.forget(id, ann.id).await?);
    }
    assert_eq!(f.media.unneeded(0, 2).await?.len(), 2);
    let found = f.media.unneeded(0, 10).await?;
    assert_eq!(found.iter().cloned().collect::<HashSet<_>>(), keys);
    assert_eq!(f.media.unneeded(2, 10).await?, found[2..]);
    f.media.gone(found[..2].to_vec()).await?;
    assert_eq!(f.media.unneeded(0, 10).await?, found[2..]);
    f.media.gone(found).await?;
    assert!(f.media.unneeded(0, 10).await?.is_empty());
    Ok(())
}

/// A claim keeps bytes until it has passed, and nothing else is kept by it then.
pub async fn a_claim_has_an_end(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let late = f.new_media(ann, blob("tea")).await?;
    let key = late.files[0].key.clone();
    let until = f.clock.now() + DAY;
    f.media.claim(blob("tea"), until).await?;
    f.media
        .claim(blob("tea"), until - Duration::from_hours(12))
        .await?;
    f.media.sweep(until - Duration::from_micros(1)).await?;
    assert!(
        f.media.unneeded(0, 10).await?.is_empty(),
        "the longest claim counts"
    );
    f.media.sweep(until).await?;
    assert_eq!(f.media.unneeded(0, 10).await?, [key]);
    assert_eq!(f.media.insert(late.clone(), AMPLE).await?, MediaKept::Unclaimed);
    let again = f.new_media(ann, blob("tea")).await?;
    assert_eq!(
        f.media.insert(late, AMPLE).await?,
        MediaKept::Unclaimed,
        "they are to be stored elsewhere"
    );
    assert_eq!(f.media.used(ann.id).await?, 0);
    f.keep(again).await?;
    Ok(())
}

/// Bytes of what is refused, or came to nothing, are given up at once, but for those that others need; also those that
/// were stored too late.
pub async fn what_is_refused_is_given_up(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let nothing = Quotas { person: 0, ..AMPLE };
    let refused = f.new_media(ann, blob("tea")).await?;
    let key = refused.files[0].key.clone();
    let wanted = f.new_media(ann, blob("milk")).await?;
    let shared = f.new_media(ann, blob("milk")).await?;
    for new in [refused, shared] {
        assert_eq!(f.media.insert(new, nothing).await?, MediaKept::OwnerFull);
    }
    assert_eq!(f.media.unneeded(0, 10).await?, std::slice::from_ref(&key));
    f.media.gone(vec![key.clone()]).await?;
    f.keep(wanted).await?;

    let broken_off = f.claim(blob("honey")).await?;
    f.media.release(vec![broken_off.clone(), key.clone()]).await?;
    let found = f.media.unneeded(0, 10).await?;
    let found: HashSet<_> = found.into_iter().collect();
    assert_eq!(found, HashSet::from([broken_off, key]), "both may be stored");
    Ok(())
}

/// Whoever is about to store bytes keeps them from being taken away, whatever becomes of others' media of the same bytes.
pub async fn a_claim_outlives_media_of_others(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let slow = f.new_media(ann, blob("tea")).await?;
    let quick = f.keep(f.new_media(ben, blob("tea")).await?).await?;
    assert!(f.media.forget(quick, ben.id).await?);
    f.sweep_media().await?;
    assert!(f.media.unneeded(0, 10).await?.is_empty());
    f.keep(slow).await?;
    Ok(())
}

/// Files under keys, as a storage has them.
type Files = Arc<Mutex<HashSet<BlobKey>>>;

/// Uploads the same bytes again and again, each time for a moment.
async fn upload_and_forget(
    media: Arc<dyn MediaStore>,
    files: Files,
    all: Vec<NewMedia>,
    until: Timestamp,
) -> Result<usize, StoreError> {
    let mut kept = 0;
    for mut new in all {
        let key = match media.claim(new.files[0].blob, until).await? {
            Claimed::Stored(key) => key,
            Claimed::Store(key) => {
                tokio::task::yield_now().await;
                files.lock().expect("no panic").insert(key.clone());
                key
            }
        };
        new.files[0].key = key.clone();
        let (id, owner) = (new.media.id, new.owner);
        match media.insert(new, AMPLE).await? {
            MediaKept::Done => kept += 1,
            MediaKept::Unclaimed => continue,
            refused => panic!("{refused:?}"),
        }
        let found = media.find_any(id).await?.expect("it is kept");
        assert_eq!(found.files[0].key, key);
        assert!(
            files.lock().expect("no panic").contains(&key),
            "its bytes are there"
        );
        assert!(media.forget(id, owner).await?);
    }
    Ok(kept)
}

/// Takes away the bytes that nobody needs, so many times.
async fn collect(
    media: Arc<dyn MediaStore>,
    files: Files,
    times: usize,
    now: Timestamp,
) -> Result<usize, StoreError> {
    for _ in 0..times {
        media.sweep(now).await?;
        let keys = media.unneeded(0, 3).await?;
        for key in &keys {
            files.lock().expect("no panic").remove(key);
        }
        media.gone(keys).await?;
    }
    Ok(0)
}

/// While the same bytes are claimed, kept, forgotten and taken away at once, whatever is kept has its bytes; and in the end no
/// bytes are left.
pub async fn what_is_kept_has_its_bytes(f: &Fixture) -> Tested {
    let people = f.crowd("person", 4).await?;
    let tea = Blob {
        bytes: 7,
        ..blob("tea")
    };
    let files = Files::default();
    let now = f.clock.now();
    let until = now + DAY;
    let mut work = Vec::new();
    for n in 0..8 {
        let mut all = Vec::new();
        for _ in 0..12 {
            let mut new = f.new_media(people[n % 4], blob("other")).await?;
            new.files[0].blob = tea;
            all.push(new);
        }
        let (media, files) = (f.media.clone(), files.clone());
        work.push(upload_and_forget(media, files, all, until).boxed());
    }
    for _ in 0..2 {
        let (media, files) = (f.media.clone(), files.clone());
        work.push(collect(media, files, 40, now).boxed());
    }
    let mut kept = 0;
    for done in at_once(work).await {
        kept += done?;
    }
    assert_eq!(kept, 96, "no claim was given up");
    f.clock.advance(DAY * 2);
    f.sweep_media().await?;
    while !f.media.unneeded(0, 1).await?.is_empty() {
        collect(f.media.clone(), files.clone(), 1, f.clock.now()).await?;
    }
    assert!(files.lock().expect("no panic").is_empty());
    let all = Quotas {
        person: 1_000,
        total: 1_000,
    };
    let new = f.new_media(people[0], blob("all")).await?;
    assert_eq!(
        f.media.insert(new, all).await?,
        MediaKept::Done,
        "nothing else is counted"
    );
    Ok(())
}
