//! The statuses that a user may see, folded from the events of his own stream.

use std::collections::BTreeMap;

use parlor_domain::{StatusId, Timestamp, UserId, What};

/// What a device holds of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldStatus {
    /// Whose.
    pub author: UserId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether the user has looked.
    pub viewed: bool,
}

/// The statuses that a device holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldStatuses(BTreeMap<StatusId, HeldStatus>);

impl HeldStatuses {
    /// Holds one more.
    pub fn hold(&mut self, status: StatusId, shown: HeldStatus) {
        self.0.insert(status, shown);
    }

    /// Those that have not ended.
    pub fn live(&self, now: Timestamp) -> Self {
        let mut live = self.clone();
        live.0.retain(|_, status| status.expires_at > now);
        live
    }

    /// Takes what happened in the user's own stream.
    pub fn take(&mut self, what: &What) {
        match *what {
            What::StatusPosted {
                status,
                author,
                expires_at,
            } => {
                let shown = HeldStatus {
                    author: author.id,
                    expires_at,
                    viewed: false,
                };
                self.hold(status, shown);
            }
            What::StatusRemoved { status, .. } => {
                self.0.remove(&status);
            }
            What::StatusViewed { status, .. } => {
                if let Some(shown) = self.0.get_mut(&status) {
                    shown.viewed = true;
                }
            }
            _ => {}
        }
    }
}
