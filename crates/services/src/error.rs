//! Why something was not done.

use std::fmt::Display;
use std::time::Duration;

use parlor_domain::{JoinRequest, Reactions, Role, RoomLink, Scope, UserId};
use parlor_media::Refusal;
use parlor_ports::{Ban, RoomThing, StoreError};

/// Why a service refused or failed. The texts are for people and say what to do; [`Error::code`] is for programs and
/// never changes; [`Error::kind`] is what a transport translates.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that is wrong by itself.
    #[error("{field} {message}")]
    Invalid {
        /// Which one, as the caller named it.
        field: &'static str,
        /// What it must be, to be read after its name.
        message: String,
    },

    /// Name or password is wrong; which of them is not said.
    #[error("the username or the password is wrong")]
    WrongCredentials,
    /// The password that should prove who is asking is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The password is right, but an administrator locked the account.
    #[error("this account is disabled; ask an administrator")]
    AccountDisabled,
    /// No access token of this server.
    #[error("the access token is not valid; log in")]
    InvalidToken,
    /// The code is not the one that is wanted, or was used before.
    #[error("the code is wrong; try again, or ask for another")]
    WrongCode,
    /// A log in that cannot be completed any more.
    #[error("this log in is over; begin again")]
    ChallengeOver,
    /// A link that was opened before, or is too old, or was made before the account changed.
    #[error("this link is not good any more; ask for another")]
    ProofOver,
    /// An access token that is too old.
    #[error("the access token has expired; refresh it")]
    TokenExpired,
    /// The session ended, or the refresh token never was one.
    #[error("the session is over; log in again")]
    SessionOver,
    /// A refresh token came a second time, so somebody has a copy of it.
    #[error("the refresh token was used before, so the session was ended for safety; log in again")]
    TokenReused,

    /// It is no API key, or none any more.
    #[error("the API key is not valid; ask the operator for one")]
    InvalidApiKey,

    /// The API key is good, but not for this.
    #[error("this API key may not do this; it needs the scope {0}")]
    MissingScope(Scope),
    /// The actor may know of the thing but not do this with it.
    #[error("you do not have the right to do this")]
    Forbidden,
    /// The server takes no new accounts from strangers.
    #[error("sign-up is closed; ask an administrator for an account")]
    SignUpClosed,
    /// The invitation is unknown, used up or too old.
    #[error("this invitation is not good any more; ask for another")]
    InviteOver,
    /// The server takes new accounts by invitation only.
    #[error("sign-up needs an invitation; ask somebody who administers the server")]
    InviteNeeded,
    /// The server asks everybody for a code, and there is no way to bring one to this person.
    #[error(
        "this server asks for a mailed code, and the account has no e-mail address; ask an administrator"
    )]
    NoSecondStep,
    /// The operator wants no second steps.
    #[error("this server asks nobody for a second step")]
    NoTwoStep,
    /// The operator wants no log-ins by mail.
    #[error("this server lets nobody in by a mailed code alone; log in with the password")]
    NoLogInByMail,
    /// Direct rooms have no members, roles or settings to change.
    #[error("this cannot be done in a direct conversation")]
    DirectRoom,
    /// All accounts are in the room: nobody leaves it, nobody comes, nobody changes it.
    #[error("everybody is in this room for good, and nobody changes it; you can mute it")]
    EveryonesRoom,

    /// Not every room can be found by anybody.
    #[error("only channels that anybody may enter can be listed")]
    NotListable,

    /// The actor has blocked this person.
    #[error("you have blocked this user; unblock first")]
    Blocked(Option<UserId>),
    /// This person wants to hear from contacts only, or not from the actor: which of them is not said.
    #[error("this user is reached by contacts only; send a contact request")]
    NotAContact(Option<UserId>),

    /// No such account.
    #[error("there is no such user")]
    NoSuchUser(Option<UserId>),
    /// No such room, or the actor is not in it.
    #[error("there is no such room, or you are not in it")]
    NoSuchRoom,
    /// No such message, or the actor may not see it.
    #[error("there is no such message, or you may not see it")]
    NoSuchMessage,
    /// That person is not in the room.
    #[error("this user is not in the room")]
    NoSuchMember(UserId),
    /// The actor has no such session.
    #[error("there is no such session")]
    NoSuchSession,
    /// No such invitation.
    #[error("there is no such invitation")]
    NoSuchInvite,

    /// No such API key.
    #[error("there is no such API key")]
    NoSuchApiKey,
    /// There are as many API keys as there may be.
    #[error("there are as many API keys as there may be; revoke one first")]
    TooManyApiKeys,
    /// The API key has no bot, or its account is disabled.
    #[error("this API key has no bot that could do this; make one with a bot")]
    NoBot,

    /// There is no request of this person's that waits.
    #[error("there is no such contact request, or it waits no more")]
    NoSuchRequest,
    /// An admin of the room lets the actor not write there for a time.
    #[error("an admin has muted you here; see when that ends in muted_until of the room")]
    Muted,
    /// This person does not show the actor whether he is there.
    #[error("this user does not show you whether he is there")]
    PresenceHidden,
    /// Only admins write in the room.
    #[error("only admins write here")]
    ReadOnly,
    /// The room is in slow mode, and the actor may write again after this time.
    #[error("this room is in slow mode; wait before you write again")]
    TooSoon(Duration),
    /// The actor is kept out of the room.
    #[error("you are kept out of this room")]
    KeptOut,
    /// This person is kept out of the room.
    #[error("this user is kept out of the room; lift the ban first")]
    Banned(UserId),
    /// The room has as many of these as it may have, or the actor.
    #[error("{}", too_many(*.0))]
    TooMany(RoomThing),
    /// No such link, or it leads nowhere any more.
    #[error("there is no such link, or it leads nowhere any more")]
    NoSuchLink,

    /// The actor has as many contacts as one may have.
    #[error("you have as many contacts as one may have; remove one first")]
    TooManyContacts,
    /// The actor has asked as many people as one may at a time.
    #[error("too many of your contact requests wait; withdraw one first")]
    TooManyRequests,
    /// The actor has blocked as many people as one may.
    #[error("you have blocked as many users as one may; unblock one first")]
    TooManyBlocks,

    /// Somebody has this name or one that looks like it.
    #[error("this username, or one that looks like it, is taken; choose another")]
    UsernameTaken,
    /// Somebody has this address.
    #[error("there is an account with this e-mail address")]
    EmailTaken,
    /// Somebody has this number.
    #[error("there is an account with this mobile number")]
    MobileTaken,
    /// The account has no address.
    #[error("the account has no e-mail address")]
    NoEmail,
    /// The address is not verified yet.
    #[error("the e-mail address is not verified; open the link that was mailed, or ask for another")]
    EmailNotVerified,
    /// The address is verified already.
    #[error("the e-mail address is verified already")]
    EmailVerified,
    /// There is no authenticator app, or none that waits to be confirmed.
    #[error("there is no such authenticator app; enrol one")]
    NoApp,
    /// There is an authenticator app already.
    #[error("there is an authenticator app already; remove it first")]
    AppEnrolled,
    /// The room has no place left.
    #[error("the room has no place left")]
    RoomFull,
    /// Another group or channel has this name.
    #[error("there is a room of this name; choose another")]
    RoomNameTaken,
    /// This person is in as many rooms as one may be.
    #[error("this user is in as many rooms as one may be; leave one first")]
    TooManyRooms(UserId),
    /// The message was deleted and cannot change any more.
    #[error("the message was deleted")]
    MessageDeleted,
    /// The message was edited as often as one can be.
    #[error("the message was edited too often; send another")]
    TooManyEdits,
    /// There are as many emoji at the message, or of the actor, as there may be.
    #[error(
        "a message has at most {} different emoji, and {} of one person",
        Reactions::KINDS,
        Reactions::OWN
    )]
    TooManyReactions,
    /// As many messages of the room are pinned as may be.
    #[error("a room has at most 50 pinned messages; take one down first")]
    TooManyPins,
    /// Only voice messages are played.
    #[error("this is no voice message")]
    NoVoiceMessage,
    /// The client id stands for something else already.
    #[error("this client_id was used before for something else; use a new one for each command")]
    IdempotencyConflict,

    /// The idempotency key stands for something else already.
    #[error("this Idempotency-Key was used before for something else; use a new one for each request")]
    IdempotencyKeyUsed,

    /// No such status, or the actor may not see it, or it has ended.
    #[error("there is no such status, or you may not see it, or it has ended")]
    NoSuchStatus,
    /// The actor has as many statuses as one may have.
    #[error("you have as many statuses as one may have; remove one first")]
    TooManyStatuses,

    /// The actor has no such list of recipients.
    #[error("there is no such broadcast list")]
    NoSuchList,
    /// The actor has sent no such thing to a list, or it is forgotten by now.
    #[error("there is no such broadcast, or it is forgotten by now")]
    NoSuchBroadcast,
    /// The actor has as many lists as one may have.
    #[error("you have as many broadcast lists as one may have; delete one first")]
    TooManyLists,
    /// The list has no place left, for anybody or for as many.
    #[error("the broadcast list has no place left for so many")]
    ListFull,
    /// There is nobody in the list.
    #[error("there is nobody in the broadcast list; add recipients first")]
    EmptyList,

    /// The actor may not see such media, or there are none.
    #[error("there is no such media, or you may not see it")]
    NoSuchMedia,
    /// Something uses it, so it cannot be forgotten.
    #[error("a message, a status, a broadcast or an avatar uses this; delete that first")]
    MediaInUse,
    /// No such upload of the actor, or it has expired.
    #[error("there is no such upload, or it has expired; begin it again")]
    NoSuchUpload,
    /// The next byte of an upload is another one.
    #[error("the upload goes on at byte {0}")]
    WrongOffset(u64),
    /// The actor has begun as many uploads as one may.
    #[error("you have begun as many uploads as one may; finish or end one first")]
    TooManyUploads,
    /// An upload has come in as many parts as it may.
    #[error("an upload may come in at most {0} parts; begin it again with larger ones")]
    TooManyParts(u32),
    /// The file is not what it was said to be, cannot be read, or is beyond a limit.
    #[error(transparent)]
    Media(Refusal),
    /// More bytes came than are allowed.
    #[error("a file may have at most {most} bytes here")]
    UploadTooLarge {
        /// The limit.
        most: u64,
    },
    /// The scanner found something bad in the file, or cannot tell.
    #[error("the file was refused by the server's scanner")]
    Infected,
    /// The scanner takes no file of this size.
    #[error("the server's scanner takes no file of this size")]
    TooLargeToScan,
    /// The actor has uploaded as much as one may.
    #[error("you have uploaded as much as one may; delete something first")]
    QuotaUsedUp,
    /// There is no room on the disk, or within what the operator allows.
    #[error("the server has no room left for files")]
    StorageFull(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Files cannot be scanned, so they are not taken.
    #[error("files cannot be checked at the moment; try again later")]
    ScannerAway(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// It was tried too often; it can be tried again after this time.
    #[error("this was tried too often; wait before you try again")]
    TooManyTries(Duration),
    /// The application whose users are ours cannot be asked for its keys.
    #[error("the application that you come from cannot be reached; try again later")]
    HostAway(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Too much work waits. Nothing was changed.
    #[error("the server has too much to do; try again in a moment")]
    Busy,
    /// Something that the server needs is away. It may be back by itself.
    #[error("the server cannot reach its data; try again later")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A bug, or broken data.
    #[error("something went wrong in the server")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What sort of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request is wrong and stays wrong.
    Invalid,
    /// The caller has not proved who he is.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, as far as the caller may know.
    NotFound,
    /// It does not fit the present state of things.
    Conflict,
    /// More than is allowed.
    TooLarge,
    /// Of a kind that is not wanted here.
    Unsupported,
    /// There is no room left for it.
    Full,
    /// Too often: it will be possible after [`Error::wait`].
    Limited,
    /// Too much at once: soon it will be possible.
    Busy,
    /// The server cannot do it now, and perhaps later.
    Unavailable,
    /// The server is at fault.
    Internal,
}

impl Error {
    /// A value that cannot be accepted, with what its parser says of it.
    pub fn invalid(field: &'static str, why: impl Display) -> Self {
        Self::Invalid {
            field,
            message: why.to_string(),
        }
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind_and_code().0
    }

    /// The failure's name, which never changes: lower case and underscores.
    pub fn code(&self) -> &'static str {
        self.kind_and_code().1
    }

    /// The value that is to blame, where one is.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::UsernameTaken => Some("username"),
            Self::RoomNameTaken => Some("name"),
            Self::EmailTaken => Some("email"),
            Self::MobileTaken => Some("mobile"),
            Self::WrongCode => Some("code"),
            Self::InviteOver | Self::InviteNeeded => Some("invite"),
            Self::IdempotencyConflict => Some("client_id"),
            _ => None,
        }
    }

    /// The person whom a refusal is about, where several were named.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::NoSuchUser(user) | Self::Blocked(user) | Self::NotAContact(user) => *user,
            Self::NoSuchMember(user) | Self::TooManyRooms(user) | Self::Banned(user) => Some(*user),
            _ => None,
        }
    }

    /// After which time it can be tried again, where that is known.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::TooManyTries(wait) | Self::TooSoon(wait) => Some(*wait),
            _ => None,
        }
    }

    fn kind_and_code(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::*;
        match self {
            Self::Invalid { .. } => (Invalid, "invalid"),
            Self::WrongCredentials => (Unauthenticated, "wrong_credentials"),
            Self::WrongPassword => (Forbidden, "wrong_password"),
            Self::AccountDisabled => (Forbidden, "account_disabled"),
            Self::InvalidToken => (Unauthenticated, "invalid_token"),
            Self::WrongCode => (Forbidden, "wrong_code"),
            Self::ChallengeOver => (Unauthenticated, "challenge_over"),
            Self::ProofOver => (Forbidden, "link_over"),
            Self::TokenExpired => (Unauthenticated, "token_expired"),
            Self::SessionOver => (Unauthenticated, "session_over"),
            Self::TokenReused => (Unauthenticated, "token_reused"),
            Self::InvalidApiKey => (Unauthenticated, "invalid_api_key"),
            Self::MissingScope(_) => (Forbidden, "missing_scope"),
            Self::Forbidden => (Forbidden, "forbidden"),
            Self::SignUpClosed => (Forbidden, "sign_up_closed"),
            Self::InviteOver => (Forbidden, "invite_over"),
            Self::InviteNeeded => (Forbidden, "invite_needed"),
            Self::NoSecondStep => (Forbidden, "no_second_step"),
            Self::NoTwoStep => (Forbidden, "no_two_step"),
            Self::NoLogInByMail => (Forbidden, "no_log_in_by_mail"),
            Self::DirectRoom => (Conflict, "direct_room"),
            Self::EveryonesRoom => (Conflict, "everyones_room"),
            Self::NotListable => (Conflict, "not_listable"),
            Self::Blocked(_) => (Forbidden, "blocked"),
            Self::NotAContact(_) => (Forbidden, "not_a_contact"),
            Self::NoSuchUser(_) => (NotFound, "no_such_user"),
            Self::NoSuchRoom => (NotFound, "no_such_room"),
            Self::NoSuchMessage => (NotFound, "no_such_message"),
            Self::NoSuchMember(_) => (NotFound, "no_such_member"),
            Self::NoSuchSession => (NotFound, "no_such_session"),
            Self::NoSuchInvite => (NotFound, "no_such_invite"),
            Self::NoSuchApiKey => (NotFound, "no_such_api_key"),
            Self::TooManyApiKeys => (Conflict, "too_many_api_keys"),
            Self::NoBot => (Conflict, "no_bot"),
            Self::NoSuchRequest => (NotFound, "no_such_request"),
            Self::Muted => (Forbidden, "muted"),
            Self::PresenceHidden => (Forbidden, "presence_hidden"),
            Self::ReadOnly => (Forbidden, "read_only"),
            Self::TooSoon(_) => (Limited, "too_soon"),
            Self::KeptOut => (Forbidden, "kept_out"),
            Self::Banned(_) => (Conflict, "banned"),
            Self::TooMany(_) => (Conflict, "too_many"),
            Self::NoSuchLink => (NotFound, "no_such_link"),
            Self::TooManyContacts => (Conflict, "too_many_contacts"),
            Self::TooManyRequests => (Conflict, "too_many_requests"),
            Self::TooManyBlocks => (Conflict, "too_many_blocks"),
            Self::NoSuchStatus => (NotFound, "no_such_status"),
            Self::NoSuchList => (NotFound, "no_such_list"),
            Self::NoSuchBroadcast => (NotFound, "no_such_broadcast"),
            Self::TooManyLists => (Conflict, "too_many_lists"),
            Self::ListFull => (Conflict, "list_full"),
            Self::EmptyList => (Conflict, "empty_list"),
            Self::TooManyStatuses => (Conflict, "too_many_statuses"),
            Self::UsernameTaken => (Conflict, "username_taken"),
            Self::EmailTaken => (Conflict, "email_taken"),
            Self::MobileTaken => (Conflict, "mobile_taken"),
            Self::NoEmail => (Conflict, "no_email"),
            Self::EmailNotVerified => (Conflict, "email_not_verified"),
            Self::EmailVerified => (Conflict, "email_verified"),
            Self::NoApp => (Conflict, "no_app"),
            Self::AppEnrolled => (Conflict, "app_enrolled"),
            Self::RoomFull => (Conflict, "room_full"),
            Self::RoomNameTaken => (Conflict, "room_name_taken"),
            Self::TooManyRooms(_) => (Conflict, "too_many_rooms"),
            Self::MessageDeleted => (Conflict, "message_deleted"),
            Self::TooManyEdits => (Conflict, "too_many_edits"),
            Self::TooManyReactions => (Conflict, "too_many_reactions"),
            Self::TooManyPins => (Conflict, "too_many_pins"),
            Self::NoVoiceMessage => (Conflict, "no_voice_message"),
            Self::IdempotencyKeyUsed => (Conflict, "idempotency_conflict"),
            Self::IdempotencyConflict => (Conflict, "idempotency_conflict"),
            Self::NoSuchMedia => (NotFound, "no_such_media"),
            Self::MediaInUse => (Conflict, "media_in_use"),
            Self::NoSuchUpload => (NotFound, "no_such_upload"),
            Self::WrongOffset(_) => (Conflict, "wrong_offset"),
            Self::TooManyUploads => (Conflict, "too_many_uploads"),
            Self::TooManyParts(_) => (Conflict, "too_many_parts"),
            Self::Media(refusal) => match refusal {
                Refusal::Empty => (Invalid, "media_empty"),
                Refusal::Mismatch { .. } => (Unsupported, "media_mismatch"),
                Refusal::NotAllowed { .. } => (Unsupported, "media_not_allowed"),
                Refusal::TooLarge { .. } => (TooLarge, "media_too_large"),
                Refusal::TimedOut => (Unavailable, "media_too_slow"),
                _ => (Invalid, "media_unreadable"),
            },
            Self::UploadTooLarge { .. } => (TooLarge, "upload_too_large"),
            Self::Infected => (Invalid, "media_infected"),
            Self::TooLargeToScan => (TooLarge, "too_large_to_scan"),
            Self::QuotaUsedUp => (Full, "quota_used_up"),
            Self::StorageFull(_) => (Full, "storage_full"),
            Self::ScannerAway(_) => (Unavailable, "scanner_away"),
            Self::TooManyTries(_) => (Limited, "too_many_tries"),
            Self::HostAway(_) => (Unavailable, "host_away"),
            Self::Busy => (Busy, "busy"),
            Self::Unavailable(_) => (Unavailable, "unavailable"),
            Self::Internal(_) => (Internal, "internal"),
        }
    }
}

/// What is said where there are as many of something as may be.
fn too_many(thing: RoomThing) -> String {
    match thing {
        RoomThing::Admins => format!("a room has at most {} admins besides its owner", Role::ADMINS),
        RoomThing::Bans => format!("a room keeps out at most {} people", Ban::MOST),
        RoomThing::Links => format!("a room has at most {} links; revoke one first", RoomLink::MOST),
        RoomThing::Requests => format!(
            "{} requests of one person can wait, and {} in a room",
            JoinRequest::MOST,
            JoinRequest::MOST_IN_ROOM
        ),
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Unavailable(source) => Self::Unavailable(source),
            StoreError::Other(source) => Self::Internal(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_of_its_inside_is_not_told() {
        let secret = "SELECT secret FROM users";
        for failed in [
            StoreError::Unavailable(secret.into()),
            StoreError::Other(secret.into()),
        ] {
            let error = Error::from(failed);
            assert!(!error.to_string().contains(secret), "{error}");
            let source = std::error::Error::source(&error).unwrap();
            assert_eq!(source.to_string(), secret);
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        let error = Error::invalid("body", "must not be empty");
        assert_eq!(error.to_string(), "body must not be empty");
        assert_eq!((error.field(), error.code()), (Some("body"), "invalid"));
    }
}
