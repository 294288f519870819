//! Whom a user knows, who asks to be known, and whom he has blocked, folded from the events of his own stream.

use std::collections::{BTreeMap, BTreeSet};

use parlor_domain::{DisplayName, RequestNote, RoomId, UserId, What};

/// What a device holds of people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// The contacts, and what the user calls them.
    pub contacts: BTreeMap<UserId, Option<DisplayName>>,
    /// Who waits for the user's answer, and what was said to it.
    pub incoming: BTreeMap<UserId, Option<RequestNote>>,
    /// For whose answer the user waits.
    pub outgoing: BTreeMap<UserId, Option<RequestNote>>,
    /// Into which rooms the user asks to be let.
    pub asking: BTreeSet<RoomId>,
    /// Who is blocked.
    pub blocked: BTreeSet<UserId>,
}

impl People {
    /// Takes what happened in the own stream of this user.
    pub fn take(&mut self, me: UserId, what: &What) {
        match what {
            What::ContactChanged { user, name } => {
                self.contacts.insert(user.id, name.clone());
            }
            What::ContactRemoved { user } => {
                self.contacts.remove(&user.id);
            }
            What::ContactRequested { from, to, note } => {
                let (list, other) = self.requests(me, from.id, to.id);
                list.insert(other, note.clone());
            }
            What::RequestEnded { from, to, .. } => {
                let (list, other) = self.requests(me, from.id, to.id);
                list.remove(&other);
            }
            What::JoinRequested { room, user, .. } if user.id == me => {
                self.asking.insert(*room);
            }
            What::JoinRequestEnded { room, user, .. } if user.id == me => {
                self.asking.remove(room);
            }
            What::BlockChanged { user, blocked: true } => {
                self.blocked.insert(user.id);
            }
            What::BlockChanged { user, blocked: false } => {
                self.blocked.remove(&user.id);
            }
            _ => {}
        }
    }

    /// Those of one's own, or those of others, and who is the other one.
    fn requests(
        &mut self,
        me: UserId,
        from: UserId,
        to: UserId,
    ) -> (&mut BTreeMap<UserId, Option<RequestNote>>, UserId) {
        if from == me {
            (&mut self.outgoing, to)
        } else {
            (&mut self.incoming, from)
        }
    }
}
