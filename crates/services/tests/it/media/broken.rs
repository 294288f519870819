//! Work that is broken off at any step: whatever was begun, nothing that nobody needs stays, and nothing that is needed goes.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use parlor_ports::{BlobError, BlobKey, BlobStream, Blobs};
use parlor_services::{Claims, Ports, Settings};

use super::{LONG, bytes, kept, picture, show, upload};
use crate::world::World;

/// A place for media whose server dies at one of its steps: before the step, or just after it.
struct Mortal {
    place: Arc<dyn Blobs>,
    /// Half steps that are left.
    life: AtomicUsize,
}

impl Mortal {
    fn live(&self) -> Result<(), BlobError> {
        let lived = self
            .life
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |life| life.checked_sub(1));
        lived
            .map(|_| ())
            .map_err(|_| BlobError::Unavailable("the server has died".into()))
    }
}

#[async_trait]
impl Blobs for Mortal {
    async fn put(&self, key: &BlobKey, file: &Path) -> Result<(), BlobError> {
        self.live()?;
        self.place.put(key, file).await?;
        self.live()
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobStream>, BlobError> {
        self.place.read(key, range).await
    }

    async fn fetch(&self, key: &BlobKey, into: &Path) -> Result<bool, BlobError> {
        self.live()?;
        self.place.fetch(key, into).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.live()?;
        self.place.delete(key).await?;
        self.live()
    }

    fn local(&self, key: &BlobKey) -> Option<String> {
        self.place.local(key)
    }
}

/// A world whose server dies after so many half steps.
async fn mortal(life: usize) -> (World, Arc<Mortal>) {
    let mut world = World::new().await;
    let blobs = Arc::new(Mortal {
        place: world.ports.blobs.clone(),
        life: AtomicUsize::new(life),
    });
    let ports = Ports {
        blobs: blobs.clone(),
        ..world.ports.clone()
    };
    world.services = world.services_with(ports, Settings::default());
    (world, blobs)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_dies_leaves_nothing_and_stands_in_no_ones_way() {
    for life in 0.. {
        let (mut world, _) = mortal(life).await;
        let ann = world.person("ann").await;
        let file = picture(700, 700, 1);
        let uploaded = upload(&world, &ann, &file, Claims::default()).await;
        world.services = world.services_anew();
        let again = upload(&world, &ann, &file, Claims::default()).await.unwrap();
        let found = world.services.library.find(&ann, again.id).await.unwrap();
        for file in &found.files {
            assert!(!bytes(&world, file).await.is_empty());
        }
        world.pass(LONG);
        world.services.library.tidy().await.unwrap();
        assert_eq!(kept(&world), 0, "after {life} half steps");
        if uploaded.is_ok() {
            assert!(life >= 6, "three files are stored");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_dies_is_followed_by_one_that_ends_its_work() {
    for life in 0.. {
        let (mut world, blobs) = mortal(usize::MAX).await;
        let ann = world.person("ann").await;
        let room = world.group(&ann, &[]).await;
        let (old, used) = (picture(700, 700, 1), picture(20, 20, 2));
        upload(&world, &ann, &old, Claims::default()).await.unwrap();
        let used = upload(&world, &ann, &used, Claims::default()).await.unwrap();
        show(&world, &ann, room, &[&used]).await.unwrap();
        world.pass(LONG);
        blobs.life.store(life, Ordering::Relaxed);
        let died = world.services.library.tidy().await.is_err();

        // Whoever uploads the same file now gets one that stays.
        world.services = world.services_anew();
        let again = upload(&world, &ann, &old, Claims::default()).await.unwrap();
        show(&world, &ann, room, &[&again]).await.unwrap();
        world.services.library.tidy().await.unwrap();
        let mut needed = 0;
        for media in [&again, &used] {
            let found = world.services.library.find(&ann, media.id).await.unwrap();
            for file in &found.files {
                assert!(!bytes(&world, file).await.is_empty(), "after {life} half steps");
            }
            needed += found.files.len();
        }
        assert_eq!(kept(&world), needed, "after {life} half steps");
        if !died {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_an_upload_that_died_are_taken_away() {
    for life in 0.. {
        let (mut world, _) = mortal(life).await;
        let ann = world.person("ann").await;
        let file = picture(64, 64, 1);
        let length = u64::try_from(file.len()).unwrap();
        let uploads = &world.services.uploads;
        let id = uploads.begin(&ann, length, Claims::default()).await.unwrap().id;
        let mut failed = false;
        for (from, to) in [(0, 100), (100, file.len())] {
            let offset = u64::try_from(from).unwrap();
            let Ok(mut part) = uploads.receive_part(&ann, id, offset).await else {
                failed = true;
                break;
            };
            part.write(&file[from..to]).await.unwrap();
            failed |= uploads.add_part(&ann, id, offset, part).await.is_err();
        }
        world.services = world.services_anew();
        world.pass(LONG);
        world.services.library.tidy().await.unwrap();
        assert_eq!(kept(&world), 0, "after {life} half steps");
        if !failed {
            return;
        }
    }
}

/// A place for media where the first file that is to be deleted never can be.
struct Stuck {
    place: Arc<dyn Blobs>,
    key: OnceLock<BlobKey>,
}

#[async_trait]
impl Blobs for Stuck {
    async fn put(&self, key: &BlobKey, file: &Path) -> Result<(), BlobError> {
        self.place.put(key, file).await
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<Option<BlobStream>, BlobError> {
        self.place.read(key, range).await
    }

    async fn fetch(&self, key: &BlobKey, into: &Path) -> Result<bool, BlobError> {
        self.place.fetch(key, into).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        if self.key.get_or_init(|| key.clone()) == key {
            return Err(BlobError::Other("it is somebody else's".into()));
        }
        self.place.delete(key).await
    }

    fn local(&self, key: &BlobKey) -> Option<String> {
        self.place.local(key)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_deleted_keeps_no_other() {
    let mut world = World::new().await;
    let ports = Ports {
        blobs: Arc::new(Stuck {
            place: world.ports.blobs.clone(),
            key: OnceLock::new(),
        }),
        ..world.ports.clone()
    };
    world.services = world.services_with(ports, Settings::default());
    let ann = world.person("ann").await;
    for colour in 1..=5 {
        let file = picture(8, 8, colour);
        upload(&world, &ann, &file, Claims::default()).await.unwrap();
    }
    world.pass(LONG);
    assert!(world.services.library.tidy().await.is_err(), "it is told");
    assert_eq!(kept(&world), 1);
    world.services = world.services_anew();
    world.services.library.tidy().await.unwrap();
    assert_eq!(kept(&world), 0);
}
