//! What stands in the tables, and its way to and from the domain.

mod account;
mod api_key;
mod broadcast;
mod challenge;
mod detail;
mod digest;
mod event;
mod invite;
mod letter;
mod media;
mod mentions;
mod notification;
mod proof;
mod room;
mod status;
mod upload;

pub(crate) use account::{AccountRow, ProfileColumns, SessionRow};
pub(crate) use api_key::{ApiKeyRow, NewApiKeyRow};
pub(crate) use broadcast::{BroadcastRow, ListRow, SendRow};
pub(crate) use challenge::{ChallengeRow, NewChallengeRow};
pub(crate) use detail::{besides, blank_notice, blank_people, blank_settings, joined_room};
pub(crate) use digest::{broadcast_digest, digest, publication_digest, room_digest, status_digest};
pub(crate) use event::{EventRow, NewEvent, Target};
pub(crate) use invite::{InviteRow, NewInviteRow};
pub(crate) use letter::{GivenUpRow, LetterRow, NewLetterRow};
pub(crate) use media::{BlobRow, FileRow, MediaRow, key as blob_key};
pub(crate) use mentions::mentions_to_json;
pub(crate) use notification::NotificationRow;
pub(crate) use proof::ProofRow;
pub(crate) use room::{MemberRow, Place, RoomRow, StreamRow};
pub(crate) use status::{NewStatusRow, StatusRow};
pub(crate) use upload::{Ending, UploadRow};
