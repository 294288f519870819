//! The socket as an ordinary actix-ws route, for applications that mount Parlor in their own `App`.
//!
//! What the hub writes goes through a small pipe into the body of the answer.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use actix_web::body::{BodySize, MessageBody};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};
use parlor_hub::{Transport, Worker};
use parlor_wire::CloseReason;
use tokio::sync::Notify;

use super::entry::Entry;
use super::input::Input;
use super::session::Session;
use super::talk::Talk;
use super::tcp::feed;
use super::{Sockets, frame};
use crate::ApiError;

/// Bytes that wait for the HTTP dispatcher before the hub is told that the socket takes no more.
const WAITING_BYTES: usize = 32 << 10;

thread_local! {
    /// This thread's part of the hub, once a socket came.
    static WORKER: RefCell<Option<Rc<Worker>>> = const { RefCell::new(None) };
}

/// The handler of the socket's path. The application's data must hold the [`Sockets`], as [`mount`](crate::mount) does.
pub async fn socket(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let sockets = request
        .app_data::<web::Data<Sockets>>()
        .expect("the App has Sockets as its data")
        .clone()
        .into_inner();
    let entry = sockets.enter_own(request.head()).await?;
    // Of actix-ws comes the handshake. Its session would wait for a client that does not read, and its stream of messages
    // would hold all that a frame claims to be; so it gets an empty payload, and what is said goes another way.
    let nothing = web::Payload::extract(&request)
        .await
        .map_err(|_| ApiError::no_handshake())?;
    let (response, ..) = actix_ws::handle(&request, nothing).map_err(|_| ApiError::no_handshake())?;
    let pipe = Rc::new(Pipe::default());
    actix_web::rt::spawn(run(sockets, pipe.clone(), payload, entry));
    Ok(response.map_body(|_, _| PipeBody(pipe).boxed()))
}

fn worker(sockets: &Sockets) -> Rc<Worker> {
    WORKER.with_borrow_mut(|worker| {
        worker
            .get_or_insert_with(|| Worker::start(sockets.hub.clone()))
            .clone()
    })
}

/// What the hub writes and the response's body reads.
#[derive(Default)]
struct Pipe {
    frames: RefCell<VecDeque<Bytes>>,
    reader: RefCell<Option<Waker>>,
    closed: std::cell::Cell<bool>,
    look: Notify,
}

impl Pipe {
    fn waiting(&self) -> usize {
        self.frames.borrow().iter().map(Bytes::len).sum()
    }

    fn push(&self, frame: Bytes) {
        self.frames.borrow_mut().push_back(frame);
        self.wake();
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.borrow_mut().take() {
            reader.wake();
        }
    }
}

impl Transport for Pipe {
    fn write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.closed.get() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.waiting() >= WAITING_BYTES {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let frames: Vec<&[u8]> = frames.iter().map(|frame| &**frame).collect();
        let frames = frames.concat();
        let written = frames.len();
        self.push(frames.into());
        Ok(written)
    }

    fn attend(&self) {
        self.look.notify_one();
    }
}

/// The response's body: everything that is written to the socket.
struct PipeBody(Rc<Pipe>);

impl MessageBody for PipeBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let pipe = &self.0;
        let frame = pipe.frames.borrow_mut().pop_front();
        match frame {
            Some(frame) => {
                pipe.look.notify_one();
                Poll::Ready(Some(Ok(frame)))
            }
            None if pipe.closed.get() => Poll::Ready(None),
            None => {
                *pipe.reader.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for PipeBody {
    fn drop(&mut self) {
        self.0.closed.set(true);
        self.0.look.notify_one();
    }
}

/// Lives as long as the socket.
async fn run(sockets: Arc<Sockets>, pipe: Rc<Pipe>, mut payload: web::Payload, entry: Entry) {
    let Ok(connection) = worker(&sockets).connect(pipe.clone(), Sockets::FORMAT) else {
        pipe.push(frame::close(CloseReason::Unavailable.code()));
        pipe.closed.set(true);
        return;
    };
    let session: Rc<dyn Talk> = Session::new(&sockets, connection, entry);
    let mut input = Input::new(sockets.settings.frame_bytes, sockets.room.clone());
    let mut rest = BytesMut::new();
    let mut late = Box::pin(tokio::time::sleep(sockets.settings.hello).fuse());
    while session.ending().is_none() && !pipe.closed.get() {
        if feed(&session, &mut input, &mut rest).is_err() {
            break;
        }
        let may_read = session.connection().may_read();
        tokio::select! {
            biased;
            () = pipe.look.notified() => {
                session.clone().look();
                if session.connection().wants_to_write() && pipe.waiting() < WAITING_BYTES {
                    session.connection().writable();
                }
            }
            () = &mut late, if !session.is_open() => session.end(CloseReason::HelloTimeout),
            read = payload.next(), if may_read => match read {
                Some(Ok(bytes)) => {
                    session.connection().heard();
                    rest.extend_from_slice(&bytes);
                }
                _ => break,
            },
        }
    }
    if let Some(code) = session.ending() {
        for words in session.connection().rest() {
            pipe.push(words);
        }
        pipe.push(frame::close(code));
    }
    pipe.closed.set(true);
    pipe.wake();
}
