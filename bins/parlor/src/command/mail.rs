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
            let letters = place.services.post.given_up(MOST).await?;
            if letters.is_empty() {
                writeln!(out, "No letter was given up.")?;
            }
            for letter in letters {
                let (number, to, why) = (letter.number, letter.to.as_str(), letter.why);
                writeln!(out, "{number}  {:?}  to {to}: {why}", letter.kind)?;
            }
        }
        MailCommand::Retry => {
            let count = place.services.post.retry_given_up().await?;
            writeln!(out, "{count} letters are tried again by the server.")?;
        }
    }
    Ok(())
}
