//! Keeping and forgetting media.

use std::time::Duration;

use parlor_domain::{FileName, MediaKind};
use parlor_ports::{Clock, MediaFile, MediaKept, NewFile, NewMedia};

use super::Tested;
use crate::fixture::AMPLE;
use crate::{Fixture, blob};

const DAY: Duration = Duration::from_hours(24);

/// Media is found as it was kept, with the places of its bytes.
pub async fn media_is_as_it_was_kept(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut all = vec![
        f.new_media(ann, blob("one")).await?,
        f.new_voice(ann, blob("two")).await?,
    ];
    for (n, kind) in [MediaKind::Audio, MediaKind::Video, MediaKind::File]
        .into_iter()
        .enumerate()
    {
        let mut new = f.new_media(ann, blob(kind.as_str())).await?;
        new.media.kind = kind;
        new.media.name = FileName::tame(&"\u{e9}".repeat(200 - n));
        for (file, content) in [
            (MediaFile::Small, "small"),
            (MediaFile::Large, "large"),
            (MediaFile::Poster, "poster"),
        ] {
            new.files.push(NewFile {
                file,
                blob: blob(content),
                key: f.claim(blob(content)).await?,
                mime: "image/webp".into(),
            });
        }
        all.push(new);
    }
    for new in all {
        let id = f.keep(new.clone()).await?;
        let found = f.stored(id).await?;
        assert_eq!(
            (&found.media, found.owner, found.at),
            (&new.media, ann.id, new.at)
        );
        assert_eq!(found.files.len(), new.files.len());
        for (stored, kept) in found.files.iter().zip(&new.files) {
            assert_eq!(
                (stored.file, stored.blob, &stored.key, &stored.mime),
                (kept.file, kept.blob, &kept.key, &kept.mime)
            );
        }
        let own = f
            .media
            .find(id, ann.id, f.clock.now())
            .await?
            .expect("it is hers");
        assert_eq!((own.media, own.files), (found.media, found.files));
    }
    assert_eq!(f.media.used(ann.id).await?, 14_000);
    assert!(f.media.find_any(f.media_id()).await?.is_none());
    Ok(())
}

/// Media that nothing has used in time is forgotten, step by step, and takes nothing of the quota any more.
pub async fn unused_media_is_forgotten_in_time(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let mut media = Vec::new();
    for _ in 0..120 {
        media.push(f.picture(ann).await?);
    }
    let first = f.stored(media[0]).await?.at + DAY;
    assert_eq!(f.media.used(ann.id).await?, 120_000);
    f.media.sweep(first - Duration::from_micros(1)).await?;
    assert!(f.media.find_any(media[0]).await?.is_some());
    f.media.sweep(first).await?;
    assert!(f.media.find_any(media[0]).await?.is_none());
    assert!(f.media.find_any(media[1]).await?.is_some());
    f.clock.advance(DAY * 2);
    assert!(f.sweep_media().await? >= 2);
    assert_eq!(f.media.used(ann.id).await?, 0);
    assert_eq!(f.media.unneeded(0, 1_000).await?.len(), 120);
    Ok(())
}

/// Media is forgotten by its owner, if nothing uses it.
pub async fn media_is_forgotten_by_its_owner(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[ben]).await?;
    let (unused, shown, avatar) = (
        f.picture(ann).await?,
        f.picture(ann).await?,
        f.picture(ann).await?,
    );
    f.show(room, ann, &[shown]).await?;
    f.media.set_avatar(ann.id, Some(avatar), f.tick()).await?;
    assert!(!f.media.forget(unused, ben.id).await?);
    assert!(!f.media.forget(shown, ann.id).await?);
    assert!(!f.media.forget(avatar, ann.id).await?);
    assert!(f.media.forget(unused, ann.id).await?);
    assert!(!f.media.forget(unused, ann.id).await?);
    assert!(f.media.find_any(unused).await?.is_none());
    assert!(!f.media.forget(f.media_id(), ann.id).await?);
    Ok(())
}

/// Media belongs to an account.
pub async fn who_has_no_account_keeps_nothing(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let nobodys = NewMedia {
        owner: f.nobody(),
        ..f.new_media(ann, blob("tea")).await?
    };
    let late = f.new_media(ann, blob("tea")).await?;
    f.users.delete(ann.id, false, f.tick()).await?;
    for new in [nobodys, late] {
        assert_eq!(f.media.insert(new, AMPLE).await?, MediaKept::NoOwner);
    }
    Ok(())
}
