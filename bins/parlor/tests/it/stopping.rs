//! What a stop means for those who are connected, and what a restart keeps.

use futures_util::{SinkExt, StreamExt};
use parlor_domain::{DeviceName, Password};
use parlor_services::{Device, Login, Registration, Services};
use parlor_testkit::TestApp;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn register_and_log_in(services: &Services) -> Login {
    let registration = Registration {
        username: "ann".parse().expect("a username"),
        password: Password::parse("correct horse".into()).expect("a password"),
        display_name: None,
        email: None,
        invite: None,
    };
    let account = services
        .accounts
        .register(registration)
        .await
        .expect("sign-up is open");
    let name = "laptop".parse::<DeviceName>().expect("a name");
    services
        .sessions
        .open(account, Device { name, address: None })
        .await
        .expect("a session")
}

/// Opens a socket and says hello.
async fn connect(server: &TestApp, login: &Login) -> Socket {
    let url = format!("ws://{}/v1/socket", server.address());
    let mut request = url.into_client_request().expect("an address");
    let bearer = format!("Bearer {}", login.access.expose_secret());
    request
        .headers_mut()
        .insert("authorization", bearer.parse().expect("a header"));
    let (mut socket, _) = connect_async(request).await.expect("the server takes it");
    socket
        .send(Message::text(r#"{"type":"hello"}"#))
        .await
        .expect("it is open");
    let welcome = next_json(&mut socket).await;
    assert_eq!(welcome["type"], "welcome");
    socket
}

async fn next_json(socket: &mut Socket) -> Value {
    let frame = socket.next().await.expect("it is open").expect("it is well");
    serde_json::from_str(frame.to_text().expect("a text frame")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_told_to_move_and_closed_with_a_code_that_says_come_back() {
    let server = TestApp::start().await;
    let login = register_and_log_in(server.app().services()).await;
    let mut socket = connect(&server, &login).await;

    let client = async {
        let told = next_json(&mut socket).await;
        let closed = socket.next().await.expect("a last frame").expect("it is well");
        (told, closed)
    };
    let ((told, closed), ()) = tokio::join!(client, server.stop());
    assert_eq!(told["type"], "move");
    let Message::Close(Some(frame)) = closed else {
        panic!("not a close frame: {closed:?}")
    };
    assert_eq!(u16::from(frame.code), 1012);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_answer_does_not_keep_the_server() {
    let server = TestApp::start().await;
    let login = register_and_log_in(server.app().services()).await;
    let _silent = connect(&server, &login).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_tokens_outlive_a_restart() {
    let server = TestApp::start().await;
    let login = register_and_log_in(server.app().services()).await;
    let server = server.restart().await;
    let sessions = &server.app().services().sessions;
    assert_eq!(
        sessions.authenticate(login.access.expose_secret()).unwrap().user,
        login.account.user
    );
    assert_eq!(
        sessions.refresh(&login.refresh, None).await.unwrap().session.id,
        login.session.id
    );
    connect(&server, &login).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_there_at_a_stop_was_last_seen_then() {
    let server = TestApp::start().await;
    let login = register_and_log_in(server.app().services()).await;
    let socket = connect(&server, &login).await;
    drop(socket);
    let server = server.restart().await;
    let account = server
        .app()
        .services()
        .accounts
        .find(login.account.user.id)
        .await
        .unwrap();
    assert!(account.last_seen.is_some());
}
