//! Requests and sockets that are begun and not gone on with: the server ends each within the configured time.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Hostile;
use super::raw::{self, frame, until_closed};
use crate::promises::database::PATIENCE;

/// Tries them all at once.
pub(super) async fn are_ended(hostile: &Hostile) {
    let address = hostile.address;
    let halves = [
        "",
        "GET",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST /v1/users HTTP/1.1\r\nX: ",
    ];
    let requests = halves.map(async |half| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        let (mut reading, mut writing) = stream.split();
        let mut answer = Vec::new();
        let end = timeout(PATIENCE, reading.read_to_end(&mut answer));
        // A byte now and then keeps no half request alive.
        let drip = async {
            loop {
                tokio::time::sleep(Duration::from_millis(300)).await;
                if half.ends_with(' ') {
                    let _ = writing.write_all(b"x").await;
                }
            }
        };
        tokio::select! {
            // With or without an answer; a reset is an end, too.
            ended = end => drop(ended.expect("it is closed")),
            () = drip => {}
        }
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
            "{answer}"
        );
    });
    let sockets = ["", "{\"type\":\"hello\""].map(async |half| {
        let mut stream = raw::open(address, None).await;
        let bytes = frame(0x81, half.as_bytes(), true);
        // Nothing at all, or a frame without its last byte.
        let cut = if half.is_empty() { 0 } else { bytes.len() - 1 };
        stream.write_all(&bytes[..cut]).await.unwrap();
        let (_, code) = until_closed(&mut stream).await;
        assert_eq!(code, Some(4008));
    });
    tokio::join!(join_all(requests), join_all(sockets));
}
