//! What holds for S3 alone: what its refusals mean, and what an operator is told.

use parlor_blobs::{OpenError, S3Blobs};
use parlor_ports::{BlobError, Blobs};
use parlor_testkit::Moto;
use tempfile::NamedTempFile;

use crate::place::{Place, content, settings};
use crate::scripted;

#[tokio::test]
async fn nothing_lies_where_a_web_server_could_find_it() {
    let Some(place) = Place::s3().await else { return };
    assert_eq!(place.blobs.local(&content(1)), None);
}

#[tokio::test]
async fn a_bucket_is_tried_out() {
    let Some(moto) = Moto::start().await else { return };
    let url = format!("s3://{}", moto.bucket());
    let blobs = S3Blobs::open(&settings(moto.port(), &url)).unwrap();
    blobs.check().await.unwrap();
    blobs.check().await.unwrap();
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_no_empty_one() {
    let Some(moto) = Moto::start().await else { return };
    let blobs = S3Blobs::open(&settings(moto.port(), "s3://nowhere")).unwrap();
    let told = blobs.check().await.unwrap_err().to_string();
    assert!(
        told.starts_with(
            "the bucket nowhere cannot be used: there is none of that name: make it, or check the address"
        ),
        "{told}"
    );
    let read = blobs.read(&content(1), 0..10).await.err();
    assert!(matches!(read, Some(BlobError::Other(_))), "{read:?}");
    let deleted = blobs.delete(&content(1)).await;
    assert!(matches!(deleted, Err(BlobError::Other(_))), "{deleted:?}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (status, code, full, later) in [
        (507, "", true, false),
        (507, "XMinioStorageFull", true, false),
        (403, "QuotaExceeded", true, false),
        (400, "XMinioAdminBucketQuotaExceeded", true, false),
        (503, "SlowDown", false, true),
        (500, "InternalError", false, true),
        (404, "NoSuchUpload", false, true),
        (403, "AccessDenied", false, false),
        (404, "NoSuchBucket", false, false),
    ] {
        let port = scripted::start(status, code).await;
        let blobs = S3Blobs::open(&settings(port, "s3://media")).unwrap();
        let file = NamedTempFile::new().unwrap();
        let error = blobs.put(&content(1), file.path()).await.unwrap_err();
        let told = (
            matches!(error, BlobError::Full),
            matches!(error, BlobError::Unavailable(_)),
        );
        assert_eq!(told, (full, later), "{status} {code}: {error}");
        assert!(file.path().exists());
    }
}

#[tokio::test]
async fn an_operator_is_told_what_to_do() {
    for (status, code, sentence) in [
        (
            403,
            "InvalidAccessKeyId",
            "the access key is refused: check it and its secret",
        ),
        (
            403,
            "SignatureDoesNotMatch",
            "the access key is refused: check it and its secret",
        ),
        (
            403,
            "RequestTimeTooSkewed",
            "this machine's clock is wrong: set it",
        ),
        (
            403,
            "AccessDenied",
            "the access key must be allowed to s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket",
        ),
        (
            400,
            "AuthorizationHeaderMalformed",
            "it is in another region: check the region and the endpoint",
        ),
        (418, "Teapot", "check the endpoint, the region and the access key"),
    ] {
        let port = scripted::start(status, code).await;
        let blobs = S3Blobs::open(&settings(port, "s3://media")).unwrap();
        let told = blobs.check().await.unwrap_err().to_string();
        let expected =
            format!("the bucket media cannot be used: {sentence} (it answered {status} {code}: So it is.)");
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn a_server_that_is_away_may_come_back() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let blobs = S3Blobs::open(&settings(port, "s3://media")).unwrap();
    let deleted = blobs.delete(&content(1)).await;
    assert!(matches!(deleted, Err(BlobError::Unavailable(_))), "{deleted:?}");
    let told = blobs.check().await.unwrap_err().to_string();
    assert!(
        told.contains("it cannot be reached: check the endpoint"),
        "{told}"
    );
    assert!(told.contains("Connection refused"), "{told}");
}

#[test]
fn addresses_that_lead_nowhere_are_refused() {
    let mut elsewhere = settings(1, "s3://media");
    elsewhere.endpoint = Some("http://media.example.org".parse().unwrap());
    assert!(matches!(
        S3Blobs::open(&elsewhere).err(),
        Some(OpenError::Endpoint(_))
    ));
    let nameless = settings(1, "https://media.example.org");
    assert!(matches!(
        S3Blobs::open(&nameless).err(),
        Some(OpenError::Address(_))
    ));
}
