//! Who may see media, and avatars, which everybody does.

use std::time::Duration;

use parlor_domain::{MediaId, UserRef};
use parlor_ports::{AvatarSet, Clock, StoreError};

use super::Tested;
use crate::{Fixture, blob};

/// Media is seen by those who see a message with it, and by its owner.
pub async fn media_is_as_visible_as_its_messages(f: &Fixture) -> Tested {
    let [ann, ben, cleo, dan] = f.people(["ann", "ben", "cleo", "dan"]).await?;
    let room = f.discreet_group(ann, &[ben]).await?;
    let before = f.picture(ann).await?;
    assert!(
        f.sees(ann, before).await? && !f.sees(ben, before).await?,
        "nobody was shown it"
    );
    f.show(room, ann, &[before]).await?;
    f.add(room, ann, cleo).await?;
    let after = f.picture(ann).await?;
    f.show(room, ann, &[after]).await?;
    for (viewer, sees) in [
        (ann, [true, true]),
        (ben, [true, true]),
        (cleo, [false, true]),
        (dan, [false, false]),
    ] {
        assert_eq!(
            [f.sees(viewer, before).await?, f.sees(viewer, after).await?],
            sees
        );
    }
    f.leave(room, cleo).await?;
    assert!(!f.sees(cleo, after).await?);
    f.put_out(room, ann, ben).await?;
    assert!(!f.sees(ben, before).await?);

    let elsewhere = f.group(ann, &[dan]).await?;
    f.show(elsewhere, ann, &[before]).await?;
    assert!(f.sees(dan, before).await?, "he was shown it there");
    assert!(!f.sees(ben, before).await?);
    f.add(room, ann, ben).await?;
    assert!(
        !f.sees(ben, before).await?,
        "what was before is hidden from who comes back"
    );
    f.rooms.delete(elsewhere, ann, f.tick()).await?;
    assert!(!f.sees(dan, before).await?);
    Ok(())
}

async fn set_avatar(f: &Fixture, user: UserRef, media: Option<MediaId>) -> Result<AvatarSet, StoreError> {
    f.media.set_avatar(user.id, media, f.tick()).await
}

/// Everybody sees an avatar, until there is another.
pub async fn everybody_sees_an_avatar(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let room = f.group(ann, &[]).await?;
    let [old, new, shown] = [
        f.picture(ann).await?,
        f.picture(ann).await?,
        f.picture(ann).await?,
    ];
    assert_eq!(f.account(ann).await?.profile.avatar, None);
    assert_eq!(set_avatar(f, ann, Some(old)).await?, AvatarSet::Done);
    assert_eq!(f.account(ann).await?.profile.avatar, Some(old));
    f.clock.advance(Duration::from_hours(12));
    f.sweep_media().await?;
    assert!(f.sees(ben, old).await? && !f.sees(ben, new).await?);
    for _ in 0..2 {
        assert_eq!(set_avatar(f, ann, Some(new)).await?, AvatarSet::Done);
        f.sweep_media().await?;
        assert!(f.sees(ben, new).await? && f.media.find_any(old).await?.is_none());
    }
    f.show(room, ann, &[shown]).await?;
    assert_eq!(set_avatar(f, ann, Some(shown)).await?, AvatarSet::Done);
    assert!(f.sees(ben, shown).await?);
    assert_eq!(set_avatar(f, ann, None).await?, AvatarSet::Done);
    assert_eq!(set_avatar(f, ann, None).await?, AvatarSet::Done);
    assert_eq!(f.account(ann).await?.profile.avatar, None);
    f.clock.advance(Duration::from_hours(24));
    f.sweep_media().await?;
    assert!(f.media.find_any(new).await?.is_none());
    assert!(
        f.sees(ann, shown).await? && !f.sees(ben, shown).await?,
        "a message shows it"
    );
    Ok(())
}

/// An avatar is an image of one's own.
pub async fn an_avatar_is_an_image_of_ones_own(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let voice = f.keep(f.new_voice(ann, blob("hm")).await?).await?;
    let (others, expired) = (f.picture(ben).await?, f.picture(ann).await?);
    assert_eq!(set_avatar(f, ann, Some(voice)).await?, AvatarSet::NoImage);
    for media in [others, f.media_id()] {
        assert_eq!(set_avatar(f, ann, Some(media)).await?, AvatarSet::NoMedia);
    }
    let end = f.stored(expired).await?.at + Duration::from_hours(24);
    let late = f.media.set_avatar(ann.id, Some(expired), end).await?;
    assert_eq!(late, AvatarSet::NoMedia);
    let nobody = f
        .media
        .set_avatar(f.nobody(), Some(others), f.clock.now())
        .await?;
    assert_eq!(nobody, AvatarSet::NoMedia);
    assert_eq!(f.account(ann).await?.profile.avatar, None);
    Ok(())
}

/// With the account goes the avatar.
pub async fn a_deleted_account_has_no_avatar(f: &Fixture) -> Tested {
    let [ann, ben] = f.people(["ann", "ben"]).await?;
    let picture = f.picture(ann).await?;
    set_avatar(f, ann, Some(picture)).await?;
    assert!(f.users.delete(ann.id, false, f.tick()).await?);
    assert_eq!(f.account(ann).await?.profile.avatar, None);
    assert!(!f.sees(ben, picture).await?);
    f.sweep_media().await?;
    assert!(f.media.find_any(picture).await?.is_none());
    assert_eq!(set_avatar(f, ann, None).await?, AvatarSet::NoMedia);
    Ok(())
}
