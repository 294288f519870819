//! Media: in, into messages, out, and away.

mod broken;
mod parts;
mod scanned;

use std::fs;
use std::path::Path;

use futures_util::TryStreamExt;
use parlor_domain::{Media, MediaKind, RoomId, Seq, What};
use parlor_services::{
    Actor, Claims, Error, MediaFile, MediaSettings, NewMessage, Settings, StoredFile, shown,
};

use crate::world::{World, code, message};

/// A day and a bit: by then what nothing uses has expired.
const LONG: u64 = 25 * 60 * 60;

/// A picture of this size, in a colour of its own.
pub(crate) fn picture(width: u32, height: u32, colour: u8) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([
            colour,
            u8::try_from(x % 256).unwrap(),
            u8::try_from(y % 256).unwrap(),
        ])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Uploads a file in one piece.
pub(crate) async fn upload(
    world: &World,
    actor: &Actor,
    bytes: &[u8],
    claims: Claims,
) -> Result<Media, Error> {
    let uploads = &world.services.uploads;
    let mut file = uploads.receive(actor).await?;
    for piece in bytes.chunks(1000) {
        file.write(piece).await?;
    }
    uploads.finish(actor, file, None, claims).await
}

/// Says something with media.
pub(crate) async fn show(world: &World, actor: &Actor, room: RoomId, media: &[&Media]) -> Result<Seq, Error> {
    let id = world.ports.entropy.uuid(world.ports.clock.now()).to_string();
    let said = NewMessage {
        media: media.iter().map(|media| media.id).collect(),
        ..message(&id, "")
    };
    let sent = world.services.messages.send(actor, room, said, None).await?;
    Ok(sent.into_inner().seq)
}

/// All of a file's bytes.
pub(crate) async fn bytes(world: &World, file: &StoredFile) -> Vec<u8> {
    let stream = world.services.library.read(file, 0..u64::MAX).await.unwrap();
    let pieces: Vec<_> = stream.try_collect().await.unwrap();
    pieces.concat()
}

/// How many files are kept, whole ones and parts.
pub(crate) fn kept(world: &World) -> usize {
    fn count(folder: &Path) -> usize {
        let Ok(entries) = fs::read_dir(folder) else {
            return 0;
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    let place = world.media.path().join("kept");
    count(&place.join("content")) + count(&place.join("parts"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_the_message_may_have_its_media() {
    let world = World::new().await;
    let [ann, bob, eve] = world.people(["ann", "bob", "eve"]).await;
    let room = world.group(&ann, &[bob]).await;
    let claims = Claims {
        name: parlor_domain::FileName::tame("tea.png"),
        ..Claims::default()
    };
    let media = upload(&world, &ann, &picture(800, 600, 1), claims).await.unwrap();
    assert_eq!((media.kind, &*media.mime), (MediaKind::Image, "image/png"));
    let library = &world.services.library;
    assert_eq!(code(library.find(&bob, media.id).await), "no_such_media");

    let seq = show(&world, &ann, room, &[&media]).await.unwrap();
    let found = library.find(&bob, media.id).await.unwrap();
    assert_eq!(found.media, media);
    let small = bytes(&world, shown(&found, MediaFile::Small).unwrap()).await;
    let small = image::load_from_memory(&small).unwrap();
    assert_eq!((small.width(), small.height()), (160, 120));
    assert_eq!(code(library.find(&eve, media.id).await), "no_such_media");

    let event = world.services.messages.message(&bob, room, seq).await.unwrap();
    let What::Message(message) = &event.what else {
        panic!("{event:?}");
    };
    assert_eq!(*message.media, *std::slice::from_ref(&media));

    let deleted = world.services.messages.delete(&ann, room, seq, None, None);
    deleted.await.unwrap();
    assert_eq!(code(library.find(&bob, media.id).await), "no_such_media");
    let event = world.services.messages.message(&bob, room, seq).await.unwrap();
    assert!(matches!(&event.what, What::Message(message) if message.media.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_its_media_and_a_while() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let media = upload(&world, &ann, &picture(8, 8, 1), Claims::default())
        .await
        .unwrap();
    let other = upload(&world, &ann, &picture(8, 8, 2), Claims::default())
        .await
        .unwrap();
    let library = &world.services.library;
    assert_eq!(code(library.link(&bob, media.id).await), "no_such_media");
    let link = library.link(&ann, media.id).await.unwrap();
    let (found, _) = library.find_by_link(media.id, &link.signature).await.unwrap();
    assert_eq!(found.media, media);
    assert_eq!(
        code(library.find_by_link(other.id, &link.signature).await),
        "no_such_media"
    );
    assert_eq!(code(library.find_by_link(media.id, "").await), "no_such_media");
    world.pass(10 * 60 - 1);
    assert!(library.find_by_link(media.id, &link.signature).await.is_ok());
    world.pass(10 * 60 + 1);
    assert_eq!(
        code(library.find_by_link(media.id, &link.signature).await),
        "no_such_media"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_the_same_for_a_while_and_as_good_as_its_makers_right() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let media = upload(&world, &ann, &picture(8, 8, 1), Claims::default())
        .await
        .unwrap();
    let seq = show(&world, &ann, room, &[&media]).await.unwrap();
    let library = &world.services.library;
    let [anns, bobs] = [
        library.link(&ann, media.id).await.unwrap(),
        library.link(&bob, media.id).await.unwrap(),
    ];
    assert_eq!(library.link(&bob, media.id).await.unwrap(), bobs);
    let deleted = world.services.messages.delete(&ann, room, seq, None, None);
    deleted.await.unwrap();
    assert_eq!(
        code(library.find_by_link(media.id, &bobs.signature).await),
        "no_such_media"
    );
    assert!(library.find_by_link(media.id, &anns.signature).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_is_stored_once_and_goes_with_its_last_use() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let file = picture(20, 20, 1);
    let of_ann = upload(&world, &ann, &file, Claims::default()).await.unwrap();
    let stored = kept(&world);
    let of_bob = upload(&world, &bob, &file, Claims::default()).await.unwrap();
    assert_eq!(kept(&world), stored);

    let library = &world.services.library;
    let first = show(&world, &ann, room, &[&of_ann]).await.unwrap();
    let second = show(&world, &bob, room, &[&of_bob]).await.unwrap();
    let delete = |actor, seq| world.services.messages.delete(actor, room, seq, None, None);
    delete(&ann, first).await.unwrap();
    world.pass(LONG);
    library.tidy().await.unwrap();
    assert_eq!(kept(&world), stored, "a message shows it still");
    let found = library.find(&ann, of_bob.id).await.unwrap();
    assert_eq!(
        image::load_from_memory(&bytes(&world, &found.files[0]).await)
            .unwrap()
            .width(),
        20
    );
    delete(&bob, second).await.unwrap();
    world.pass(LONG);
    library.tidy().await.unwrap();
    assert_eq!(kept(&world), 0);
    assert_eq!(library.usage(&bob).await.unwrap().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_uses_expires() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let [unused, used, avatar] = [1, 2, 3].map(|colour| picture(200, 200, colour));
    let unused = upload(&world, &ann, &unused, Claims::default()).await.unwrap();
    let used = upload(&world, &ann, &used, Claims::default()).await.unwrap();
    let avatar = upload(&world, &ann, &avatar, Claims::default()).await.unwrap();
    show(&world, &ann, room, &[&used]).await.unwrap();
    let library = &world.services.library;
    library.set_avatar(&ann, Some(avatar.id)).await.unwrap();
    world.pass(LONG);
    library.tidy().await.unwrap();
    assert_eq!(code(library.find(&ann, unused.id).await), "no_such_media");
    assert_eq!(code(show(&world, &ann, room, &[&unused]).await), "no_such_media");
    assert!(library.find(&ann, used.id).await.is_ok());
    assert!(library.find(&ann, avatar.id).await.is_ok());

    library.set_avatar(&ann, None).await.unwrap();
    world.pass(LONG);
    library.tidy().await.unwrap();
    assert_eq!(code(library.find(&ann, avatar.id).await), "no_such_media");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_an_avatar_which_must_be_a_picture_of_ones_own() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let library = &world.services.library;
    let face = upload(&world, &ann, &picture(300, 300, 1), Claims::default())
        .await
        .unwrap();
    let note = upload(&world, &ann, b"no face", Claims::default()).await.unwrap();
    assert_eq!(note.kind, MediaKind::File);
    assert_eq!(
        code(library.set_avatar(&bob, Some(face.id)).await),
        "no_such_media"
    );
    assert_eq!(code(library.set_avatar(&ann, Some(note.id)).await), "invalid");
    library.set_avatar(&ann, Some(face.id)).await.unwrap();
    assert_eq!(library.find(&bob, face.id).await.unwrap().media, face);
    let account = world.services.accounts.find(ann.user.id).await.unwrap();
    assert_eq!(account.profile.avatar, Some(face.id));
    assert_eq!(code(library.delete(&ann, face.id).await), "media_in_use");
    assert_eq!(code(library.delete(&bob, face.id).await), "no_such_media");
    library.delete(&ann, note.id).await.unwrap();
    assert_eq!(code(library.find(&ann, note.id).await), "no_such_media");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_shows_what_one_has_uploaded_and_each_but_once() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let room = world.group(&ann, &[bob]).await;
    let media = upload(&world, &ann, &picture(8, 8, 1), Claims::default())
        .await
        .unwrap();
    assert_eq!(code(show(&world, &bob, room, &[&media]).await), "no_such_media");
    assert_eq!(code(show(&world, &ann, room, &[&media, &media]).await), "invalid");
    assert_eq!(code(show(&world, &ann, room, &[&media; 11]).await), "invalid");
    assert_eq!(
        code(show(&world, &ann, room, &[]).await),
        "invalid",
        "there is nothing to see"
    );
    assert!(show(&world, &ann, room, &[&media]).await.is_ok());
    assert!(show(&world, &ann, room, &[&media]).await.is_ok(), "and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_is_is_decided_by_its_content() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let png = picture(8, 8, 1);
    let claim = |kind, mime: &str| Claims {
        kind,
        mime: (!mime.is_empty()).then(|| mime.into()),
        name: None,
    };
    for (claims, outcome) in [
        (claim(None, "image/jpeg"), "media_mismatch"),
        (claim(Some(MediaKind::Voice), ""), "media_mismatch"),
        (claim(Some(MediaKind::Image), "image/png"), "ok"),
    ] {
        let uploaded = upload(&world, &ann, &png, claims.clone()).await;
        assert_eq!(code(uploaded), outcome, "{claims:?}");
    }
    assert_eq!(
        code(upload(&world, &ann, b"", Claims::default()).await),
        "media_empty"
    );
    let cut = upload(&world, &ann, &png[..png.len() / 2], Claims::default()).await;
    assert_eq!(code(cut), "media_unreadable");
    let inline = format!(
        "data:image/png;base64,{}",
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &png)
    );
    let decoded = world
        .services
        .uploads
        .decode(&ann, &inline, Claims::default())
        .await;
    assert_eq!(decoded.unwrap().kind, MediaKind::Image);
    let lie = inline.replace("image/png", "image/gif");
    let decoded = world.services.uploads.decode(&ann, &lie, Claims::default()).await;
    assert_eq!(code(decoded), "media_mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_are_kept_and_given_back() {
    let mut media = MediaSettings::default();
    media.quotas.person = 50_000;
    media.quotas.total = 70_000;
    let settings = Settings {
        media,
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let file = |seed: u8| -> Vec<u8> { (0..30_000_u32).map(|n| (n % 251) as u8 ^ seed).collect() };
    let first = upload(&world, &ann, &file(1), Claims::default()).await.unwrap();
    assert_eq!(
        code(upload(&world, &ann, &file(2), Claims::default()).await),
        "quota_used_up"
    );
    assert!(upload(&world, &bob, &file(3), Claims::default()).await.is_ok());
    let library = &world.services.library;
    library.delete(&ann, first.id).await.unwrap();
    assert_eq!(library.usage(&ann).await.unwrap(), (0, 50_000));
    assert!(upload(&world, &ann, &file(4), Claims::default()).await.is_ok());
    let carl = world.person("carl").await;
    assert_eq!(
        code(upload(&world, &carl, &file(5), Claims::default()).await),
        "storage_full"
    );
    assert!(
        upload(&world, &carl, &file(4), Claims::default()).await.is_ok(),
        "it is there already"
    );
}
