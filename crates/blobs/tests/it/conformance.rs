//! What holds wherever media lie.

use std::fs;

use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
use parlor_ports::{BlobError, BlobKey};

use crate::place::{Place, content, noise, part};

macro_rules! conformance {
    ($($test:ident,)*) => {
        mod local {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&super::Place::local()).await;
            })*
        }
        mod s3 {
            $(#[tokio::test]
            async fn $test() {
                let Some(place) = super::Place::s3().await else { return };
                super::$test(&place).await;
            })*
        }
    };
}

conformance![
    what_is_put_is_taken_away_and_read_whole,
    a_range_ends_where_the_file_ends,
    where_nothing_is_nothing_is_found,
    what_is_put_last_lies_there,
    deleted_twice_is_as_good_as_once,
    many_put_the_same_file_at_once,
    readers_see_one_file_or_the_other,
    parts_come_and_go_beside_each_other,
    a_file_is_fetched_in_place_of_another,
    a_large_file_comes_in_small_pieces,
    a_file_that_is_missing_is_not_put,
];

async fn what_is_put_is_taken_away_and_read_whole(place: &Place) {
    for (no, length) in (0..).zip([0, 1, 65_535, 65_536, 65_537, 1_000_003]) {
        let key = BlobKey::content(&[7; 32], no);
        let file = place.file(&noise(length));
        place.blobs.put(&key, &file).await.unwrap();
        assert!(!file.exists());
        assert_eq!(place.read_all(&key).await.unwrap(), noise(length), "{length}");
    }
}

async fn a_range_ends_where_the_file_ends(place: &Place) {
    let whole = noise(300_000);
    place.put(&content(1), &whole).await.unwrap();
    for (range, expected) in [
        (0..1, 0..1),
        (65_535..65_537, 65_535..65_537),
        (1..299_999, 1..299_999),
        (299_999..300_000, 299_999..300_000),
        (200_000..900_000, 200_000..300_000),
        (7..7, 0..0),
        (300_000..300_001, 0..0),
        (400_000..500_000, 0..0),
        (u64::MAX - 1..u64::MAX, 0..0),
    ] {
        let read = place.read(&content(1), range.clone()).await.unwrap();
        assert!(read == whole[expected], "{range:?}");
    }
    place.put(&content(2), b"").await.unwrap();
    assert_eq!(place.read(&content(2), 0..0).await.unwrap(), b"");
    assert_eq!(place.read(&content(2), 5..10).await.unwrap(), b"");
}

async fn where_nothing_is_nothing_is_found(place: &Place) {
    for key in [content(1), part(0)] {
        assert_eq!(place.read(&key, 0..10).await, None);
        assert_eq!(place.read(&key, 0..0).await, None);
        let into = place.folder.path().join("into");
        assert!(!place.blobs.fetch(&key, &into).await.unwrap());
        assert!(!into.exists());
        place.blobs.delete(&key).await.unwrap();
    }
}

async fn what_is_put_last_lies_there(place: &Place) {
    for text in ["a first try", "the second", "the second"] {
        place.put(&part(1), text.as_bytes()).await.unwrap();
        assert_eq!(place.read_all(&part(1)).await.unwrap(), text.as_bytes());
    }
    assert_eq!(place.read_all(&part(2)).await, None);
}

async fn deleted_twice_is_as_good_as_once(place: &Place) {
    let again = BlobKey::content(&[1; 32], 1);
    place.put(&content(1), b"old").await.unwrap();
    place.put(&again, b"new").await.unwrap();
    place.blobs.delete(&content(1)).await.unwrap();
    place.blobs.delete(&content(1)).await.unwrap();
    assert_eq!(place.read_all(&content(1)).await, None);
    assert_eq!(place.read_all(&again).await.unwrap(), b"new");
}

async fn many_put_the_same_file_at_once(place: &Place) {
    let whole = noise(200_000);
    try_join_all((0..20).map(async |_| place.put(&content(1), &whole).await))
        .await
        .unwrap();
    assert!(place.read_all(&content(1)).await.unwrap() == whole);
}

async fn readers_see_one_file_or_the_other(place: &Place) {
    let contents = [vec![b'a'; 150_000], vec![b'b'; 250_000]];
    place.put(&part(1), &contents[0]).await.unwrap();
    let writing = async {
        for no in 1..40 {
            place.put(&part(1), &contents[no % 2]).await.unwrap();
        }
    };
    let reading = async {
        for _ in 0..40 {
            let read = place.read_all(&part(1)).await.unwrap();
            assert!(contents.contains(&read), "{} bytes", read.len());
        }
    };
    tokio::join!(writing, reading);
}

async fn parts_come_and_go_beside_each_other(place: &Place) {
    let comings_and_goings = (0..20).map(async |no| {
        for _ in 0..5 {
            place.put(&part(no), b"part").await.unwrap();
            assert_eq!(place.read_all(&part(no)).await.unwrap(), b"part");
            place.blobs.delete(&part(no)).await.unwrap();
            assert_eq!(place.read_all(&part(no)).await, None);
        }
    });
    join_all(comings_and_goings).await;
}

async fn a_file_is_fetched_in_place_of_another(place: &Place) {
    let whole = noise(700_000);
    place.put(&content(1), &whole).await.unwrap();
    let into = place.file(&[b'x'; 800_000]);
    for _ in 0..2 {
        assert!(place.blobs.fetch(&content(1), &into).await.unwrap());
        assert!(fs::read(&into).unwrap() == whole);
    }
    assert!(place.read_all(&content(1)).await.unwrap() == whole);
}

async fn a_large_file_comes_in_small_pieces(place: &Place) {
    // More than two parts on S3.
    let whole = noise((20 << 20) + 3);
    place.put(&content(1), &whole).await.unwrap();
    let mut pieces = place.blobs.read(&content(1), 5..u64::MAX).await.unwrap().unwrap();
    let mut at = 5;
    while let Some(piece) = pieces.try_next().await.unwrap() {
        assert!((1..=1 << 20).contains(&piece.len()), "{} bytes", piece.len());
        assert!(piece == whole[at..at + piece.len()], "at {at}");
        at += piece.len();
    }
    assert_eq!(at, whole.len());
}

async fn a_file_that_is_missing_is_not_put(place: &Place) {
    let missing = place.folder.path().join("missing");
    let refused = place.blobs.put(&content(1), &missing).await;
    assert!(matches!(refused, Err(BlobError::Other(_))), "{refused:?}");
    assert_eq!(place.read_all(&content(1)).await, None);
}
