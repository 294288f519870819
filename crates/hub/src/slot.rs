//! What rings hold: a committed thing, encoded once for each wire format.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use parlor_domain::{Event, MarksUpdate, Notice, Origin, Seq, What};
use tokio::sync::Mutex;

use crate::format::{Format, WireFormat};

/// The wire formats of a hub, in the order in which [`Format`] counts them.
pub(crate) type Formats = Arc<[Arc<dyn WireFormat>]>;

/// A frame that is made when first wanted; `None` if the format has no such frame.
type Encoding = OnceLock<Option<Bytes>>;

/// Two frames for each format. Most servers have sockets of one format, the first; the others take no room before they are wanted.
#[derive(Default)]
struct Encodings {
    first: [Encoding; 2],
    others: OnceLock<Box<[[Encoding; 2]]>>,
}

impl Encodings {
    fn of(&self, format: Format, formats: &Formats) -> &[Encoding; 2] {
        let Some(other) = format.index().checked_sub(1) else {
            return &self.first;
        };
        let others = self
            .others
            .get_or_init(|| formats.iter().skip(1).map(|_| Default::default()).collect());
        &others[other]
    }
}

/// What an event is to a reader.
pub(crate) enum Encoded<'a> {
    /// A frame, or nothing.
    Frame(Option<&'a Bytes>),
    /// A frame that is still to be made.
    Awaited,
}

/// An event with its encodings, shared by all workers.
pub(crate) struct EventSlot {
    pub(crate) event: Arc<Event>,
    /// Who asked for it, to be answered with it.
    pub(crate) origin: Option<Origin>,
    /// Full and hidden.
    encodings: Encodings,
    /// Whose turn it is to make a frame that takes a while.
    making: OnceLock<Box<Mutex<()>>>,
}

impl EventSlot {
    pub(crate) fn new(event: Arc<Event>, origin: Option<Origin>) -> Self {
        Self {
            event,
            origin,
            encodings: Encodings::default(),
            making: OnceLock::new(),
        }
    }

    pub(crate) fn seq(&self) -> Seq {
        self.event.seq
    }

    /// The frame for a reader who sees events from `visible_from` on.
    pub(crate) fn encoded(&self, format: Format, visible_from: Seq, formats: &Formats) -> Encoded<'_> {
        let encoder = &formats[format.index()];
        let [full, hidden] = self.encodings.of(format, formats);
        if self.event.target().is_some_and(|target| target < visible_from) {
            return Encoded::Frame(hidden.get_or_init(|| encoder.hidden(&self.event)).as_ref());
        }
        match full.get() {
            Some(frame) => Encoded::Frame(frame.as_ref()),
            None if encoder.takes_a_while(&self.event) => Encoded::Awaited,
            None => Encoded::Frame(full.get_or_init(|| encoder.event(&self.event)).as_ref()),
        }
    }

    /// Makes a frame that takes a while, unless somebody has made it, on this worker or another.
    pub(crate) async fn make(&self, format: Format, formats: &Formats) {
        let _turn = self.making.get_or_init(Box::default).lock().await;
        let [full, _] = self.encodings.of(format, formats);
        if full.get().is_none() {
            let frame = formats[format.index()].later(self.event.clone()).await;
            full.get_or_init(|| frame);
        }
    }

    /// Makes a frame that could not be made by taking a while.
    pub(crate) fn make_at_once(&self, format: Format, formats: &Formats) {
        let [full, _] = self.encodings.of(format, formats);
        full.get_or_init(|| formats[format.index()].event(&self.event));
    }

    /// Whether reading it changes what a connection follows.
    pub(crate) fn is_turn(&self) -> bool {
        matches!(
            self.event.what,
            What::MemberLeft { .. }
                | What::RoomDeleted
                | What::RoomJoined { .. }
                | What::RoomLeft { left: None, .. }
                | What::PrivacyChanged { .. }
                | What::SessionsRevoked { .. }
        )
    }

    /// Whether it is a message that was not deleted.
    pub(crate) fn is_said(&self) -> bool {
        matches!(&self.event.what, What::Message(message) if message.body.is_some())
    }

    /// About how many bytes it takes, encodings included.
    pub(crate) fn weight(&self) -> usize {
        let text = match &self.event.what {
            What::Message(message) => message.body.as_ref().map_or(0, |body| body.as_str().len()),
            What::MessageEdited { body, .. } => body.as_ref().map_or(0, |body| body.as_str().len()),
            What::MembersJoined { users } => users.len() * 80,
            What::Notified(Notice::Published(said)) => 200 + said.text.as_str().len(),
            _ => 200,
        };
        size_of::<Event>() + 512 + 2 * text
    }
}

/// Marks that moved, with their encodings.
pub(crate) struct MarksSlot {
    pub(crate) update: Arc<MarksUpdate>,
    /// In full and without what was read.
    encodings: Encodings,
}

impl MarksSlot {
    pub(crate) fn new(update: Arc<MarksUpdate>) -> Self {
        Self {
            update,
            encodings: Encodings::default(),
        }
    }

    /// The frame for a reader who learns what others have read, or who is private and does not.
    pub(crate) fn encoded(&self, format: Format, private: bool, formats: &Formats) -> Option<&Bytes> {
        let encoder = &formats[format.index()];
        let [full, without_reads] = self.encodings.of(format, formats);
        if private {
            without_reads.get_or_init(|| encoder.marks(&self.update.without_reads()))
        } else {
            full.get_or_init(|| encoder.marks(&self.update))
        }
        .as_ref()
    }
}
