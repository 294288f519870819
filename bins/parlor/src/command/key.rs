//! `parlor key`

use std::io::Write;

use parlor_domain::Scope;
use parlor_services::{ApiKey, KeyWish};
use parlor_wire::Time;
use secrecy::ExposeSecret;

use super::place::Place;
use crate::cli::KeyCommand;
use crate::config::Config;

pub(super) async fn run(command: KeyCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let place = Place::open(config, out).await?;
    let done = act(command, &place, out).await;
    place.close().await;
    done
}

async fn act(command: KeyCommand, place: &Place, out: &mut dyn Write) -> anyhow::Result<()> {
    let keys = &place.services.api_keys;
    match command {
        KeyCommand::Create {
            name,
            scope,
            bot,
            expires,
        } => {
            let wish = KeyWish {
                name,
                scopes: scope,
                bot: bot.clone(),
                days: expires,
            };
            let (text, key) = keys.make_by_operator(wish).await?;
            writeln!(
                out,
                "Key {} for {}. It is shown only now:",
                key.number, key.scopes
            )?;
            writeln!(out, "{}", text.expose_secret())?;
            if let Some(bot) = bot {
                writeln!(out, "It speaks as @{bot}.")?;
                if key.scopes.allow(Scope::Post) || key.scopes.allow(Scope::NotifyRoom) {
                    writeln!(
                        out,
                        "An admin of each room in which it is to speak brings that in."
                    )?;
                }
            }
        }
        KeyCommand::List => {
            let keys = keys.list_by_operator().await?;
            if keys.is_empty() {
                writeln!(out, "There are no API keys.")?;
            }
            for key in keys {
                list(&key, out)?;
            }
        }
        KeyCommand::Revoke { number } => {
            keys.revoke_by_operator(number).await?;
            writeln!(out, "Key {number} opens nothing any more.")?;
        }
    }
    Ok(())
}

fn list(key: &ApiKey, out: &mut dyn Write) -> anyhow::Result<()> {
    let time = |at| Time(at).to_string();
    let used = key.used_at.map(time);
    let ends = key.expires_at.map(time);
    writeln!(
        out,
        "{}  {}  {}  last used: {}  good until: {}",
        key.number,
        key.name,
        key.scopes,
        used.as_deref().unwrap_or("never"),
        ends.as_deref().unwrap_or("revoked"),
    )?;
    Ok(())
}
