//! How what happens in rooms becomes a frame.

use std::sync::Arc;

use bytes::Bytes;
use parlor_domain::Event;
use parlor_http::frame;
use parlor_hub::WireFormat;

use super::said::Said;
use crate::directory::Directory;
use crate::links::Links;

/// Frames of messages, which come again with each edit.
pub(crate) struct RoomsFormat {
    /// The numbers of rooms.
    pub(crate) numbers: Arc<Directory<i64>>,
    /// For the files of messages: paths.
    pub(crate) files: Links,
    /// For texts that name further files.
    pub(crate) others: Links,
}

impl WireFormat for RoomsFormat {
    fn event(&self, event: &Event) -> Option<Bytes> {
        let said = Said::by(event)?;
        let room = self.numbers.find(event.stream)?;
        Some(frame::json(&said.shown(room, &self.files, &self.others)))
    }

    fn ping(&self) -> Bytes {
        frame::ping()
    }
}
