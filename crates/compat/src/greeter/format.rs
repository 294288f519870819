//! How what happens in a group becomes a frame: not at all.

use bytes::Bytes;
use parlor_domain::Event;
use parlor_http::frame;
use parlor_hub::WireFormat;

/// Nothing but pings. What a socket is told names its own reader, so that its dialogue says it.
pub(crate) struct GreeterFormat;

impl WireFormat for GreeterFormat {
    fn event(&self, _: &Event) -> Option<Bytes> {
        None
    }

    fn ping(&self) -> Bytes {
        frame::ping()
    }
}
