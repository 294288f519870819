//! Files that are looked through before anybody else may have them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use parlor_domain::MediaKind;
use parlor_ports::{ScanError, Scanned, Scanner};
use parlor_services::{Claims, Ports, Progress, Settings};
use tokio::sync::Mutex;

use super::{kept, picture, upload};
use crate::world::{World, code};

/// Finds something in every file that says so, unless it is away or the file is too large for it.
#[derive(Default)]
struct Reader {
    away: AtomicBool,
    scans: AtomicUsize,
    /// Held by who wants to keep it waiting.
    pause: Mutex<()>,
}

#[async_trait]
impl Scanner for Reader {
    async fn scan(&self, file: &Path) -> Result<Scanned, ScanError> {
        if self.away.load(Ordering::Relaxed) {
            return Err(ScanError::Failed("it sleeps".into()));
        }
        self.scans.fetch_add(1, Ordering::Relaxed);
        let _pause = self.pause.lock().await;
        let bytes = std::fs::read(file).unwrap();
        if bytes.len() > 100_000 {
            return Err(ScanError::TooLarge);
        }
        let bad = bytes.windows(3).any(|three| three == b"bad");
        Ok(if bad {
            Scanned::found(b"Bad.File")
        } else {
            Scanned::Clean
        })
    }
}

async fn scanned() -> (World, Arc<Reader>) {
    let (mut world, scanner) = (World::new().await, Arc::new(Reader::default()));
    let ports = Ports {
        scanner: Some(scanner.clone()),
        ..world.ports.clone()
    };
    world.services = world.services_with(ports, Settings::default());
    (world, scanner)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_scanner_finds_is_kept_nowhere() {
    let (world, _) = scanned().await;
    let ann = world.person("ann").await;
    assert_eq!(
        code(upload(&world, &ann, b"a bad file", Claims::default()).await),
        "media_infected"
    );
    assert_eq!(kept(&world), 0);
    let long = upload(&world, &ann, &[b'a'; 100_001], Claims::default()).await;
    assert_eq!(code(long), "too_large_to_scan");
    assert_eq!(kept(&world), 0);
    let good = upload(&world, &ann, b"a good file", Claims::default())
        .await
        .unwrap();
    assert_eq!(good.kind, MediaKind::File);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_scanner_is_away_uploads_wait() {
    let (world, scanner) = scanned().await;
    let ann = world.person("ann").await;
    let uploads = &world.services.uploads;
    scanner.away.store(true, Ordering::Relaxed);
    let file = picture(8, 8, 1);
    assert_eq!(
        code(upload(&world, &ann, &file, Claims::default()).await),
        "scanner_away"
    );

    let id = uploads.begin(&ann, u64::try_from(file.len()).unwrap(), Claims::default());
    let id = id.await.unwrap().id;
    let mut part = uploads.receive_part(&ann, id, 0).await.unwrap();
    part.write(&file).await.unwrap();
    assert_eq!(code(uploads.add_part(&ann, id, 0, part).await), "scanner_away");
    scanner.away.store(false, Ordering::Relaxed);
    let end = u64::try_from(file.len()).unwrap();
    let nothing = uploads.receive_part(&ann, id, end).await.unwrap();
    let done = uploads.add_part(&ann, id, end, nothing).await.unwrap();
    assert!(matches!(done, Progress::Done { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_made_media_of_once_however_often_it_is_asked_for() {
    let (world, scanner) = scanned().await;
    let ann = world.person("ann").await;
    let uploads = &world.services.uploads;
    let file = picture(8, 8, 1);
    let end = u64::try_from(file.len()).unwrap();
    let id = uploads.begin(&ann, end, Claims::default()).await.unwrap().id;
    let mut part = uploads.receive_part(&ann, id, 0).await.unwrap();
    part.write(&file).await.unwrap();
    let pause = scanner.pause.lock().await;
    let others = async {
        while scanner.scans.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..3 {
            let progress = uploads.resume(&ann, id).await.unwrap();
            assert!(matches!(progress, Progress::Going(upload) if upload.received == end));
        }
        drop(pause);
    };
    let (done, ()) = tokio::join!(uploads.add_part(&ann, id, 0, part), others);
    assert!(matches!(done.unwrap(), Progress::Done { .. }));
    assert_eq!(scanner.scans.load(Ordering::Relaxed), 1);
}
