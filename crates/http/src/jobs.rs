//! What goes on in the background, from start to stop.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use parlor_hub::Hub;
use parlor_services::{Error, Services};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::Api;

/// The tasks that run beside the server: without them marks are not written, nobody goes offline, no mail is sent, nobody is
/// notified, hears of statuses, of reactions in channels or of what is told to everybody, broadcasts do not go out, these and media
/// that nobody needs stay, and what is kept of addresses and rooms grows. One for the whole process; dropping it ends them all
/// without a word.
#[must_use]
pub struct Jobs {
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Jobs {
    /// Starts them all, on the current runtime.
    pub fn start(api: &Data<Api>, hub: &Arc<Hub>) -> Self {
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        let services = &api.services;
        tasks.spawn(services.marks.clone().run(stop.clone().cancelled_owned()));
        tasks.spawn(notice_who_went(services.clone(), hub.clone(), stop.clone()));
        tasks.spawn(until(stop.clone(), forget_old(hub.clone())));
        tasks.spawn(until(stop.clone(), forget_over(services.clone())));
        let post = services.post.clone();
        tasks.spawn(until(stop.clone(), async move { post.run().await }));
        let notices = services.notifications.clone();
        tasks.spawn(until(stop.clone(), async move { notices.run().await }));
        let announcements = services.announcements.clone();
        tasks.spawn(until(stop.clone(), async move { announcements.run().await }));
        let tally = services.tally.clone();
        tasks.spawn(until(stop.clone(), async move { tally.run().await }));
        let library = services.library.clone();
        tasks.spawn(until(stop.clone(), async move { library.run().await }));
        let broadcasts = services.broadcasts.clone();
        tasks.spawn(until(stop.clone(), async move { broadcasts.run().await }));
        let statuses = services.statuses.clone();
        tasks.spawn(until(stop.clone(), async move { statuses.run().await }));
        let api = api.clone();
        tasks.spawn(until(stop.clone(), async move { api.limits.sweep().await }));
        Self { tasks, stop }
    }

    /// Passes if one of them ends by itself, which none should.
    pub async fn failure(&mut self) -> Option<JoinError> {
        self.tasks.join_next().await.and_then(Result::err)
    }

    /// Ends them, and waits until what they held is written. To be called when no socket is open any more, and before
    /// the store is closed.
    pub async fn finish(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a background job failed");
            }
        }
    }
}

async fn until(stop: CancellationToken, job: impl Future<Output = ()>) {
    stop.run_until_cancelled(job).await;
}

/// Writes when people were last seen. What cannot be written is let go: the next visit brings another time.
async fn notice_who_went(services: Arc<Services>, hub: Arc<Hub>, stop: CancellationToken) {
    let note = async |seen| {
        if let Err(error) = services.presence.note_seen(seen).await {
            tracing::warn!(%error, "it was not written when people were last seen");
        }
    };
    let mut ticks = interval(Duration::from_secs(1));
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        note(hub.sweep()).await;
    }
    note(hub.sweep_all()).await;
}

/// Forgets sessions, log-ins and links that are over, with pauses between the steps, so that nobody waits for it.
async fn forget_over(services: Arc<Services>) {
    let mut ticks = interval(Duration::from_secs(60));
    loop {
        ticks.tick().await;
        if let Err(error) = forget_all(&services).await {
            tracing::warn!(%error, "what is over could not be forgotten; it is tried again");
        }
    }
}

async fn forget_all(services: &Services) -> Result<(), Error> {
    while services.forget_over().await? {
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn forget_old(hub: Arc<Hub>) {
    let mut ticks = interval(Duration::from_secs(60));
    loop {
        ticks.tick().await;
        hub.forget_old();
    }
}
