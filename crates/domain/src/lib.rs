//! What Parlor's things are: ids, values, entities, events and the rules between them.
//!
//! Nothing here reads a clock, draws a random number, waits or does I/O, so every rule can be tested as a
//! function. A value type parses: it exists and is right, or it does not exist. Entities have no serde; what
//! is seen outside is the business of the `wire` crate.
//!
//! To add one more kind of event: a variant of [`What`], its encoding in `wire`, its row in `store`.

mod account;
mod broadcast;
mod dialect;
mod emoji;
mod event;
mod fold;
mod id;
mod invisible;
mod letter;
mod link;
mod mark;
mod media;
mod mention;
mod message;
mod name;
mod network;
mod notice;
mod page;
mod position;
mod profile;
mod reaction;
mod rights;
mod room;
mod rules;
mod scope;
mod status;
mod text;
mod time;
mod username;

pub use account::{Account, AccountStatus, Email, EmailError, Password, PasswordError, Session, UserRef};
pub use broadcast::{Broadcast, BroadcastList, BroadcastProgress};
pub use dialect::Dialect;
pub use emoji::{Emoji, EmojiError};
pub use event::{Event, LeaveReason, What};
pub use fold::fold;
pub use id::{
    BroadcastId, BroadcastListId, ClientId, ClientIdError, ConnectionId, MediaId, Origin, ParseIdError,
    RoomId, SessionId, StatusId, StreamId, UserId,
};
pub use letter::{Letter, LetterKind};
pub use link::{LinkCode, LinkCodeError};
pub use mark::{Mark, MarksUpdate, MemberMark, RoomMark};
pub use media::{Dimensions, FileName, Media, MediaKind, Thumbhash, Waveform};
pub use mention::{Called, CalledAll, Mentions};
pub use message::{Draft, Message, Revision};
pub use name::{
    About, DeviceName, DisplayName, KeyName, ListName, NameError, PersonName, RequestNote, RoomName, Title,
    Topic,
};
pub use network::network;
pub use notice::{Notice, Publication};
pub use page::PageSize;
pub use position::{Head, MsgNo, Position, Rev, Seq, Tag};
pub use profile::{
    Audience, Locale, LocaleError, Mobile, MobileError, Profile, ProfileChange, Reach, Shows, TimeZone,
    TimeZoneError,
};
pub use reaction::{Reaction, ReactionCount, Reactions};
pub use rights::{Action, Role, allows};
pub use room::{
    Capacity, CapacityError, JoinRequest, Member, Notify, NotifyLevel, Room, RoomChange, RoomKind, RoomLink,
};
pub use rules::{History, JoinPolicy, Rules, RulesChange, SlowMode, SlowModeError, Who};
pub use scope::{Scope, Scopes, ScopesError};
pub use status::{Status, StatusAudience, StatusAudienceKind};
pub use text::{MessageBody, TextError};
pub use time::Timestamp;
pub use username::{Username, UsernameError};
