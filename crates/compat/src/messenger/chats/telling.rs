//! What was said in a chat, told page by page: however much it is, little of it is held at a time.

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Data};
use futures_util::{Stream, stream};
use parlor_domain::{BroadcastId, BroadcastListId, Event, Mark, PageSize, RoomId, RoomKind, Seq, UserId};
use parlor_services::{Actor, Error, HistoryRange, RoomView};
use serde_json::{Map, Value};

use super::super::format::{MediaLinks, Said};
use super::found::Chat;
use crate::compat::Compat;
use crate::drf::Refusal;

/// A chat that is being told.
pub(super) struct Telling {
    compat: Data<Compat>,
    actor: Actor,
    media: MediaLinks,
    rest: Rest,
    told: usize,
}

/// What is still to be told.
#[derive(Clone, Copy)]
enum Rest {
    /// What was said in a room before this.
    Room {
        room: RoomId,
        before: Seq,
        read: Read,
    },
    /// What was sent to a list, before this if anything was told.
    List {
        list: BroadcastListId,
        before: Option<BroadcastId>,
    },
    Nothing,
}

/// What is known of who has read a room.
#[derive(Clone, Copy)]
struct Read {
    /// Who has read all of it, since it is told to him.
    by: UserId,
    is_direct: bool,
    /// All others have read up to here.
    others: Seq,
}

impl Read {
    async fn of(compat: &Compat, actor: &Actor, view: &RoomView) -> Result<Self, Error> {
        let others = match view.room.kind {
            RoomKind::Direct => view.peer.as_ref().map(|peer| peer.mark.read),
            RoomKind::Group => {
                compat
                    .services()
                    .rooms
                    .read_by_others(actor, view.room.id)
                    .await?
            }
            // Who has read it nobody learns.
            RoomKind::Channel => None,
        };
        Ok(Self {
            by: actor.user.id,
            is_direct: view.room.kind == RoomKind::Direct,
            others: others.unwrap_or_default(),
        })
    }

    /// Whether everybody has read a message to whom it was said. Its author has read it as well.
    fn is_read(&self, event: &Event) -> bool {
        let is_own = event.actor.is_some_and(|author| author.id == self.by);
        event.seq <= self.others || self.is_direct && !is_own
    }
}

impl Telling {
    /// Begins to tell a chat, which the actor has read with that.
    pub(super) async fn begin(
        compat: &Data<Compat>,
        request: &HttpRequest,
        actor: &Actor,
        chat: &Chat,
    ) -> Result<Self, Error> {
        let rest = match chat {
            Chat::Room(view) => {
                let (room, head) = (view.room.id, view.head.position.seq);
                note_read(compat, actor, view).await;
                Rest::Room {
                    room,
                    before: head.next(),
                    read: Read::of(compat, actor, view).await?,
                }
            }
            Chat::List(list) => Rest::List {
                list: list.id,
                before: None,
            },
        };
        Ok(Self {
            compat: compat.clone(),
            actor: *actor,
            media: MediaLinks::in_answer(compat, request),
            rest,
            told: 0,
        })
    }

    /// The next messages, the newest first; `None` when all is told.
    pub(super) async fn page(&mut self) -> Result<Option<Vec<Value>>, Error> {
        match self.rest {
            Rest::Room { room, before, read } => self.said(room, before, read).await.map(Some),
            Rest::List { list, before } => self.sent(list, before).await.map(Some),
            Rest::Nothing => Ok(None),
        }
    }

    async fn said(&mut self, room: RoomId, before: Seq, read: Read) -> Result<Vec<Value>, Error> {
        let messages = &self.compat.services().messages;
        let range = HistoryRange::Before(before);
        let page = messages
            .history(&self.actor, room, range, PageSize::default())
            .await?;
        let earliest = page.messages.first().filter(|_| page.more);
        self.rest = earliest.map_or(Rest::Nothing, |event| Rest::Room {
            room,
            before: event.seq,
            read,
        });
        let messages = page.messages.iter().rev();
        let shown = messages.filter_map(|event| {
            let said = Said::by(event)?;
            Some(said.shown(read.is_read(event), &self.media))
        });
        Ok(shown.collect())
    }

    async fn sent(
        &mut self,
        list: BroadcastListId,
        before: Option<BroadcastId>,
    ) -> Result<Vec<Value>, Error> {
        let broadcasts = &self.compat.services().broadcasts;
        let page = broadcasts
            .history(&self.actor, list, before, PageSize::default())
            .await?;
        let ids = page.broadcasts.iter().map(|sent| sent.id).collect();
        let read = broadcasts.read_by_all(&self.actor, ids).await?;
        self.rest = match page.next {
            Some(next) => Rest::List {
                list,
                before: Some(next),
            },
            None => Rest::Nothing,
        };
        let sender = self.actor.user.number;
        let shown = page.broadcasts.iter().map(|sent| {
            let is_read = read.contains(&sent.id);
            Said::to_list(sent, sender).shown(is_read, &self.media)
        });
        Ok(shown.collect())
    }

    /// The whole answer: what is said of the chat, the first messages, and then all others.
    pub(super) fn tell(
        mut self,
        shape: Map<String, Value>,
        first: Option<Vec<Value>>,
    ) -> impl Stream<Item = Result<Bytes, Refusal>> {
        let mut opening = Value::Object(shape).to_string();
        // The messages go before its last brace.
        opening.pop();
        opening.push_str(r#","message_set":["#);
        self.add(&mut opening, first.unwrap_or_default());
        stream::try_unfold(Some((self, opening)), |state| async move {
            let Some((mut telling, mut text)) = state else {
                return Ok(None);
            };
            let next = match telling.page().await? {
                Some(page) => {
                    telling.add(&mut text, page);
                    Some((telling, String::new()))
                }
                None => {
                    text.push_str("]}");
                    None
                }
            };
            Ok(Some((Bytes::from(text), next)))
        })
    }

    fn add(&mut self, text: &mut String, messages: Vec<Value>) {
        for message in messages {
            if self.told > 0 {
                text.push(',');
            }
            self.told += 1;
            text.push_str(&message.to_string());
        }
    }
}

/// Notes that the actor has read a room. That is written before he is answered, so that whatever is asked next takes account of it.
async fn note_read(compat: &Compat, actor: &Actor, view: &RoomView) {
    let mark = Mark::read(view.head.position.seq);
    if view.mark.merge(mark) == view.mark {
        return;
    }
    let marks = &compat.services().marks;
    if let Err(error) = marks.mark_now(actor, view.room.id, mark).await {
        // He is told the room all the same.
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "what was read is not noted, and will be with the next look"
        );
    }
}
