//! A user's broadcast lists, folded from the events of his own stream.

use std::collections::BTreeMap;

use parlor_domain::{BroadcastId, BroadcastListId, BroadcastProgress, What};

/// What a device holds of broadcast lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lists {
    /// The lists, and how many are in each.
    pub lists: BTreeMap<BroadcastListId, u32>,
    /// What was sent to them, and how far it has come.
    pub broadcasts: BTreeMap<BroadcastId, (BroadcastListId, BroadcastProgress)>,
}

impl Lists {
    /// Takes what happened in the user's own stream.
    pub fn take(&mut self, what: &What) {
        match *what {
            What::BroadcastListChanged { list, recipients } => {
                self.lists.insert(list, recipients);
            }
            What::BroadcastListDeleted { list } => {
                self.lists.remove(&list);
                self.broadcasts.retain(|_, (of, _)| *of != list);
            }
            What::BroadcastMoved {
                list,
                broadcast,
                progress,
            } => {
                self.broadcasts.insert(broadcast, (list, progress));
            }
            _ => {}
        }
    }
}
