//! Media as every program reads them.

use std::io::Cursor;

use image::ImageFormat;
use parlor_domain::MediaKind;
use parlor_services::{Claims, MediaFile, shown};

use crate::media::{bytes, picture, show, upload};
use crate::world::{World, code};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_png_is_given_out_as_it_is() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let media = upload(&world, &ann, &picture(30, 20, 1), Claims::default())
        .await
        .unwrap();
    let renditions = &world.services.renditions;
    assert_eq!(
        code(renditions.of(media.id).await),
        "no_such_media",
        "nothing shows it"
    );

    show(&world, &ann, room, &[&media]).await.unwrap();
    let stored = world.services.library.find(&ann, media.id).await.unwrap();
    let original = bytes(&world, shown(&stored, MediaFile::Original).unwrap()).await;
    assert_eq!(renditions.of(media.id).await.unwrap(), original);
    let most = original.len() as u64;
    let given = renditions.as_it_is(media.id, most).await.unwrap();
    assert_eq!(given, Some(original));
    assert_eq!(renditions.as_it_is(media.id, most - 1).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_picture_becomes_png() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let decoded = image::load_from_memory(&picture(30, 20, 1)).unwrap();
    let mut jpeg = Cursor::new(Vec::new());
    decoded.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let media = upload(&world, &ann, &jpeg.into_inner(), Claims::default())
        .await
        .unwrap();
    show(&world, &ann, room, &[&media]).await.unwrap();
    let renditions = &world.services.renditions;
    let png = renditions.of(media.id).await.unwrap();
    assert!(png.starts_with(PNG));
    let again = image::load_from_memory(&png).unwrap();
    assert_eq!((again.width(), again.height()), (30, 20));
    assert_eq!(renditions.as_it_is(media.id, u64::MAX).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_neither_picture_nor_voice_is_not_given_out() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = world.group(&ann, &[]).await;
    let claims = Claims {
        kind: Some(MediaKind::File),
        ..Claims::default()
    };
    let media = upload(&world, &ann, b"some text", claims).await.unwrap();
    show(&world, &ann, room, &[&media]).await.unwrap();
    let renditions = &world.services.renditions;
    assert_eq!(code(renditions.of(media.id).await), "no_such_media");
    assert_eq!(renditions.as_it_is(media.id, u64::MAX).await.unwrap(), None);
}
