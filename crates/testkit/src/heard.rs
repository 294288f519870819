//! An event sink that remembers what it was told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parlor_domain::{Event, MarksUpdate, Origin, Seq, StreamId};
use parlor_ports::{EventSink, Published};
use tokio::sync::Notify;

/// How long a test waits for what should long have been published.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that was published, in order.
#[derive(Debug, Default)]
pub struct Heard {
    published: Mutex<Vec<Published>>,
    grown: Notify,
}

impl Heard {
    /// Everything so far.
    pub fn all(&self) -> Vec<Published> {
        self.published().clone()
    }

    /// How much there is so far: for [`Heard::since`].
    pub fn len(&self) -> usize {
        self.published().len()
    }

    /// Whether nothing was published yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was published after the first `count`.
    pub fn since(&self, count: usize) -> Vec<Published> {
        self.published()[count..].to_vec()
    }

    /// The events of one stream, in the order of their publication.
    pub fn events(&self, stream: impl Into<StreamId>) -> Vec<Arc<Event>> {
        let stream = stream.into();
        let event = |published: &Published| match published {
            Published::Event { event, .. } if event.stream == stream => Some(event.clone()),
            _ => None,
        };
        self.published().iter().filter_map(event).collect()
    }

    /// The marks of one stream, in the order of their publication.
    pub fn marks(&self, stream: impl Into<StreamId>) -> Vec<Arc<MarksUpdate>> {
        let stream = stream.into();
        let marks = |published: &Published| match published {
            Published::Marks(marks) if marks.stream == stream => Some(marks.clone()),
            _ => None,
        };
        self.published().iter().filter_map(marks).collect()
    }

    /// The origin with which an event was published; `None` if it was not published yet.
    pub fn origin(&self, stream: impl Into<StreamId>, seq: Seq) -> Option<Option<Origin>> {
        let stream = stream.into();
        self.published().iter().find_map(|published| match published {
            Published::Event { event, origin } if event.stream == stream && event.seq == seq => Some(*origin),
            _ => None,
        })
    }

    /// Waits for an event.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn event(&self, stream: impl Into<StreamId>, seq: Seq) -> Arc<Event> {
        let stream = stream.into();
        self.wait(|| self.events(stream).into_iter().find(|event| event.seq == seq))
            .await
    }

    /// Waits until `look` finds something; it is asked again whenever something was published.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn wait<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        let found = async {
            loop {
                let grown = self.grown.notified();
                if let Some(found) = look() {
                    return found;
                }
                grown.await;
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .expect("it was never published")
    }

    fn published(&self) -> MutexGuard<'_, Vec<Published>> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for Heard {
    fn publish(&self, batch: Vec<Published>) {
        self.published().extend(batch);
        self.grown.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{Rev, RoomId};

    use super::*;

    #[tokio::test]
    async fn whoever_waits_is_woken_by_what_comes() {
        let stream = StreamId::from("01890a5d-ac96-774b-bcce-b302099a8057".parse::<RoomId>().unwrap());
        let update = MarksUpdate {
            stream,
            after: Rev(0),
            rev: Rev(1),
            marks: Vec::new(),
            own: Vec::new(),
        };
        let heard = Arc::new(Heard::default());
        let waiting = tokio::spawn({
            let heard = heard.clone();
            async move { heard.wait(|| heard.marks(stream).pop()).await }
        });
        tokio::task::yield_now().await;
        heard.publish(vec![Published::Marks(Arc::new(update.clone()))]);
        assert_eq!(*waiting.await.unwrap(), update);
    }
}
