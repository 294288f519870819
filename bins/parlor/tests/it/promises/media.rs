//! What is uploaded comes as it was to those who see it, and to nobody else.

use std::io::Cursor;

use futures_util::TryStreamExt;
use parlor_client::{Claims, MediaFile, NewMessage, Rest, RestError};
use parlor_wire::{EventBody, MediaKindName};
use uuid::Uuid;

use super::database::Database;
use super::world::World;

on_both_databases!(
    a_file_comes_as_it_was_to_those_who_see_the_message,
    an_upload_goes_on_where_somebody_else_left_it,
);

/// A file of no format, longer than any piece of it that is sent at once.
fn file() -> Vec<u8> {
    (0..9_000_000_u32).map(|n| (n % 251) as u8).collect()
}

fn claims() -> Claims {
    Claims {
        kind: Some(MediaKindName::File),
        name: Some("tee für zwei.bin".to_owned()),
        mime: None,
    }
}

async fn had(rest: &Rest, media: Uuid) -> Result<Vec<u8>, RestError> {
    let pieces = rest.download(media, MediaFile::Original).await?;
    let all: Vec<_> = pieces.try_collect().await?;
    Ok(all.concat())
}

async fn a_file_comes_as_it_was_to_those_who_see_the_message(database: Database) {
    let world = World::new(database).await;
    let [ann, bob, eve] = world.people(["ann", "bob", "eve"]).await;
    let room = ann.group(&[&bob]).await;
    let file = file();
    let media = ann
        .rest
        .upload(Cursor::new(file.clone()), &claims())
        .await
        .unwrap();
    assert_eq!((media.bytes, media.kind), (9_000_000, MediaKindName::File));
    assert_eq!(media.name, claims().name);
    let message = NewMessage {
        media: vec![media.id],
        ..NewMessage::new(room, "")
    };
    let sent = ann.rest.send_message(&message).await.unwrap();
    let EventBody::Message(shown) = sent.body else {
        panic!("{sent:?}")
    };
    assert_eq!(shown.media, std::slice::from_ref(&media));

    assert!(had(&bob.rest, media.id).await.unwrap() == file);
    let part = bob
        .rest
        .download_part(media.id, MediaFile::Original, 70_000..270_000);
    let part: Vec<_> = part.await.unwrap().try_collect().await.unwrap();
    assert!(part.concat() == file[70_000..270_000]);
    let link = bob.rest.link(media.id).await.unwrap();
    assert!(link.url.starts_with("http"), "{}", link.url);
    for nobody in [
        had(&eve.rest, media.id).await.map(|_| ()),
        eve.rest.link(media.id).await.map(|_| ()),
    ] {
        assert_eq!(nobody.unwrap_err().code(), Some("no_such_media"));
    }
    let used = ann.rest.delete_media(media.id).await.unwrap_err();
    assert_eq!(used.code(), Some("media_in_use"));
}

async fn an_upload_goes_on_where_somebody_else_left_it(database: Database) {
    let world = World::new(database).await;
    let ann = world.person("ann").await;
    let file = file();
    let begun = ann.rest.begin_upload(9_000_000, &claims()).await.unwrap();
    let mut there = begun;
    ann.rest
        .send_part(&mut there, file[..100_000].to_vec())
        .await
        .unwrap();
    // Who knows less than the server is told so, and who is told finds out.
    let mut behind = begun;
    let refused = ann.rest.send_part(&mut behind, file.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Some("wrong_offset"));
    let ann = ann.elsewhere().await;
    assert_eq!(ann.rest.find_upload(begun.id).await.unwrap(), there);
    ann.rest
        .finish_upload(&mut behind, &mut Cursor::new(&file), |_| ())
        .await
        .unwrap();
    assert!(behind.done);
    assert!(had(&ann.rest, behind.id).await.unwrap() == file);
    ann.rest.delete_media(behind.id).await.unwrap();
    let gone = had(&ann.rest, behind.id).await.unwrap_err();
    assert_eq!(gone.code(), Some("no_such_media"));
}
