//! How one comes near to somebody, and what one sees of him.

use parlor_domain::{Account, PageSize};
use parlor_ports::UserSearch;
use parlor_services::Direction;

use super::pair::{Pair, heard, seen};
use crate::world::code;

#[derive(Debug, Clone, Copy)]
pub(super) enum People {
    /// To one's own contacts.
    Add,
    /// To become a contact.
    Ask,
    FollowPresence,
    SeeEmail,
    SeeLastSeen,
    FindByEmail,
    FindByBeginning,
    FindByUsername,
}

impl Pair<'_> {
    pub(super) async fn approach(&self, path: People) -> &'static str {
        let (services, actor, other) = (&self.world.services, &self.actor, self.other.user.id);
        match path {
            People::Add => code(services.contacts.put(actor, other, None).await),
            People::Ask => self.ask().await,
            People::FollowPresence => code(services.presence.follow(actor, other).await),
            People::SeeEmail | People::SeeLastSeen => {
                let account = services.accounts.find(other).await.unwrap();
                let shown = services.accounts.shown(actor, &[account]).await;
                let shown = shown.unwrap().remove(0);
                seen(match path {
                    People::SeeEmail => shown.email.is_some(),
                    _ => shown.last_seen.is_some(),
                })
            }
            People::FindByEmail => {
                let email = format!("{}@example.org", self.name).parse().unwrap();
                self.finds(UserSearch::Email(email)).await
            }
            People::FindByBeginning => {
                let beginning = &self.name[..self.name.len() - 1];
                self.finds(UserSearch::Beginning(beginning.into())).await
            }
            People::FindByUsername => self.finds(UserSearch::Beginning(self.name.as_str().into())).await,
        }
    }

    async fn ask(&self) -> &'static str {
        let contacts = &self.world.services.contacts;
        match contacts.request(&self.actor, self.other.user.id, None).await {
            Ok(_) => {
                let page = contacts.requests(&self.other, Direction::Incoming, None, PageSize::MAX);
                heard(!page.await.unwrap().requests.is_empty())
            }
            refused => code(refused),
        }
    }

    async fn finds(&self, wanted: UserSearch) -> &'static str {
        let found = self.world.services.accounts.search(&self.actor, wanted).await;
        let is_other = |account: &Account| account.user == self.other.user;
        seen(found.unwrap().iter().any(is_other))
    }
}
