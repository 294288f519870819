//! What was done, so that it is known that something was.

use std::iter::Sum;

/// How often something was done and acknowledged.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Deeds {
    pub(super) uploads: u32,
    pub(super) uploads_in_parts: u32,
    pub(super) ended_uploads: u32,
    pub(super) messages: u32,
    pub(super) deleted_messages: u32,
    pub(super) deleted_media: u32,
    pub(super) avatars: u32,
    pub(super) rooms: u32,
    /// Files that were there after a kill, and in between.
    pub(super) looks: u32,
    /// Kills that somebody noticed.
    pub(super) losses: u32,
}

impl Deeds {
    /// Whether there is some of what everybody does often.
    pub(in super::super) fn is_some_of_each(&self) -> bool {
        let each = [
            self.uploads,
            self.uploads_in_parts,
            self.messages,
            self.deleted_messages,
            self.looks,
            self.losses,
        ];
        each.iter().all(|deeds| *deeds > 0)
    }
}

impl Sum for Deeds {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            uploads: sum.uploads + one.uploads,
            uploads_in_parts: sum.uploads_in_parts + one.uploads_in_parts,
            ended_uploads: sum.ended_uploads + one.ended_uploads,
            messages: sum.messages + one.messages,
            deleted_messages: sum.deleted_messages + one.deleted_messages,
            deleted_media: sum.deleted_media + one.deleted_media,
            avatars: sum.avatars + one.avatars,
            rooms: sum.rooms + one.rooms,
            looks: sum.looks + one.looks,
            losses: sum.losses + one.losses,
        })
    }
}
