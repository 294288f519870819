//! Prints what happens to somebody: `cargo run -p parlor-client --example tail -- http://127.0.0.1:8000 ann PASSWORD`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::sync::Arc;

use parlor_client::{Client, Rest, Session, Settings, State, Update};
use parlor_wire::{EventBody, Notice};

#[tokio::main(flavor = "current_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "this is a main, and reads its command line"
)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, username, password] = arguments.as_slice() else {
        return Err("usage: tail SERVER USERNAME PASSWORD".into());
    };
    let server: parlor_client::ServerUrl = server.parse()?;
    let rest = Rest::new(server.clone());
    let session = Arc::new(Session::log_in(&rest, username, password, "tail").await?);
    let (_client, mut updates) = Client::start(Settings::new(server, session.clone()));
    let mut state = State::default();
    while let Some(update) = updates.next().await {
        state.apply(&update);
        match &update {
            Update::Connected(welcome) => println!("connected: {} streams", welcome.streams.len()),
            Update::Event(event) => match &event.body {
                EventBody::Message(message) => {
                    let sender = message.sender.map_or(0, |sender| sender.number);
                    println!(
                        "{} #{}: {}",
                        event.stream,
                        sender,
                        message.body.as_deref().unwrap_or("…")
                    );
                }
                other => println!("{} {other:?}", event.stream),
            },
            Update::Notice(notice) => match &**notice {
                Notice::Typing { room, user, .. } => println!("{room} #{} is typing", user.number),
                other => println!("{other:?}"),
            },
            Update::Disconnected { error, retry_in } => println!("{error}; next attempt in {retry_in:?}"),
            Update::Ended(why) => println!("ended: {why}"),
        }
        state.load(&session.rest().await?).await?;
    }
    Ok(())
}
