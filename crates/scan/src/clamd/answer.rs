//! What clamd says of a file.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::Fault;

/// The longest answer that is read.
const MOST: u64 = 4096;

/// What clamd says of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Clean,
    Found(Vec<u8>),
    TooLarge,
}

/// Reads an answer, which ends with a zero byte.
pub(super) async fn read(input: impl AsyncRead + Unpin) -> Result<Answer, Fault> {
    let mut answer = Vec::new();
    let mut input = input.take(MOST);
    while !answer.ends_with(&[0]) {
        if input.read_buf(&mut answer).await.map_err(Fault::Line)? == 0 {
            break;
        }
    }
    parse(&answer)
}

fn parse(answer: &[u8]) -> Result<Answer, Fault> {
    match answer {
        b"stream: OK\0" => return Ok(Answer::Clean),
        b"INSTREAM size limit exceeded. ERROR\0" => return Ok(Answer::TooLarge),
        _ => {}
    }
    let name = answer
        .strip_prefix(b"stream: ")
        .and_then(|rest| rest.strip_suffix(b" FOUND\0"));
    name.map(|name| Answer::Found(name.to_owned())).ok_or_else(|| {
        let shown = &answer[..answer.len().min(100)];
        Fault::Unknown(String::from_utf8_lossy(shown).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_clamd_says_is_believed() {
        let found = |name: &[u8]| Some(Answer::Found(name.to_owned()));
        for (said, meant) in [
            (&b"stream: OK\0"[..], Some(Answer::Clean)),
            (
                b"stream: Win.Test.EICAR_HDB-1 FOUND\0",
                found(b"Win.Test.EICAR_HDB-1"),
            ),
            (b"stream: OK FOUND\0", found(b"OK")),
            (b"INSTREAM size limit exceeded. ERROR\0", Some(Answer::TooLarge)),
            (b"stream: OK", None),
            (b"stream: OK\0stream: X FOUND\0", found(b"OK\0stream: X")),
            (b"stream: NOT OK\0", None),
            (b"OK\0", None),
            (b"UNKNOWN COMMAND\0", None),
            (b"stream: Can't allocate memory ERROR\0", None),
            (b"\0", None),
            (b"", None),
        ] {
            assert_eq!(parse(said).ok(), meant, "{}", said.escape_ascii());
        }
    }
}
