//! Of what the other one is notified.

use std::sync::Arc;

use parlor_domain::{Event, PageSize};
use parlor_services::{About, Notification};

use super::pair::{Pair, heard};
use crate::world::World;

#[derive(Debug, Clone, Copy)]
pub(super) enum Notices {
    /// He is named in a group.
    Mention,
    /// All are named there.
    All,
    /// Something was said to him alone before the block, and it is looked during the block whether he has read it.
    Direct,
    /// He was named and notified before the block.
    OfBefore,
}

impl Pair<'_> {
    /// What is said before the block.
    pub(super) async fn say_before(&self, path: Notices) -> Option<Arc<Event>> {
        match path {
            Notices::Mention | Notices::All => None,
            Notices::Direct => {
                let room = self.direct.unwrap().room;
                Some(self.world.say(&self.actor, room, "are you there?").await)
            }
            Notices::OfBefore => {
                let said = self.call(&self.name).await;
                notify(self.world).await;
                Some(said)
            }
        }
    }

    pub(super) async fn notify(&self, path: Notices) -> &'static str {
        let said = match path {
            Notices::Mention => self.call(&self.name).await,
            Notices::All => self.call("all").await,
            Notices::Direct | Notices::OfBefore => self.said.clone().unwrap(),
        };
        self.world.pass(2);
        notify(self.world).await;
        let notifications = &self.world.services.notifications;
        let page = notifications.list(&self.other, None, false, PageSize::MAX).await;
        let is_it = |notification: &Notification| match &notification.about {
            About::Mention(message)
            | About::All(message)
            | About::Direct(message)
            | About::StatusReply(message) => (message.stream, message.seq) == (said.stream, said.seq),
            _ => false,
        };
        heard(page.unwrap().notifications.iter().any(is_it))
    }

    async fn call(&self, name: &str) -> Arc<Event> {
        let call = format!("look, @{name}");
        self.world.say(&self.actor, self.group, &call).await
    }
}

/// Notifies people of everything that is due.
async fn notify(world: &World) {
    while world.services.notifications.notify_due().await.unwrap().messages > 0 {}
}
