//! What speaks with a client, whatever carries it and whatever the protocol.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use parlor_hub::Connection;
use parlor_wire::CloseReason;

use super::input::Incoming;

/// The server's side of a socket.
pub(crate) trait Talk {
    /// Its place in the hub.
    fn connection(&self) -> &Connection;

    /// Whether the client is known.
    fn is_open(&self) -> bool;

    /// Takes what one frame brought.
    fn take(self: Rc<Self>, incoming: Incoming);

    /// Looks at what the hub has for it.
    fn look(self: Rc<Self>);

    /// Ends it.
    fn end(&self, reason: CloseReason);

    /// With which code it has to end, if it has.
    fn ending(&self) -> Option<u16>;
}

/// Runs a task beside a socket. Its first step is done at once, so that sends enter the log in the order of their frames.
pub(super) fn spawn(task: impl Future<Output = ()> + 'static) {
    let mut task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    if task
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_pending()
    {
        tokio::task::spawn_local(task);
    }
}
