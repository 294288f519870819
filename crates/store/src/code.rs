//! The small numbers that stand for enums in the database. They are for ever: add, never change.

use diesel::QueryResult;
use parlor_domain::{
    AccountStatus, Audience, Dialect, History, JoinPolicy, LetterKind, MediaKind, NotifyLevel, Reach, Role,
    RoomKind, StatusAudienceKind, Who,
};
use parlor_ports::{MediaFile, OldModel, Skip};

use crate::error::corrupt;

/// An enum that the database keeps as a small number.
pub(crate) trait Code: Sized + Copy {
    /// The number.
    fn code(self) -> i16;

    /// What the number stands for.
    fn decode(code: i16) -> QueryResult<Self>;
}

macro_rules! codes {
    ($type:ident { $($variant:ident = $code:literal),* $(,)? }) => {
        impl Code for $type {
            fn code(self) -> i16 {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            fn decode(code: i16) -> QueryResult<Self> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(corrupt(stringify!($type), code)),
                }
            }
        }
    };
}

codes!(AccountStatus { Active = 1, Disabled = 2, Deleted = 3 });
codes!(Audience { Nobody = 1, Contacts = 2, Everyone = 3 });
codes!(Reach { Contacts = 2, Everyone = 3 });
codes!(RoomKind { Direct = 1, Group = 2, Channel = 3 });
codes!(History { All = 1, FromJoin = 2 });
codes!(JoinPolicy { Closed = 1, Open = 2, Approval = 3 });
codes!(Who { Everyone = 1, Admins = 2 });
codes!(NotifyLevel { All = 1, Mentions = 2, Nothing = 3 });
codes!(Role { Member = 1, Admin = 2, Owner = 3 });

codes!(Skip { NoUser = 1, Blocked = 2, NotAContact = 3, TooManyRooms = 4, Refused = 5 });
codes!(StatusAudienceKind { Contacts = 1, Except = 2, Only = 3 });

codes!(Dialect {
    Relay = 1,
    Messenger = 2,
    Greeter = 3,
    Conversations = 4,
    Rooms = 5,
});

codes!(OldModel {
    Person = 1,
    Room = 2,
    Message = 3,
    Key = 4,
    Status = 5,
    Avatar = 6,
});

codes!(MediaKind {
    Image = 1,
    Voice = 2,
    Audio = 3,
    Video = 4,
    File = 5,
});

codes!(MediaFile {
    Original = 1,
    Small = 2,
    Large = 3,
    Poster = 4,
});

codes!(LetterKind {
    LoginCode = 1,
    VerifyEmail = 2,
    ResetPassword = 3,
    ConfirmEmail = 4,
    EmailChanged = 5,
    PasswordChanged = 6,
    MessengerId = 7,
    MessengerPassword = 8,
    MessengerEmail = 9,
});

/// What kind of proof a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proves {
    Verify,
    Confirm,
    Reset,
    Change,
}

codes!(Proves { Verify = 1, Confirm = 2, Reset = 3, Change = 4 });

/// What kind of notification a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notifies {
    Mention,
    Direct,
    Invite,
    ContactRequest,
    Published,
    StatusReply,
}

codes!(Notifies {
    Mention = 1,
    Direct = 2,
    Invite = 3,
    ContactRequest = 4,
    Published = 5,
    StatusReply = 6,
});

/// What kind of event a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    MessageEdited,
    MessageDeleted,
    RoomUpdated,
    MembersJoined,
    MemberLeft,
    RoleChanged,
    OwnerChanged,
    RoomDeleted,
    RoomJoined,
    RoomLeft,
    SessionsRevoked,
    VoicePlayed,
    Reacted,
    ReactionsCounted,
    MessagePinned,
    MessageUnpinned,
    ContactChanged,
    ContactRemoved,
    ContactRequested,
    RequestEnded,
    BlockChanged,
    MemberMuted,
    BanChanged,
    JoinRequested,
    JoinRequestEnded,
    NotifyChanged,
    OwnReaction,
    OwnMute,
    AttendanceChanged,
    Notified,
    NotificationsRead,
    PrivacyChanged,
    StatusPosted,
    StatusRemoved,
    StatusViewed,
    BroadcastListChanged,
    BroadcastListDeleted,
    BroadcastMoved,
}

codes!(Kind {
    Message = 1,
    MessageEdited = 2,
    MessageDeleted = 3,
    RoomUpdated = 4,
    MembersJoined = 5,
    MemberLeft = 6,
    RoleChanged = 7,
    OwnerChanged = 8,
    RoomDeleted = 9,
    RoomJoined = 10,
    RoomLeft = 11,
    SessionsRevoked = 12,
    VoicePlayed = 13,
    Reacted = 20,
    MessagePinned = 21,
    MessageUnpinned = 22,
    ContactChanged = 30,
    ContactRemoved = 31,
    ContactRequested = 32,
    RequestEnded = 33,
    BlockChanged = 34,
    MemberMuted = 40,
    BanChanged = 41,
    JoinRequested = 42,
    JoinRequestEnded = 43,
    NotifyChanged = 44,
    OwnReaction = 45,
    OwnMute = 46,
    AttendanceChanged = 47,
    ReactionsCounted = 64,
    Notified = 60,
    NotificationsRead = 61,
    PrivacyChanged = 62,
    StatusPosted = 50,
    StatusRemoved = 51,
    StatusViewed = 52,
    BroadcastListChanged = 53,
    BroadcastListDeleted = 54,
    BroadcastMoved = 55,
});
