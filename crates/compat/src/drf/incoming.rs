//! Bodies as they arrive. One of text is given a time, one with files may take as long as something comes of it.

use std::time::Duration;

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::{TryStream, TryStreamExt};
use tokio::time::{Instant, timeout};

use super::Refusal;

/// How long a body of text may take to arrive, for each mebibyte that it may have.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing may come of a body.
const STALL: Duration = Duration::from_secs(60);
/// How long the form of a stranger may take to arrive.
const STRANGERS: Duration = Duration::from_mins(3);
/// How many bytes of a form must come in that time: a kilobyte a second.
const LEAST: u64 = 60_000;

/// What comes next of a body; `None` at its end.
///
/// # Errors
/// If nothing comes for too long, or what `broken` makes of an error. It must not be asked again then.
pub(super) async fn next<S: TryStream + Unpin>(
    body: &mut S,
    broken: impl FnOnce(S::Error) -> Refusal,
) -> Result<Option<S::Ok>, Refusal> {
    let next = timeout(STALL, body.try_next()).await;
    next.map_err(|_| Refusal::timeout())?.map_err(broken)
}

/// The first bytes of a body; `None` if it is empty.
///
/// # Errors
/// As [`next`].
pub(super) async fn first<S>(body: &mut S) -> Result<Option<Bytes>, Refusal>
where
    S: TryStream<Ok = Bytes, Error = PayloadError> + Unpin,
{
    while let Some(bytes) = next(body, broken_off).await? {
        if !bytes.is_empty() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// All of a body.
///
/// # Errors
/// If it is larger than so many bytes, takes too long for so many, or breaks off.
pub(super) async fn whole<S>(body: &mut S, most: usize) -> Result<Vec<u8>, Refusal>
where
    S: TryStream<Ok = Bytes, Error = PayloadError> + Unpin,
{
    let whole = async {
        let mut whole = Vec::new();
        while let Some(bytes) = body.try_next().await.map_err(broken_off)? {
            if whole.len() + bytes.len() > most {
                return Err(too_large(most));
            }
            whole.extend_from_slice(&bytes);
        }
        Ok::<_, Refusal>(whole)
    };
    let mebibytes = u32::try_from(most.div_ceil(1 << 20)).unwrap_or(u32::MAX);
    let whole = timeout(PATIENCE.saturating_mul(mebibytes), whole).await;
    whole.map_err(|_| Refusal::timeout())?
}

/// What comes of the form of a stranger, who may not keep others waiting.
///
/// # Errors
/// If it takes too long.
pub(super) async fn soon<T>(form: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let form = timeout(STRANGERS, form).await;
    form.map_err(|_| Refusal::timeout())?
}

/// What is said of a body of text with more than so many bytes.
pub(super) fn too_large(most: usize) -> Refusal {
    Refusal::too_large(u64::try_from(most).unwrap_or(u64::MAX))
}

/// What is said of a body that ends too early; mostly to nobody.
fn broken_off(_: PayloadError) -> Refusal {
    Refusal::parse_error("The request body broke off.")
}

/// How fast a form comes.
pub(super) struct Pace {
    since: Instant,
    bytes: u64,
}

impl Pace {
    /// Of a form of which nothing has come.
    pub(super) fn begin() -> Self {
        Self {
            since: Instant::now(),
            bytes: 0,
        }
    }

    /// Refuses a form that comes too slowly, given how much of it has come.
    pub(super) fn check(&mut self, bytes: u64) -> Result<(), Refusal> {
        if self.since.elapsed() < STALL {
            return Ok(());
        }
        if bytes - self.bytes < LEAST {
            return Err(Refusal::timeout());
        }
        let since = Instant::now();
        *self = Self { since, bytes };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use futures_util::{Stream, StreamExt, stream};

    use super::*;

    fn chunks(chunks: &[&'static str]) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin + use<> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())))
            .collect();
        stream::iter(chunks)
    }

    #[tokio::test]
    async fn a_body_has_a_beginning_unless_it_is_empty() {
        let begun = first(&mut chunks(&["", "ab", "c"])).await.unwrap();
        assert_eq!(begun, Some(Bytes::from_static(b"ab")));
        assert_eq!(first(&mut chunks(&["", ""])).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused() {
        assert_eq!(whole(&mut chunks(&["ab", "c"]), 3).await.unwrap(), b"abc");
        let refusal = whole(&mut chunks(&["ab", "cd"]), 3).await.unwrap_err();
        assert_eq!(refusal.status_code(), 413);
        assert_eq!(
            refusal.to_string(),
            r#"{"detail":"Request body exceeded 3 bytes."}"#
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_given_up() {
        let mut body = chunks(&["ab"]).chain(stream::pending());
        let refusal = whole(&mut body, 3).await.unwrap_err();
        assert_eq!(refusal.status_code(), 408);
    }

    #[tokio::test(start_paused = true)]
    async fn a_strangers_form_that_takes_for_ever_is_given_up() {
        let refusal = soon(std::future::pending::<Result<(), Refusal>>())
            .await
            .unwrap_err();
        assert_eq!(refusal.status_code(), 408);
    }

    #[tokio::test(start_paused = true)]
    async fn what_drips_is_given_up() {
        let mut pace = Pace::begin();
        tokio::time::advance(STALL).await;
        pace.check(LEAST).unwrap();
        tokio::time::advance(STALL).await;
        assert_eq!(pace.check(2 * LEAST - 1).unwrap_err().status_code(), 408);
    }
}
