//! Uploads in parts.

use parlor_domain::{FileName, MediaKind};
use parlor_services::{Actor, Claims, Error, Progress, Settings};
use uuid::Uuid;

use super::{LONG, kept, picture};
use crate::world::{World, code};

async fn add(world: &World, actor: &Actor, id: Uuid, offset: u64, bytes: &[u8]) -> Result<Progress, Error> {
    let uploads = &world.services.uploads;
    let mut part = uploads.receive_part(actor, id, offset).await?;
    part.write(bytes).await?;
    uploads.add_part(actor, id, offset, part).await
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}

async fn begin(world: &World, actor: &Actor, bytes: &[u8]) -> Uuid {
    let claims = Claims {
        kind: Some(MediaKind::Image),
        mime: None,
        name: FileName::tame("holiday.png"),
    };
    let upload = world.services.uploads.begin(actor, length(bytes), claims);
    upload.await.unwrap().id
}

fn received(progress: Progress) -> u64 {
    match progress {
        Progress::Going(upload) => upload.received,
        Progress::Done { media, .. } => panic!("it is complete: {media:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_where_it_was_cut_off_also_after_a_restart() {
    let mut world = World::new().await;
    let ann = world.person("ann").await;
    let mut file = picture(64, 64, 1);
    file.extend_from_slice(b"what stands behind a picture is not kept");
    let id = begin(&world, &ann, &file).await;
    assert_eq!(
        received(add(&world, &ann, id, 0, &file[..100]).await.unwrap()),
        100
    );
    world.services = world.services_anew();
    assert_eq!(
        received(world.services.uploads.find(&ann, id).await.unwrap()),
        100
    );
    assert_eq!(
        received(add(&world, &ann, id, 100, &file[100..101]).await.unwrap()),
        101
    );
    let Progress::Done { media, bytes } = add(&world, &ann, id, 101, &file[101..]).await.unwrap() else {
        panic!("it is complete");
    };
    assert_eq!((media.id.uuid(), media.kind), (id, MediaKind::Image));
    assert_eq!(media.name.as_ref().unwrap().as_str(), "holiday.png");
    assert_eq!(
        world.services.uploads.find(&ann, id).await.unwrap(),
        Progress::Done {
            media: media.clone(),
            bytes
        },
        "who did not hear of it can ask"
    );
    assert_eq!(bytes, length(&file));
    assert!(media.bytes < bytes, "fewer are kept than came");
    let again = add(&world, &ann, id, bytes, b"").await.unwrap();
    assert!(matches!(again, Progress::Done { .. }));
    world.services.library.tidy().await.unwrap();
    let stored = world.services.library.find(&ann, media.id).await.unwrap();
    assert_eq!(kept(&world), stored.files.len(), "the parts are gone");
    world.pass(60 * 60);
    world.services.library.tidy().await.unwrap();
    assert_eq!(
        code(world.services.uploads.find(&ann, id).await),
        "no_such_upload",
        "it is remembered for an hour"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_comes_in_so_many_parts() {
    let mut settings = Settings::default();
    settings.media.parts = 2;
    let world = World::with(settings).await;
    let ann = world.person("ann").await;
    let file = picture(64, 64, 1);
    let id = begin(&world, &ann, &file).await;
    for offset in 0..2_u8 {
        let part = &file[usize::from(offset)..=usize::from(offset)];
        add(&world, &ann, id, offset.into(), part).await.unwrap();
    }
    assert_eq!(code(add(&world, &ann, id, 2, &file[2..]).await), "too_many_parts");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_all_places() {
    let mut settings = Settings::default();
    settings.media.receiving = 5;
    settings.media.receiving_per_person = 3;
    let world = World::with(settings).await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let uploads = &world.services.uploads;
    let mut anns = Vec::new();
    for _ in 0..3 {
        anns.push(uploads.receive(&ann).await.unwrap());
    }
    assert_eq!(code(uploads.receive(&ann).await), "busy");
    let file = picture(64, 64, 1);
    let id = begin(&world, &ann, &file).await;
    assert_eq!(code(add(&world, &ann, id, 0, &file).await), "busy");
    assert!(uploads.receive(&bob).await.is_ok());
    anns.pop();
    assert!(add(&world, &ann, id, 0, &file).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn room_is_left_on_the_disk() {
    let mut settings = Settings::default();
    settings.media.free_bytes = u64::MAX;
    let world = World::with(settings).await;
    let ann = world.person("ann").await;
    assert_eq!(code(world.services.uploads.receive(&ann).await), "storage_full");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_come_in_order_and_of_their_owner() {
    let world = World::new().await;
    let [ann, bob] = world.people(["ann", "bob"]).await;
    let file = picture(64, 64, 1);
    let id = begin(&world, &ann, &file).await;
    assert_eq!(code(add(&world, &bob, id, 0, &file).await), "no_such_upload");
    let ahead = add(&world, &ann, id, 5, &file[5..]).await;
    assert!(matches!(ahead, Err(Error::WrongOffset(0))));
    let mut long = file.clone();
    long.push(0);
    assert_eq!(code(add(&world, &ann, id, 0, &long).await), "upload_too_large");
    add(&world, &ann, id, 0, &file[..10]).await.unwrap();
    let again = add(&world, &ann, id, 0, &file[..10]).await;
    assert!(matches!(again, Err(Error::WrongOffset(10))));
    assert_eq!(
        code(world.services.uploads.find(&bob, id).await),
        "no_such_upload"
    );
    assert_eq!(code(world.services.uploads.end(&bob, id).await), "no_such_upload");
    world.services.uploads.end(&ann, id).await.unwrap();
    assert_eq!(
        code(add(&world, &ann, id, 10, &file[10..]).await),
        "no_such_upload"
    );
    world.services.library.tidy().await.unwrap();
    assert_eq!(kept(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_parts_for_one_place_one_counts() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let file = picture(64, 64, 1);
    let id = begin(&world, &ann, &file).await;
    let uploads = &world.services.uploads;
    let mut right = uploads.receive_part(&ann, id, 0).await.unwrap();
    let mut wrong = uploads.receive_part(&ann, id, 0).await.unwrap();
    right.write(&file[..50]).await.unwrap();
    wrong.write(&[0; 60]).await.unwrap();
    uploads.add_part(&ann, id, 0, right).await.unwrap();
    assert_eq!(code(uploads.add_part(&ann, id, 0, wrong).await), "wrong_offset");
    let done = add(&world, &ann, id, 50, &file[50..]).await.unwrap();
    assert!(
        matches!(done, Progress::Done { .. }),
        "nothing of the other part is in it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_goes_on_with_expires() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let file = picture(64, 64, 1);
    let id = begin(&world, &ann, &file).await;
    world.pass(LONG / 2);
    add(&world, &ann, id, 0, &file[..10]).await.unwrap();
    world.pass(LONG / 2);
    assert_eq!(
        received(add(&world, &ann, id, 10, &file[10..20]).await.unwrap()),
        20
    );
    world.pass(LONG);
    assert_eq!(
        code(add(&world, &ann, id, 20, &file[20..]).await),
        "no_such_upload"
    );
    world.services.library.tidy().await.unwrap();
    assert_eq!(kept(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_begins_more_than_he_may() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let uploads = &world.services.uploads;
    for _ in 0..10 {
        uploads.begin(&ann, 10, Claims::default()).await.unwrap();
    }
    assert_eq!(
        code(uploads.begin(&ann, 10, Claims::default()).await),
        "too_many_uploads"
    );
    assert_eq!(
        code(uploads.begin(&ann, 1 << 50, Claims::default()).await),
        "upload_too_large"
    );
    let bob = world.person("bob").await;
    for outcome in ["ok", "ok", "ok", "ok", "ok", "quota_used_up"] {
        let large = uploads.begin(&bob, 1 << 30, Claims::default());
        assert_eq!(code(large.await), outcome, "what is begun counts");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_refused_ends_its_upload() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let id = begin(&world, &ann, b"no picture").await;
    assert_eq!(
        code(add(&world, &ann, id, 0, b"no picture").await),
        "media_mismatch"
    );
    assert_eq!(
        code(world.services.uploads.find(&ann, id).await),
        "no_such_upload"
    );
}
