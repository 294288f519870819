//! Bodies of any length: they may take as long as something comes of them.

use std::time::Duration;

use futures_util::{TryStream, TryStreamExt};
use parlor_services::Received;
use tokio::time::{Instant, timeout};

use crate::ApiError;

/// How long nothing may come of a body.
const STALL: Duration = Duration::from_secs(60);
/// How many bytes of a file must come in that time: a kilobyte a second. Else a few who send hardly anything would take all
/// the places for those who send files.
const LEAST: u64 = 60_000;

/// What comes next of a body; `None` at its end.
///
/// # Errors
/// If nothing comes for too long, if the body breaks off, or is not what it is said to be. It must not be asked again then.
pub(crate) async fn next<S: TryStream + Unpin>(body: &mut S) -> Result<Option<S::Ok>, ApiError> {
    let next = timeout(STALL, body.try_next()).await;
    next.map_err(|_| ApiError::timeout())?
        .map_err(|_| ApiError::broken_off())
}

/// Writes what comes of a body to the end of a file, until it is over, which is answered `true`, or has brought at least so
/// many bytes.
///
/// # Errors
/// As [`next`], and as [`Received::write`]. What came before is in the file.
pub(crate) async fn fill<S>(file: &mut Received, body: &mut S, enough: u64) -> Result<bool, ApiError>
where
    S: TryStream<Ok = bytes::Bytes> + Unpin,
{
    let mut pace = Pace::begin(file.bytes());
    while file.bytes() < enough {
        match next(body).await? {
            Some(bytes) => file.write(&bytes).await?,
            None => return Ok(true),
        }
        pace.check(file.bytes())?;
    }
    Ok(false)
}

/// How fast a file comes.
struct Pace {
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn begin(bytes: u64) -> Self {
        let since = Instant::now();
        Self { since, bytes }
    }

    /// Refuses a file that comes too slowly, given how much of it has come.
    fn check(&mut self, bytes: u64) -> Result<(), ApiError> {
        if self.since.elapsed() < STALL {
            return Ok(());
        }
        if bytes - self.bytes < LEAST {
            return Err(ApiError::timeout());
        }
        *self = Self::begin(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use actix_web::ResponseError;
    use bytes::Bytes;
    use futures_util::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let mut slow = Box::pin(stream::unfold(0, async |n| {
            tokio::time::sleep(Duration::from_secs(if n < 5 { 50 } else { 70 })).await;
            Some((Ok::<_, io::Error>(Bytes::from_static(b"x")), n + 1))
        }));
        for _ in 0..5 {
            assert_eq!(next(&mut slow).await.unwrap(), Some(Bytes::from_static(b"x")));
        }
        let refused = next(&mut slow).await.unwrap_err();
        assert_eq!(refused.status_code(), 408);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_drips_is_given_up() {
        let mut pace = Pace::begin(0);
        let mut bytes = 0;
        for _ in 0..120 {
            tokio::time::advance(Duration::from_secs(1)).await;
            bytes += 1_000;
            pace.check(bytes).unwrap();
        }
        for _ in 0..59 {
            tokio::time::advance(Duration::from_secs(1)).await;
            bytes += 900;
            pace.check(bytes).unwrap();
        }
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pace.check(bytes).unwrap_err().status_code(), 408);
    }
}
