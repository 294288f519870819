//! Status updates: what people show their contacts for a day.

use crate::{Media, MessageBody, StatusId, Timestamp, UserId, UserRef};

/// Something that somebody shows until it ends: text, a picture or video, or both. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its id.
    pub id: StatusId,
    /// Its number, counted from 1.
    pub number: i64,
    /// Who shows it.
    pub author: UserRef,
    /// The text, which may be empty beside media.
    pub body: MessageBody,
    /// The picture or video.
    pub media: Option<Media>,
    /// When it was posted.
    pub at: Timestamp,
    /// When it ends: from then on nobody sees it.
    pub expires_at: Timestamp,
}

/// Who may see a status, of those who are the author's contacts when he posts it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StatusAudience {
    /// All of them.
    #[default]
    Contacts,
    /// All but these.
    Except(Vec<UserId>),
    /// Only these.
    Only(Vec<UserId>),
}

/// What kind of [`StatusAudience`] a status has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusAudienceKind {
    /// All contacts.
    Contacts,
    /// All but some.
    Except,
    /// Only some.
    Only,
}

impl StatusAudience {
    /// Most people who can be named.
    pub const NAMED: usize = 1_000;

    /// Its kind.
    pub fn kind(&self) -> StatusAudienceKind {
        match self {
            Self::Contacts => StatusAudienceKind::Contacts,
            Self::Except(_) => StatusAudienceKind::Except,
            Self::Only(_) => StatusAudienceKind::Only,
        }
    }

    /// The people who are named.
    pub fn named(&self) -> &[UserId] {
        match self {
            Self::Contacts => &[],
            Self::Except(people) | Self::Only(people) => people,
        }
    }
}
