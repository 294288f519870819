//! What the other one shows for a day, and what he learns of who looks at it.

use parlor_domain::{PageSize, StatusId};
use parlor_services::StatusDraft;

use super::pair::{Pair, heard, seen};
use crate::world::code;

#[derive(Debug, Clone, Copy)]
pub(super) enum Statuses {
    See,
    LookAt,
    Answer,
    /// Which the other one learns.
    HaveLookedAt,
    /// One that was posted since.
    SeeNew,
}

impl Statuses {
    /// Whether it is about a status of before the block.
    pub(super) fn is_of_before(self) -> bool {
        !matches!(self, Self::SeeNew)
    }
}

impl Pair<'_> {
    /// What the other one shows before the block.
    pub(super) async fn show_before(&self, path: Statuses) -> Option<StatusId> {
        let services = &self.world.services;
        let put = services.contacts.put(&self.other, self.actor.user.id, None);
        put.await.unwrap();
        if !path.is_of_before() {
            return None;
        }
        let status = self.show().await;
        if let Statuses::HaveLookedAt = path {
            services.statuses.mark_viewed(&self.actor, status).await.unwrap();
        }
        Some(status)
    }

    pub(super) async fn look(&self, path: Statuses) -> &'static str {
        let (statuses, actor) = (&self.world.services.statuses, &self.actor);
        let status = match self.status {
            Some(status) => status,
            None => self.show().await,
        };
        match path {
            Statuses::See => code(statuses.find(actor, status).await),
            Statuses::SeeNew => seen(statuses.find(actor, status).await.is_ok()),
            Statuses::LookAt => code(statuses.mark_viewed(actor, status).await),
            Statuses::Answer => code(statuses.reply(actor, status, self.client_id(), "enjoy").await),
            Statuses::HaveLookedAt => {
                let page = statuses.views(&self.other, status, None, PageSize::MAX).await;
                heard(page.unwrap().views.iter().any(|view| view.user == actor.user))
            }
        }
    }

    /// Posts a status of the other one, and has his contacts told.
    async fn show(&self) -> StatusId {
        let statuses = &self.world.services.statuses;
        let tea = StatusDraft {
            body: "tea".to_owned(),
            ..StatusDraft::default()
        };
        let posted = statuses.post(&self.other, tea).await.unwrap();
        statuses.tend().await.unwrap();
        posted.into_inner().status.id
    }
}
