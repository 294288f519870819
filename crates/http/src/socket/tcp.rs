//! Sockets that were taken over from the HTTP service: each owns its TCP stream, and nothing of HTTP is left behind it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_codec::{Framed, FramedParts};
use actix_http::ws::hash_key;
use actix_http::{Request, h1};
use actix_web::ResponseError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::header::SEC_WEBSOCKET_KEY;
use bytes::{Buf, Bytes, BytesMut};
use parlor_hub::{Transport, Worker};
use parlor_wire::CloseReason;
use socket2::SockRef;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::io::poll_read_buf;

use super::dialect::DialectTalk;
use super::entry::{Entrance, NoEntrance};
use super::input::Input;
use super::session::Session;
use super::talk::Talk;
use super::{Sockets, frame};
use crate::Api;
use crate::accept::end_untaken;
use crate::error::body;
use crate::middleware::complete;
use crate::request_id::{X_REQUEST_ID, header};

/// Bytes that one read takes at most.
const READ_BYTES: usize = 16 << 10;
/// What the kernel may hold for a client that reads slowly: bytes not sent yet, and in all.
const UNSENT_BYTES: u32 = 16 << 10;
const SEND_BUFFER: usize = 128 << 10;
/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_secs(2);

thread_local! {
    /// Where all sockets of a thread read to: only what is incomplete is kept per socket.
    static SCRATCH: RefCell<BytesMut> = RefCell::new(BytesMut::with_capacity(READ_BYTES));
}

/// A TCP stream that the hub writes to and its session reads from.
struct Tcp {
    stream: RefCell<TcpStream>,
    /// The hub wants the session to look.
    look: Cell<bool>,
    session: RefCell<Waker>,
}

impl Tcp {
    fn new(stream: TcpStream) -> Rc<Self> {
        Rc::new(Self {
            stream: RefCell::new(stream),
            look: Cell::new(false),
            session: RefCell::new(Waker::noop().clone()),
        })
    }

    /// Whether the hub wants the session to look; if not, it is woken when the hub does.
    fn poll_look(&self, context: &Context<'_>) -> bool {
        self.session.borrow_mut().clone_from(context.waker());
        self.look.take()
    }

    fn poll_read(&self, context: &mut Context<'_>, buffer: &mut BytesMut) -> Poll<io::Result<usize>> {
        poll_read_buf(Pin::new(&mut *self.stream.borrow_mut()), context, buffer)
    }
}

impl Transport for Tcp {
    fn write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        let stream = self.stream.borrow();
        let socket = SockRef::from(&*stream);
        let sent = match frames {
            [one] => socket.send(one),
            many => socket.send_vectored(many),
        };
        match sent {
            // Only now is the runtime asked, so that it waits until the socket takes more: what it knows of a socket lies
            // elsewhere in memory, and mostly a socket takes everything.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.try_write_vectored(frames),
            sent => sent,
        }
    }

    fn attend(&self) {
        self.look.set(true);
        self.session.borrow().wake_by_ref();
    }
}

/// Takes a connection over that wants to become a socket, or answers why not.
pub(crate) async fn take_over(
    sockets: Arc<Sockets>,
    worker: Rc<Worker>,
    request: Request,
    framed: Framed<TcpStream, h1::Codec>,
) -> io::Result<()> {
    let FramedParts {
        io: mut stream,
        read_buf,
        write_buf,
        ..
    } = framed.into_parts();
    stream.write_all(&write_buf).await?;
    match sockets.enter(request.head()).await {
        Err(refused) => refuse(&sockets.api, stream, &request, refused).await,
        Ok(entrance) => {
            tracing::info!(client = %sockets.api.client_ip(request.head()), "socket opened");
            end_untaken(&stream, sockets.settings.stalled)?;
            accept(&mut stream, &request).await?;
            drop(request);
            tokio::task::spawn_local(run(sockets, worker, Tcp::new(stream), read_buf, entrance));
            Ok(())
        }
    }
}

/// Answers the handshake (RFC 6455, section 4.2.2).
async fn accept(stream: &mut TcpStream, request: &Request) -> io::Result<()> {
    let socket = SockRef::from(&*stream);
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_notsent_lowat(UNSENT_BYTES)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    let key = request
        .head()
        .headers()
        .get(SEC_WEBSOCKET_KEY)
        .map_or(&b""[..], |key| key.as_bytes());
    let mut answer = Vec::with_capacity(160);
    answer.extend(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n");
    answer.extend(b"sec-websocket-accept: ");
    answer.extend(hash_key(key));
    answer.extend(b"\r\n\r\n");
    stream.write_all(&answer).await
}

/// Answers a handshake as the other requests are answered.
async fn refuse(api: &Api, mut stream: TcpStream, request: &Request, refused: NoEntrance) -> io::Result<()> {
    let (id, client) = (api.name(request.head()), api.client_ip(request.head()));
    let mut response = match refused {
        NoEntrance::Own(refused) => {
            tracing::info_span!("request", %id).in_scope(|| refused.report());
            let body = body(&refused.problem(Some(&id)));
            refused.error_response().set_body(BoxBody::new(body))
        }
        NoEntrance::Dialect(response) => response,
    };
    let (path, status) = (request.path(), response.status());
    tracing::info!(%id, path, %client, status = status.as_u16(), "socket refused");
    let headers = response.headers_mut();
    complete(headers);
    headers.insert(X_REQUEST_ID, header(&id));
    let mut answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers.iter() {
        answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let body = response.into_body().try_into_bytes().unwrap_or_default();
    answer.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    answer.extend(body);
    stream.write_all(&answer).await?;
    stream.shutdown().await
}

/// Lives as long as the socket.
async fn run(
    sockets: Arc<Sockets>,
    worker: Rc<Worker>,
    tcp: Rc<Tcp>,
    mut rest: BytesMut,
    entrance: Entrance,
) {
    let frame_bytes = entrance.frame_bytes(&sockets.settings);
    let begun = begin(&sockets, &worker, &tcp, entrance);
    drop(worker);
    let session = match begun {
        Ok(session) => session,
        Err(code) => return last_words(&tcp, vec![frame::close(code)]).await,
    };
    let mut input = Input::new(frame_bytes, sockets.room.clone());
    // What the HTTP service read beyond the head; not the large buffer in which it read.
    rest = BytesMut::from(&rest[..]);
    let hello = sockets.settings.hello;
    drop(sockets);
    // Boxed, so that what is only needed at the beginning and at the end takes no memory in between.
    let greeted = Box::pin(tokio::time::timeout(hello, async {
        while !session.is_open() && turn(&session, &tcp, &mut input, &mut rest).await {}
    }))
    .await;
    if greeted.is_err() {
        session.end(CloseReason::HelloTimeout);
    }
    while session.ending().is_none() && turn(&session, &tcp, &mut input, &mut rest).await {}
    if let Some(code) = session.ending() {
        let mut words = session.connection().rest();
        words.push(frame::close(code));
        drop(session);
        Box::pin(last_words(&tcp, words)).await;
    }
}

/// Takes the socket into the hub; the close code if there is no place for it.
fn begin(
    sockets: &Arc<Sockets>,
    worker: &Rc<Worker>,
    tcp: &Rc<Tcp>,
    entrance: Entrance,
) -> Result<Rc<dyn Talk>, u16> {
    let connect = |format| worker.connect(tcp.clone(), format);
    let full = |_| CloseReason::Unavailable.code();
    Ok(match entrance {
        Entrance::Own(entry) => {
            let connection = connect(Sockets::FORMAT).map_err(full)?;
            Session::new(sockets, connection, entry)
        }
        Entrance::Dialect { guest, place, .. } => {
            let connection = connect(guest.format).map_err(full)?;
            DialectTalk::begin(&sockets.settings, connection, *guest, place)?
        }
    })
}

/// Waits until there is something to do, and does it; false once the socket has to end.
async fn turn(session: &Rc<dyn Talk>, tcp: &Tcp, input: &mut Input, rest: &mut BytesMut) -> bool {
    poll_fn(|context| {
        let mut idle = !tcp.poll_look(context);
        if session.ending().is_some() {
            return Poll::Ready(false);
        }
        if !idle {
            session.clone().look();
        }
        let connection = session.connection();
        if connection.wants_to_write() && tcp.stream.borrow().poll_write_ready(context).is_ready() {
            connection.writable();
            idle = false;
        }
        // What was read while too much was unanswered comes before what is still to be read.
        if !rest.is_empty() {
            let before = rest.len();
            if feed(session, input, rest).is_err() {
                return Poll::Ready(false);
            }
            idle &= rest.len() == before;
            if rest.is_empty() {
                *rest = BytesMut::new();
            }
        }
        if connection.may_read()
            && let Poll::Ready(received) = receive(session, tcp, input, rest, context)
        {
            return Poll::Ready(received.is_ok());
        }
        if idle { Poll::Pending } else { Poll::Ready(true) }
    })
    .await
}

/// The socket has to end: the session says why, or the other side is gone.
pub(super) struct End;

/// Reads once, and hands the session what came.
fn receive(
    session: &Rc<dyn Talk>,
    tcp: &Tcp,
    input: &mut Input,
    rest: &mut BytesMut,
    context: &mut Context<'_>,
) -> Poll<Result<(), End>> {
    SCRATCH.with_borrow_mut(|scratch| {
        let whole = rest.is_empty();
        let buffer = if whole { &mut *scratch } else { &mut *rest };
        buffer.reserve(READ_BYTES);
        match ready!(tcp.poll_read(context, buffer)) {
            Ok(0) | Err(_) => return Poll::Ready(Err(End)),
            Ok(_) => session.connection().heard(),
        }
        let fed = feed(session, input, buffer);
        if whole && !scratch.is_empty() {
            *rest = BytesMut::from(&scratch[..]);
            scratch.clear();
        } else if !whole && rest.is_empty() {
            *rest = BytesMut::new();
        }
        Poll::Ready(fed)
    })
}

/// Hands the session every frame that is whole in a buffer, for as long as its connection may be read: the transport is
/// told to look when the rest may follow.
pub(super) fn feed(session: &Rc<dyn Talk>, input: &mut Input, buffer: &mut BytesMut) -> Result<(), End> {
    while !buffer.is_empty() && session.connection().may_read() {
        match input.next(buffer) {
            Ok(None) => break,
            Ok(Some(incoming)) => session.clone().take(incoming),
            Err(reason) => session.end(reason),
        }
        if session.ending().is_some() {
            return Err(End);
        }
    }
    Ok(())
}

/// Writes what is left to say, as far as the other side takes it in a short time, and ends the stream.
async fn last_words(tcp: &Tcp, words: Vec<Bytes>) {
    let said = pin!(async {
        // One after the other: what is left of a frame is shared with others, and may be large.
        for mut rest in words {
            while !rest.is_empty() {
                let written = poll_fn(|context| {
                    let mut stream = tcp.stream.borrow_mut();
                    Pin::new(&mut *stream).poll_write(context, &rest)
                });
                let written = written.await?;
                rest.advance(written);
            }
        }
        SockRef::from(&*tcp.stream.borrow()).shutdown(std::net::Shutdown::Write)
    });
    // Whoever does not take it in time, or is gone, has nothing more to hear.
    let _ = tokio::time::timeout(LAST_WORDS, said).await;
}
