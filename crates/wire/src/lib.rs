//! The JSON of Parlor's REST interface and of its socket, and how the domain becomes it.
//!
//! A type here is a promise to every client: fields are added, never changed. Requests refuse unknown fields, so that
//! a misspelt one is noticed; readers of answers and pushes must ignore fields that they do not know.
//!
//! To add a command or a push: a variant in [`Command`] or [`Push`], a sentence in docs/PROTOCOL.md; the AsyncAPI
//! document follows by itself. To add an event: a variant of [`EventBody`] and its arm in `event.rs`.

mod account;
mod admission;
mod api_key;
mod asyncapi;
mod broadcast;
mod close;
mod command;
mod contact;
mod decode;
mod event;
mod explain;
mod field;
mod invite;
mod media;
mod message;
mod moderation;
mod names;
mod notification;
mod problem;
mod profile;
mod proof;
mod push;
mod reaction;
mod redacted;
mod room;
mod second_step;
mod session;
mod status;
mod time;

pub use account::{
    AccountView, ChangeUser, DeleteAccount, MessagesFate, PersonRef, Register, UserView, UsersFound,
};
pub use admission::{
    AskToJoin, CreateLink, JoinRequestView, JoinRequestsList, JoinRequestsPage, JoinWaits, LinkView,
    LinkedRoomView, LinksList,
};
pub use api_key::{
    ApiKeyMade, ApiKeyView, ApiKeysList, CreateApiKey, PostMessage, PublishNotification, Recipient, Said,
};
pub use asyncapi::asyncapi;
pub use broadcast::{
    BroadcastListView, BroadcastListsPage, BroadcastRecipientsPage, BroadcastView, BroadcastsPage,
    ChangeBroadcastList, CreateBroadcastList, FateName, ProgressView, RecipientView, Recipients,
    RecipientsPage, SendBroadcast,
};
pub use close::{CloseReason, ComeBack};
pub use command::{
    Authenticate, Away, ClientMark, Command, Delete, Edit, Follow, Hello, MarkTo, Ping, Played, React, Send,
    StreamPosition, Typing, Upload,
};
pub use contact::{
    AskContact, BlockView, BlocksPage, ContactAsked, ContactRequestView, ContactRequestsPage, ContactView,
    ContactsPage, PutContact, ReachName,
};
pub use decode::{FrameError, command_id, decode};
pub use event::{EventBody, EventView, LeaveReason};
pub use field::{FieldError, parse};
pub use invite::{CreateInvite, InviteMade, InviteView, InvitesList};
pub use media::{ChangeAvatar, MediaKindName, MediaLinkView, MediaUsage, MediaView, UploadMedia};
pub use message::{
    EditMessage, MarkMessages, MarksAnswer, MessagePlace, MessageView, MessagesPage, PinsPage, PlayView,
    PlaysPage, ReceiptCountsView, ReceiptView, ReceiptsPage, RevisionView, RevisionsPage, SendMessage,
};
pub use moderation::{BanView, BansPage, MuteMember};
pub use notification::{
    AboutView, NoticeView, NotificationView, NotificationsPage, PublicationView, ReadNotifications,
};
pub use problem::{Problem, Retry};
pub use profile::{
    AudienceName, ChangeEmail, ChangeMobile, ChangePassword, ChangeProfile, ChangeShows, ShowsView,
};
pub use proof::{AskForReset, ResetPassword, ShowProof};
pub use push::{
    Failure, Limits, MarksView, MemberMarkView, Notice, Presence, Push, RoomMarkView, StreamHead, StreamKind,
    Success, Verdict, Welcome,
};
pub use reaction::{OwnReaction, ReactionCountView, ReactionView, ReactionsPage, ReactionsView};
pub use room::{
    AddMembers, ChangeNotify, ChangeRole, ChangeRoom, ChannelView, ChannelsPage, CreateRoom, HandOver,
    HistoryPolicy, JoinRule, MemberView, MembersAdded, MembersPage, NotifyLevelName, NotifyView,
    PositionView, RoleName, RoomKindName, RoomView, RoomsPage, RulesView, WhoName,
};
pub use second_step::{
    ConfirmApp, EnrolApp, EnrolmentView, ProveBoth, RecoveryCodesView, SecondStepView, SetMailedCode,
};
pub use session::{
    ChallengeMethod, ChallengeView, CompleteChallenge, LogIn, LogInByMail, RefreshTokens, ResendCode,
    SessionView, SessionsList, Tokens,
};
pub use status::{
    AnswerStatus, OwnStatuses, PostStatus, StatusAudienceName, StatusSeenView, StatusView, StatusViewsPage,
    StatusesPage,
};
pub use time::Time;
