//! How much media may be kept.

use std::time::Duration;

use parlor_ports::{MediaKept, Quotas};

use super::Tested;
use crate::{Fixture, at_once, blob};

const DAY: Duration = Duration::from_hours(24);

/// One person keeps so much and no more; what is forgotten makes place.
pub async fn a_person_keeps_so_much(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let quotas = Quotas {
        person: 2_000,
        total: u64::MAX,
    };
    let mut kept = Vec::new();
    for (content, outcome) in [
        ("one", MediaKept::Done),
        ("one", MediaKept::Done),
        ("two", MediaKept::OwnerFull),
    ] {
        let new = f.new_media(ann, blob(content)).await?;
        kept.push(new.media.id);
        assert_eq!(f.media.insert(new, quotas).await?, outcome);
    }
    assert!(f.media.find_any(kept[2]).await?.is_none());
    let bens = f.new_media(ben, blob("two")).await?;
    assert_eq!(f.media.insert(bens, quotas).await?, MediaKept::Done);
    assert!(f.media.forget(kept[0], ann.id).await?);
    let new = f.new_media(ann, blob("two")).await?;
    assert_eq!(f.media.insert(new, quotas).await?, MediaKept::Done);
    assert_eq!(
        (f.media.used(ann.id).await?, f.media.used(ben.id).await?),
        (2_000, 1_000)
    );
    Ok(())
}

/// All together keep so much and no more, the same bytes counted once.
pub async fn all_together_keep_so_much(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let quotas = Quotas {
        person: u64::MAX,
        total: 2_000,
    };
    let one = f.new_media(ann, blob("one")).await?;
    let first = one.media.id;
    assert_eq!(f.media.insert(one, quotas).await?, MediaKept::Done);
    for (owner, content, outcome) in [
        (ben, "one", MediaKept::Done),
        (ben, "two", MediaKept::Done),
        (ann, "three", MediaKept::ServerFull),
        (ann, "two", MediaKept::Done),
    ] {
        let new = f.new_media(owner, blob(content)).await?;
        assert_eq!(f.media.insert(new, quotas).await?, outcome, "{content}");
    }
    assert!(f.media.forget(first, ann.id).await?);
    let full = f.new_media(ann, blob("three")).await?;
    assert_eq!(
        f.media.insert(full, quotas).await?,
        MediaKept::ServerFull,
        "ben has the same"
    );
    f.clock.advance(DAY * 2);
    f.sweep_media().await?;
    let new = f.new_media(ann, blob("three")).await?;
    assert_eq!(f.media.insert(new, quotas).await?, MediaKept::Done);
    Ok(())
}

/// Fifty who keep media at once stay within the quotas.
pub async fn no_more_is_kept_at_once(f: &Fixture) -> Tested {
    let people = f.crowd("person", 5).await?;
    for (person, total, fit) in [(3_000, u64::MAX, 15), (u64::MAX, 22_000, 7)] {
        let quotas = Quotas { person, total };
        let mut all = Vec::new();
        for n in 0..50 {
            let content = blob(&format!("{total}-{n}"));
            all.push(f.new_media(people[n % 5], content).await?);
        }
        let kept = at_once(all.into_iter().map(|new| {
            let media = f.media.clone();
            async move { media.insert(new, quotas).await }
        }));
        let mut done = 0;
        for kept in kept.await {
            match kept? {
                MediaKept::Done => done += 1,
                MediaKept::OwnerFull | MediaKept::ServerFull => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(done, fit);
    }
    let mut used = 0;
    for person in &people {
        used += f.media.used(person.id).await?;
    }
    assert_eq!(used, 22_000);
    Ok(())
}
