//! What one does in groups, and who is brought into them.

use parlor_services::NewGroup;

use super::pair::Pair;
use crate::world::{code, group, message};

#[derive(Debug, Clone, Copy)]
pub(super) enum Groups {
    /// Where both are.
    Send,
    Add,
    Make,
}

impl Pair<'_> {
    pub(super) async fn gather(&self, path: Groups) -> &'static str {
        let (services, actor) = (&self.world.services, &self.actor);
        let members = vec![self.other.user.id];
        match path {
            Groups::Send => {
                let new = message(self.client_id().as_str(), "hi");
                code(services.messages.send(actor, self.group, new, None).await)
            }
            Groups::Add => {
                let group = self.world.group(actor, &[]).await;
                code(services.rooms.add(actor, group, members).await)
            }
            Groups::Make => {
                let new = NewGroup {
                    members,
                    ..group("tea")
                };
                code(services.rooms.create(actor, new).await)
            }
        }
    }
}
