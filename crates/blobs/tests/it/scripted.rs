//! A server that gives the same answer to every request, for what a real one seldom says.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Starts one on a port of its own. It answers in S3's words.
pub(crate) async fn start(status: u16, code: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that hung up does not hear what it is told.
            tokio::spawn(async move { answer(stream, status, code).await.ok() });
        }
    });
    port
}

async fn answer(stream: TcpStream, status: u16, code: &str) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut body = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some(length) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            body = length.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    tokio::io::copy(&mut (&mut stream).take(body), &mut tokio::io::sink()).await?;
    let body = match code {
        "" => String::new(),
        code => {
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>So it is.</Message></Error>")
        }
    };
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status} So\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await
}
