//! What backends say to users.

use std::time::Duration;

use parlor_domain::{Notice, Publication, What};
use parlor_ports::{About, NewPublication, PublicationMade};

use super::Tested;
use crate::{Fixture, blob, text};

/// A publication is an event of the user's own stream, and in his list.
pub async fn a_publication_notifies(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let bot = f.bot("shop-bot").await?;
    let key = f.api_key(Some(bot)).await?;
    let new = NewPublication {
        title: Some("Your order".parse().expect("a title")),
        ..f.new_publication(&key, "1", ann)
    };
    let said = Publication {
        from: key.name.clone(),
        title: new.title.clone(),
        text: new.text.clone(),
        media: Box::default(),
    };
    let PublicationMade::New(event) = f.notifications.publish(new).await? else {
        panic!("it is new");
    };
    assert_eq!(event.actor, Some(bot));
    assert_eq!(
        event.what,
        What::Notified(Notice::Published(Box::new(said.clone())))
    );
    assert_eq!(f.events(ann.id).await?, std::slice::from_ref(&event));
    let notices = f.notices(ann, true).await?;
    assert!(matches!(&notices[..], [one] if one.about == About::Published(said) && one.seq == event.seq));
    Ok(())
}

/// A repeated request notifies once; another one under the same idempotency key is refused.
pub async fn a_repeated_publication_is_known(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let (shop, post) = (f.api_key(None).await?, f.api_key(None).await?);
    let new = f.new_publication(&shop, "1", ann);
    let PublicationMade::New(event) = f.notifications.publish(new.clone()).await? else {
        panic!("it is new");
    };
    let again = f.notifications.publish(new.clone()).await?;
    assert!(matches!(again, PublicationMade::Known(seq) if seq == event.seq));
    for other in [
        NewPublication {
            to: bob.id,
            ..new.clone()
        },
        NewPublication {
            text: text("Another."),
            ..new.clone()
        },
        NewPublication {
            title: Some("Another".parse().expect("a title")),
            ..new.clone()
        },
        NewPublication {
            media: vec![f.media_id()],
            ..new.clone()
        },
    ] {
        let refused = f.notifications.publish(other).await?;
        assert!(matches!(refused, PublicationMade::Conflict), "{refused:?}");
    }
    let others = f
        .notifications
        .publish(f.new_publication(&post, "1", ann))
        .await?;
    assert!(matches!(others, PublicationMade::New(_)), "each key has its own");
    assert_eq!(f.notices(ann, true).await?.len(), 2);

    let long_after = f.clock.advance(Duration::from_hours(48));
    f.notifications.sweep(new.at, long_after).await?;
    assert!(
        matches!(f.notifications.publish(new).await?, PublicationMade::New(_)),
        "it is forgotten"
    );
    Ok(())
}

/// Many at once under one idempotency key notify once.
pub async fn publications_at_once_notify_once(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let key = f.api_key(None).await?;
    let new = f.new_publication(&key, "1", ann);
    let work = (0..10).map(|_| {
        let (store, new) = (f.notifications.clone(), new.clone());
        async move { store.publish(new).await.expect("the store does not fail") }
    });
    let made = crate::at_once(work).await;
    let new = made.iter().filter(|made| matches!(made, PublicationMade::New(_)));
    assert_eq!(new.count(), 1);
    assert_eq!(f.notices(ann, true).await?.len(), 1);
    Ok(())
}

/// Nobody is notified who is gone, by a key that is none any more, or with media that is not the bot's.
pub async fn what_is_not_there_is_not_published(f: &Fixture) -> Tested {
    let [ann, gone] = f.people(["ann", "gone"]).await?;
    let bot = f.bot("shop-bot").await?;
    let key = f.api_key(Some(bot)).await?;
    f.users.delete(gone.id, false, f.tick()).await?;
    let to_nobody = f
        .notifications
        .publish(f.new_publication(&key, "1", gone))
        .await?;
    assert!(matches!(to_nobody, PublicationMade::NoUser));
    let foreign = f.keep(f.new_media(ann, blob("tea")).await?).await?;
    for media in [f.media_id(), foreign] {
        let new = NewPublication {
            media: vec![media],
            ..f.new_publication(&key, "2", ann)
        };
        assert!(matches!(
            f.notifications.publish(new).await?,
            PublicationMade::NoMedia
        ));
    }
    f.api_keys.revoke(key.number).await?;
    let revoked = f.notifications.publish(f.new_publication(&key, "3", ann)).await?;
    assert!(matches!(revoked, PublicationMade::NoKey));
    assert!(f.events(ann.id).await?.is_empty());
    Ok(())
}

/// Who is notified with media sees it, until the notification is forgotten.
pub async fn published_media_is_seen_by_the_user(f: &Fixture) -> Tested {
    let [ann, bob] = f.people(["ann", "bob"]).await?;
    let bot = f.bot("shop-bot").await?;
    let key = f.api_key(Some(bot)).await?;
    let media = f.keep(f.new_voice(bot, blob("hello")).await?).await?;
    let new = NewPublication {
        media: vec![media],
        ..f.new_publication(&key, "1", ann)
    };
    let PublicationMade::New(event) = f.notifications.publish(new).await? else {
        panic!("it is new");
    };
    let shown = |event: &parlor_domain::Event| match &event.what {
        What::Notified(Notice::Published(said)) => said.media.iter().map(|media| media.id).collect(),
        _ => Vec::new(),
    };
    assert_eq!(shown(&event), [media]);
    assert_eq!(f.events(ann.id).await?, [event]);
    let late = f.clock.advance(Duration::from_hours(100));
    while f.media.sweep(late).await? {}
    assert!(f.media.find(media, ann.id, f.tick()).await?.is_some());
    assert!(f.media.find(media, bob.id, f.tick()).await?.is_none());
    let now = f.tick();
    f.notifications.sweep(now, now).await?;
    while f.media.sweep(now).await? {}
    assert!(f.media.find_any(media).await?.is_none());
    Ok(())
}

/// Of an account that is deleted nothing is left of what it was notified of.
pub async fn a_deleted_account_was_notified_of_nothing(f: &Fixture) -> Tested {
    let ann = f.person("ann").await?;
    let bot = f.bot("shop-bot").await?;
    let key = f.api_key(Some(bot)).await?;
    let media = f.keep(f.new_media(bot, blob("tea")).await?).await?;
    let new = NewPublication {
        media: vec![media],
        ..f.new_publication(&key, "1", ann)
    };
    f.notifications.publish(new).await?;
    f.users.delete(ann.id, false, f.tick()).await?;
    let over = What::Notified(Notice::Over);
    while f.events(ann.id).await?.iter().all(|event| event.what != over) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(f.notices(ann, false).await?.is_empty());
    while f.media.sweep(f.tick()).await? {}
    assert!(f.media.find_any(media).await?.is_none());
    Ok(())
}
