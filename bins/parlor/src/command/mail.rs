//! `parlor mail`

use std::io::Write;

use super::place::Place;
use crate::cli::MailCommand;
use crate::config::Config;

/// Most letters in a list.
const MOST: usize = 1_000;

pub(super) async fn run(command: MailCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let place = Place::open(config, out).await?;
    let done = act(command, &place, out).await;
    place.close().await;
    done
}

async fn act(command: MailCommand, place: &Place, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        MailCommand::List => {
            let letters = place.services.post.given_up(MOST + 1).await?;
            if letters.is_empty() {
                writeln!(out, "No letter was given up.")?;
            }
            let more = letters.len() > MOST;
            for letter in letters.into_iter().take(MOST) {
                let (number, to) = (letter.number, letter.to.as_str());
                // The reason is in the words of another server, which may hold what steers a terminal.
                let why = letter.why.replace(char::is_control, " ");
                writeln!(out, "{number}  {:?}  to {to}: {why}", letter.kind)?;
            }
            if more {
                writeln!(out, "And more, which are not listed.")?;
            }
        }
        MailCommand::Retry => {
            let count = place.services.post.retry_given_up().await?;
            writeln!(out, "{count} letters are tried again by the server.")?;
        }
    }
    Ok(())
}
