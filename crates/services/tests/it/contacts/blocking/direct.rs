//! What one does in the direct room of two, or sends into it.

use parlor_domain::{Mark, MediaKind, PageSize, RoomId, Seq};
use parlor_services::{Actor, BroadcastDraft, Claims, Fate, HistoryRange, NewMessage, ReceiptRange, Skip};

use super::pair::{Pair, Talk, heard};
use crate::media::{show, upload};
use crate::world::{World, code, message};

/// Somebody says something, recorded by Chromium.
const VOICE: &[u8] = include_bytes!("../../../../../media/tests/samples/playing/chromium-opus.webm");

#[derive(Debug, Clone, Copy)]
pub(super) enum Direct {
    Open,
    Find,
    Read,
    Send,
    Reply,
    /// What was said in a group.
    ForwardInto,
    /// What was said there, into a group.
    ForwardFrom,
    Edit,
    DeleteOwn,
    React,
    Pin,
    Play,
    Type,
    /// By a mark, which the other one sees.
    TellRead,
    /// The same, in the list of those who have read a message of the other one.
    TellReceipt,
    /// That list, of one's own message.
    SeeReceipts,
    Broadcast,
    /// Where no direct room is yet.
    BroadcastToStranger,
}

impl Pair<'_> {
    pub(super) async fn converse(&self, path: Direct) -> &'static str {
        let (services, actor, other) = (&self.world.services, &self.actor, self.other.user.id);
        let (rooms, messages) = (&services.rooms, &services.messages);
        let Some(Talk { room, own, others }) = self.direct else {
            return match path {
                Direct::Open => code(rooms.open_direct(actor, other).await),
                _ => self.broadcast().await,
            };
        };
        let new = message(self.client_id().as_str(), "hi");
        match path {
            Direct::Open | Direct::Find => code(rooms.open_direct(actor, other).await),
            Direct::Read => {
                let range = HistoryRange::Newest;
                code(messages.history(actor, room, range, PageSize::default()).await)
            }
            Direct::Send => code(messages.send(actor, room, new, None).await),
            Direct::Reply => {
                let reply = NewMessage {
                    reply_to: Some(others),
                    ..new
                };
                code(messages.send(actor, room, reply, None).await)
            }
            Direct::ForwardInto => {
                let said = self.world.say(actor, self.group, "tea").await.seq;
                self.forward((self.group, said), room).await
            }
            Direct::ForwardFrom => self.forward((room, others), self.group).await,
            Direct::Edit => code(messages.edit(actor, room, own, "hey", None, None).await),
            Direct::DeleteOwn => code(messages.delete(actor, room, own, None, None).await),
            Direct::React => {
                let thumb = "\u{1f44d}".parse().unwrap();
                code(messages.react(actor, room, others, thumb, true).await)
            }
            Direct::Pin => code(messages.pin(actor, room, others, true).await),
            Direct::Play => code(messages.mark_played(actor, room, others).await),
            Direct::Type => code(services.contacts.may_be_heard(actor, room).await),
            Direct::TellRead => {
                let mark = Mark::read(others);
                services.marks.mark_now(actor, room, mark).await.unwrap();
                let view = rooms.find(&self.other, room).await.unwrap();
                heard(view.peer.unwrap().mark.read == others)
            }
            Direct::TellReceipt => {
                let mark = Mark::read(others);
                services.marks.mark_now(actor, room, mark).await.unwrap();
                let range = ReceiptRange::default();
                let page = messages.receipts(&self.other, room, others, range, PageSize::MAX);
                let receipts = page.await.unwrap().receipts;
                heard(receipts.iter().any(|of| of.user == actor.user && of.read))
            }
            Direct::SeeReceipts => {
                let range = ReceiptRange::default();
                code(messages.receipts(actor, room, own, range, PageSize::MAX).await)
            }
            Direct::Broadcast | Direct::BroadcastToStranger => self.broadcast().await,
        }
    }

    async fn forward(&self, from: (RoomId, Seq), to: RoomId) -> &'static str {
        let repeat = NewMessage {
            forward: Some(from),
            ..message(self.client_id().as_str(), "")
        };
        let messages = &self.world.services.messages;
        code(messages.send(&self.actor, to, repeat, None).await)
    }

    /// Sends something to a list in which the other one is alone, and says what its sender learns.
    async fn broadcast(&self) -> &'static str {
        let (broadcasts, actor) = (&self.world.services.broadcasts, &self.actor);
        let name = "customers".parse().unwrap();
        let list = broadcasts.create(actor, name).await.unwrap().id;
        let users = vec![self.other.user.id];
        broadcasts.add(actor, list, users).await.unwrap();
        let draft = BroadcastDraft {
            client_id: self.client_id(),
            body: "sale".to_owned(),
            media: Vec::new(),
        };
        let sent = broadcasts.send(actor, list, draft).await.unwrap().into_inner();
        broadcasts.tend().await.unwrap();
        let fates = broadcasts.fates(actor, sent.id, None, PageSize::MAX).await;
        match fates.unwrap().recipients[0].fate {
            Some(Fate::Sent { .. }) => "ok",
            Some(Fate::Skipped(Skip::Blocked)) => "blocked",
            Some(Fate::Skipped(Skip::NotAContact)) => "not_a_contact",
            fate => panic!("{fate:?}"),
        }
    }
}

/// Sends a voice message.
pub(super) async fn speak(world: &World, speaker: &Actor, room: RoomId) -> Seq {
    let claims = Claims {
        kind: Some(MediaKind::Voice),
        ..Claims::default()
    };
    let voice = upload(world, speaker, VOICE, claims).await.unwrap();
    show(world, speaker, room, &[&voice]).await.unwrap()
}
