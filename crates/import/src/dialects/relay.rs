//! `relay`: notifications to everybody, of which it is not known who wrote them.

use parlor_domain::{ClientId, MediaId, RoomId, SessionId, Timestamp, UserRef};
use parlor_ports::OldModel;
use parlor_services::{Actor, Error as Refused, OldServerId, OldWords};
use uuid::Uuid;

use super::Tables;
use crate::Error;
use crate::import::{Import, plain_account};
use crate::report::Thing;
use crate::row::Row;

pub(super) const TABLES: Tables = Tables {
    people: "auth_user",
    rooms: None,
    messages: Some(NOTIFICATIONS),
    all: &["auth_user", NOTIFICATIONS, "authtoken_token"],
    files: &[],
    numbered: true,
};

const NOTIFICATIONS: &str = "notifications_notification";

/// The types that there are.
const TEXT: &str = "text";
const IMAGE: &str = "image";
const VOICE: &str = "voice";

/// Who speaks, and where.
struct Place {
    speaker: UserRef,
    room: RoomId,
}

/// What a notification becomes.
#[derive(Default)]
struct Kept {
    text: String,
    called: Option<ClientId>,
    media: Option<MediaId>,
}

pub(super) async fn bring(import: &mut Import<'_, '_>) -> Result<(), Error> {
    import.people(TABLES.people, plain_account).await?;
    let mut place = None;
    let mut pages = import.pages(NOTIFICATIONS, &["id"]).await?;
    while let Some(rows) = pages.next().await? {
        let rows = import.keyed(Thing::Message, rows)?;
        let said: Vec<(Box<str>, Row)> = rows
            .into_iter()
            .filter_map(|row| Some((row.key("id")?, row)))
            .collect();
        let kind = (Thing::Message, OldModel::Message);
        let new = import.unknown(kind, said, |(key, _)| key).await?;
        let Some(from) = import.from() else {
            for _ in &new {
                import.report.came(Thing::Message)?;
            }
            continue;
        };
        let Some((_, first)) = new.first() else {
            continue;
        };
        if place.is_none() {
            place = Some(open(import, from, first).await?);
        }
        let Some(place) = &place else {
            continue;
        };
        let mut words = Vec::with_capacity(new.len());
        for (key, row) in new {
            words.push(read(import, place, key, &row).await?);
        }
        import.words(words).await?;
    }
    import.keys().await
}

async fn open(import: &Import<'_, '_>, from: OldServerId, first: &Row) -> Result<Place, Error> {
    let since = first.time("created_at").unwrap_or(Timestamp::from_micros(0));
    let hall = import.imports().hall(from, import.relay.hall, since).await?;
    let (room, speaker) = hall;
    Ok(Place { speaker, room })
}

/// A notification, as a message that is listed like it.
async fn read(
    import: &mut Import<'_, '_>,
    place: &Place,
    key: Box<str>,
    row: &Row,
) -> Result<OldWords, Error> {
    let kept = keep(import, place, &key, row).await?;
    Ok(OldWords {
        number: row.number("id"),
        key,
        room: place.room,
        author: place.speaker.id,
        called: kept.called,
        text: kept.text,
        media: kept.media.into_iter().collect(),
        at: row.time("created_at").unwrap_or(Timestamp::from_micros(0)),
        edited_at: None,
        unread: false,
    })
}

/// What a notification becomes. A picture or a voice message is the text that it was there, unless no message can be so long.
async fn keep(import: &mut Import<'_, '_>, place: &Place, key: &str, row: &Row) -> Result<Kept, Error> {
    let (services, relay) = (import.services, import.relay);
    let (kind, content) = (row.text("type"), row.text_if_any("content"));
    let most = services.messages.max_body();
    let message = |kind: &str| {
        let (text, called) = (relay.notification)(services, kind, content.as_deref())?;
        let kept = Kept {
            text,
            called,
            media: None,
        };
        Some(kept).filter(|kept| kept.text.len() <= most)
    };
    if let Some(kept) = message(&kind) {
        return Ok(kept);
    }
    match (&*kind, &content) {
        (IMAGE | VOICE, Some(content)) => {
            if let Some(media) = media(import, place, (key, &kind), content).await? {
                return Ok(Kept {
                    media: Some(media),
                    ..Kept::default()
                });
            }
        }
        (TEXT, _) => {}
        _ => {
            let what = "is a text now: there is no such type";
            import.report.note(Thing::Message, key, what)?;
        }
    }
    Ok(message(TEXT).unwrap_or_else(|| Kept {
        text: content.clone().unwrap_or_default(),
        ..Kept::default()
    }))
}

/// A picture or a voice message as media; `None` if it cannot be that.
async fn media(
    import: &mut Import<'_, '_>,
    place: &Place,
    (key, kind): (&str, &str),
    content: &str,
) -> Result<Option<MediaId>, Error> {
    let services = import.services;
    let actor = Actor {
        user: place.speaker,
        session: SessionId::new(Uuid::nil()),
        admin: false,
    };
    let taken = if kind == IMAGE {
        services.uploads.picture_as_png(&actor, content).await
    } else {
        services.uploads.voice_as_wav(&actor, content).await
    };
    let (media, what) = match taken {
        Ok(media) => (
            Some(media.id),
            format!("its {kind} is too long for a text, and is a file now"),
        ),
        Err(refused) if is_of_the_file(&refused) => {
            let what =
                format!("is a text now: its {kind} is too long to be one, and cannot be a file: {refused}");
            (None, what)
        }
        Err(failed) => return Err(failed.into()),
    };
    import.report.note(Thing::Message, key, &what)?;
    Ok(media)
}

/// Whether it is the file that is at fault, and not what stands in the way of all files.
fn is_of_the_file(refused: &Refused) -> bool {
    matches!(
        refused,
        Refused::Invalid { .. }
            | Refused::Media(_)
            | Refused::Infected
            | Refused::TooLargeToScan
            | Refused::UploadTooLarge { .. }
    )
}
