//! Numbers by which the content of a retry is told from other content: 64 bits of SHA-256. The client id is in them, so
//! that equal contents cannot be told by them.

use parlor_domain::{Called, CalledAll, ClientId, Draft, Title};
use parlor_ports::{NewBroadcast, NewPublication, NewRoom, NewStatus};
use sha2::{Digest, Sha256};

use crate::appending::{called, named};
use crate::code::{Code, Kind};

/// Of something to be appended.
pub(crate) fn digest(client_id: &ClientId, draft: &Draft) -> i64 {
    let (kind, seq, body) = match draft {
        Draft::Message { body, reply_to, .. } => (Kind::Message, *reply_to, Some(body)),
        Draft::Forward { .. } => (Kind::Message, None, None),
        Draft::Edit { target, body, .. } => (Kind::MessageEdited, Some(*target), Some(body)),
        Draft::Delete { target } => (Kind::MessageDeleted, Some(*target), None),
    };
    let mut hash = Sha256::new()
        .chain_update([u8::try_from(client_id.as_str().len()).unwrap_or(u8::MAX)])
        .chain_update(client_id.as_str())
        .chain_update(kind.code().to_be_bytes())
        .chain_update(seq.map_or(0, |seq| seq.0).to_be_bytes())
        .chain_update(body.map_or("", |body| body.as_str()));
    if let Draft::Message {
        status: Some(status), ..
    } = draft
    {
        // As below.
        hash.update([0xfe]);
        hash.update(status.uuid().as_bytes());
    }
    // As below. To notify all by a right that the server gives is another request than to post.
    match called(draft).map(|called| called.all) {
        Some(CalledAll::Granted) => hash.update([0xfd, 1]),
        Some(CalledAll::Announced) => hash.update([0xfd, 2]),
        Some(CalledAll::No | CalledAll::ByRight) | None => {}
    }
    if let Draft::Forward { room, seq } = draft {
        // Not what it repeats, which may be gone when it is sent again.
        hash.update([0xfc]);
        hash.update(room.uuid().as_bytes());
        hash.update(seq.0.to_be_bytes());
    }
    for media in named(draft) {
        // A byte that is in no text, so that none looks like this.
        hash.update([0xff]);
        hash.update(media.uuid().as_bytes());
    }
    short(hash)
}

/// Of a group to be made, whatever the order of its members.
pub(crate) fn room_digest(client_id: &ClientId, new: &NewRoom) -> i64 {
    let mut hash = Sha256::new();
    for text in [client_id.as_str(), new.name.as_str(), new.topic.as_str()] {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.update(new.kind.code().to_be_bytes());
    hash.update(new.rules.history.code().to_be_bytes());
    hash.update(new.rules.join.code().to_be_bytes());
    hash.update(new.rules.posting.code().to_be_bytes());
    hash.update(new.rules.adding.code().to_be_bytes());
    hash.update(new.rules.slow_mode.seconds().to_be_bytes());
    hash.update(new.capacity.members().to_be_bytes());
    if new.rules.listed {
        hash.update([1]);
    }
    if new.creator_absent {
        hash.update([2]);
    }
    let mut members = new.members.clone();
    members.sort_unstable();
    for member in members {
        hash.update(member.uuid().as_bytes());
    }
    short(hash)
}

/// Of something that a backend says to a user.
pub(crate) fn publication_digest(new: &NewPublication) -> i64 {
    let mut hash = Sha256::new();
    let title = new.title.as_ref().map_or("", Title::as_str);
    for text in [new.idempotency_key.as_str(), title, new.text.as_str()] {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.update(new.to.uuid().as_bytes());
    for media in &new.media {
        hash.update(media.uuid().as_bytes());
    }
    short(hash)
}

/// Of a broadcast to be sent: that of the message which each gets.
pub(crate) fn broadcast_digest(new: &NewBroadcast) -> i64 {
    let draft = Draft::Message {
        body: new.body.clone(),
        media: new.media.clone(),
        reply_to: None,
        status: None,
        called: Called::default(),
    };
    digest(&new.client_id, &draft)
}

/// Of a status to be posted, whatever the order of the people who are named.
pub(crate) fn status_digest(client_id: &ClientId, new: &NewStatus) -> i64 {
    let mut hash = Sha256::new();
    for text in [client_id.as_str(), new.body.as_str()] {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.update(new.audience.kind().code().to_be_bytes());
    let mut people = new.audience.named().to_vec();
    people.sort_unstable();
    for person in people {
        hash.update(person.uuid().as_bytes());
    }
    if let Some(media) = new.media {
        hash.update(media.uuid().as_bytes());
    }
    if new.lasting {
        hash.update([1]);
    }
    short(hash)
}

fn short(hash: Sha256) -> i64 {
    let hash = hash.finalize();
    i64::from_be_bytes(std::array::from_fn(|n| hash[n]))
}
