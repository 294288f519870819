//! `parlor token`

use std::io::Write;

use parlor_services::Device;
use secrecy::ExposeSecret;

use super::place::Place;
use super::user::find;
use crate::cli::TokenCommand;
use crate::config::Config;

/// What the session is called in the user's list.
const DEVICE: &str = "parlor token issue";

pub(super) async fn run(command: TokenCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let TokenCommand::Issue { username } = command;
    // What others read is the token alone.
    let place = Place::open(config, &mut std::io::sink()).await?;
    let issued = issue(&place, &username).await;
    place.close().await;
    writeln!(out, "{}", issued?.expose_secret())?;
    Ok(())
}

async fn issue(place: &Place, username: &parlor_domain::Username) -> anyhow::Result<secrecy::SecretString> {
    let accounts = &place.services.accounts;
    let account = accounts.find(find(accounts, username).await?).await?;
    anyhow::ensure!(
        account.status == parlor_domain::AccountStatus::Active,
        "{username} is locked; unlock the account with `parlor user enable`"
    );
    let device = Device {
        name: DEVICE.parse()?,
        address: None,
    };
    Ok(place.services.sessions.open(account, device).await?.access)
}
