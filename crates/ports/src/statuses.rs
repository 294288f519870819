//! Status updates: what people show their contacts for a day, and who has looked.

use async_trait::async_trait;
use parlor_domain::{
    ClientId, Draft, MediaId, MessageBody, PageSize, Position, RoomId, Status, StatusAudience,
    StatusAudienceKind, StatusId, Timestamp, UserId, UserRef,
};

use crate::StoreError;

/// Statuses. Who may see one is settled person by person: in one transaction he is told by [`What::StatusPosted`] in his own
/// stream, and may see it from then on. Whoever may not see it any more, because it is removed, or he is no contact of the author's
/// any more, or there is a block between the two, is told by [`What::StatusRemoved`], again in the transaction from which on he
/// does not see it. That a status ends is not told: it is known from the beginning when it will.
///
/// A status that has ended is as if it had never been, whether or not it is erased by then.
///
/// [`What::StatusPosted`]: parlor_domain::What::StatusPosted
/// [`What::StatusRemoved`]: parlor_domain::What::StatusRemoved
#[async_trait]
pub trait StatusStore: Send + Sync {
    /// Posts a status, and tells the author's own stream. Nobody else sees it before [`StatusStore::tell`].
    async fn post(&self, new: NewStatus) -> Result<StatusPut, StoreError>;

    /// What [`StatusStore::post`] answers without posting anything, because the author has used the client id before; `None` if he
    /// has not.
    async fn known(&self, new: &NewStatus) -> Result<Option<StatusPut>, StoreError>;

    /// The direct room in which somebody has answered a status by this message, under this client id: whatever has become since of
    /// the status, of the message, and of the two.
    async fn answered(
        &self,
        sender: UserId,
        client_id: ClientId,
        answer: Draft,
    ) -> Result<Option<RoomId>, StoreError>;

    /// A status that the viewer may see, or his own.
    async fn find(
        &self,
        status: StatusId,
        viewer: UserId,
        now: Timestamp,
    ) -> Result<Option<StatusView>, StoreError>;

    /// The statuses of others that the viewer may see, author by author, each one's oldest first. A page ends early after about
    /// 256 KiB of text.
    async fn feed(
        &self,
        viewer: UserId,
        after: Option<StatusCursor>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<StatusesPage, StoreError>;

    /// Of each of these people the newest status that the viewer may see, in the order of their numbers. One that
    /// [lasts](NewStatus::lasting) he may see as well if he and its author see each other in some room, and there is no block between
    /// them. Who shows him nothing is passed over.
    async fn current(
        &self,
        viewer: UserId,
        authors: Vec<UserId>,
        now: Timestamp,
    ) -> Result<Vec<Status>, StoreError>;

    /// One's own statuses, the oldest first: all there are.
    async fn own(&self, author: UserId, now: Timestamp) -> Result<StatusesPage, StoreError>;

    /// Ends a status of the author before its time; false if there is none. Those who may see it are told by
    /// [`StatusStore::tell`], but do not see it any more already.
    async fn remove(&self, status: StatusId, author: UserRef, at: Timestamp) -> Result<bool, StoreError>;

    /// Notes that somebody has looked at a status of somebody else, and tells his own stream by [`What::StatusViewed`]: once,
    /// however often it is said. False if he may not see it.
    ///
    /// [`What::StatusViewed`]: parlor_domain::What::StatusViewed
    async fn mark_viewed(&self, status: StatusId, viewer: UserRef, at: Timestamp)
    -> Result<bool, StoreError>;

    /// Who has looked at a status of the author's, in the order of their ids; `None` if there is no such status of his.
    async fn views(
        &self,
        status: StatusId,
        author: UserId,
        after: Option<UserId>,
        size: PageSize,
        now: Timestamp,
    ) -> Result<Option<StatusViewsPage>, StoreError>;

    /// Tells some more people that a status was posted, or that it was removed, at most 50 of them: each exactly once. Says
    /// whether there may be more to tell.
    async fn tell(&self, now: Timestamp) -> Result<bool, StoreError>;

    /// Erases some of what belongs to a status that has ended, the oldest first. Says whether there may be more to erase.
    async fn erase(&self, now: Timestamp) -> Result<bool, StoreError>;
}

/// A status to be posted.
#[derive(Debug, Clone)]
pub struct NewStatus {
    /// Its id.
    pub id: StatusId,
    /// Who posts it.
    pub author: UserRef,
    /// What the author's client calls it, so that a repeated request posts once.
    pub client_id: Option<ClientId>,
    /// The text, which may be empty beside media.
    pub body: MessageBody,
    /// A picture or video that the author has uploaded.
    pub media: Option<MediaId>,
    /// Who may see it.
    pub audience: StatusAudience,
    /// When.
    pub at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many the author may have at a time.
    pub most: u32,
    /// Whether it stays until the author takes it back, or posts another that lasts: it takes the place of the one that does.
    pub lasting: bool,
}

/// What became of a wish to post a status.
#[derive(Debug, Clone)]
pub enum StatusPut {
    /// Posted now.
    New(StatusView),
    /// Posted earlier under the same client id, and still there.
    Known(StatusView),
    /// Not posted.
    Refused(StatusRefusal),
}

/// Why a status was not posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusRefusal {
    /// The author's account cannot be used.
    NoAuthor,
    /// The client id was used for another one that is still there.
    Conflict,
    /// The author has as many as one may have.
    TooMany,
    /// The author has not uploaded the media, or it is forgotten by now.
    NoMedia,
    /// It is neither a picture nor a video.
    NoPicture,
}

/// A status as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusView {
    /// The status.
    pub status: Status,
    /// What there is to know of it besides.
    pub side: StatusSide,
}

/// What there is to know of a status besides what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusSide {
    /// One's own.
    Own {
        /// Who may see it.
        audience: StatusAudienceKind,
        /// How many of them have looked.
        views: u64,
    },
    /// Somebody else's.
    Others {
        /// Whether one has looked.
        viewed: bool,
    },
}

/// After which status a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCursor {
    /// Whose.
    pub author: UserId,
    /// Which.
    pub status: StatusId,
}

/// Some statuses as they were at one moment.
#[derive(Debug, Clone)]
pub struct StatusesPage {
    /// The statuses.
    pub statuses: Vec<StatusView>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<StatusCursor>,
    /// The position of the reader's own stream at that moment.
    pub as_of: Position,
}

/// That somebody has looked at a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusSeen {
    /// Who.
    pub user: UserRef,
    /// When first.
    pub at: Timestamp,
}

/// Some of those who have looked at a status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusViewsPage {
    /// Who, and when.
    pub views: Vec<StatusSeen>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<UserId>,
}
