//! Threads for work that keeps a processor core busy, which leave the processor to everybody else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::Error;

/// A few threads of their own, and a bounded number of those who wait for them.
pub(crate) struct Workshop {
    /// One permit for each that runs or waits.
    places: Arc<Semaphore>,
    /// To the threads, which end when it is dropped.
    work: Sender<Work>,
}

type Work = Box<dyn FnOnce() + Send>;

impl Workshop {
    /// Starts so many threads, at least one, under this name.
    pub(crate) fn open(name: &str, concurrent: usize, waiting: usize) -> Self {
        let concurrent = concurrent.max(1);
        let (work, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for n in 0..concurrent {
            let queue = queue.clone();
            std::thread::Builder::new()
                .name(format!("{name}-{n}"))
                .spawn(move || do_all(&queue))
                .expect("the machine has threads to give");
        }
        Self {
            places: Arc::new(Semaphore::new(concurrent + waiting)),
            work,
        }
    }

    /// Has it done. It is done to its end even if nobody waits any more.
    ///
    /// # Errors
    /// [`Error::Busy`] at once if too many wait; [`Error::Internal`] if it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        // The place goes along: a caller who goes away does not make room for one more while his work still runs.
        let place: OwnedSemaphorePermit = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Busy)?;
        let (done, result) = oneshot::channel();
        let work: Work = Box::new(move || {
            let result = work();
            drop(place);
            // Nobody waits for it any more if the caller has gone.
            let _ = done.send(result);
        });
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Internal(error);
        self.work
            .send(work)
            .map_err(|gone| failed(gone.to_string().into()))?;
        result.await.map_err(|gone| failed(gone.into()))
    }
}

/// Does one after the other until nobody can send any more.
fn do_all(queue: &Mutex<Receiver<Work>>) {
    give_way();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else {
            return;
        };
        // Work that makes a library panic is one caller's misfortune, and must not take the thread from the others.
        let _told_to_the_caller = catch_unwind(AssertUnwindSafe(work));
    }
}

/// Lets all other threads go first, so that those who log in or upload do not delay those who talk. At the priority `SCHED_IDLE`
/// they would be delayed more where a core is free: Linux takes a core on which such a thread runs for a free one, but has
/// the thread run on to the next tick of its clock.
fn give_way() {
    // Elsewhere it would be the whole program that gives way.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(19) {
        tracing::warn!(%error, "heavy work is done at the priority of everything else");
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn a_panic_takes_no_thread_away() {
        let workshop = Workshop::open("test", 1, 1);
        for _ in 0..3 {
            let failed = workshop.run(|| panic!("broken")).await;
            assert!(matches!(failed, Err::<(), _>(Error::Internal(_))));
        }
        assert_eq!(workshop.run(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn beyond_those_who_may_wait_others_are_told_to_come_back() {
        let workshop = Workshop::open("test", 1, 1);
        let (go, wait) = mpsc::channel::<()>();
        let mut busy = pin!(workshop.run(move || {
            let _released = wait.recv();
        }));
        let mut waiting = pin!(workshop.run(|| ()));
        for work in [
            busy.as_mut() as std::pin::Pin<&mut dyn Future<Output = _>>,
            waiting.as_mut(),
        ] {
            let mut work = work;
            let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
            assert!(first.is_pending());
        }
        assert!(matches!(workshop.run(|| ()).await, Err(Error::Busy)));
        drop(go);
        busy.await.unwrap();
        waiting.await.unwrap();
        assert!(workshop.run(|| ()).await.is_ok(), "there is room again");
    }
}
