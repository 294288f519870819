//! `parlor token`

use std::io::Write;
use std::time::Duration;

use parlor_services::Device;
use secrecy::ExposeSecret;

use super::place::Place;
use super::user::find;
use crate::cli::TokenCommand;
use crate::config::Config;

/// What the session is called in the user's list.
const DEVICE: &str = "parlor token issue";

pub(super) async fn run(command: TokenCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let TokenCommand::Issue { username, minutes } = command;
    let config = lasting(minutes, config)?;
    // What others read is the token alone.
    let place = Place::open(&config, &mut std::io::sink()).await?;
    let issued = issue(&place, &username).await;
    place.close().await;
    writeln!(out, "{}", issued?.expose_secret())?;
    Ok(())
}

/// The configuration under which a session ends with its token, after so many minutes or after all that are allowed.
///
/// # Errors
/// If a token would outlive the memory that servers have of sessions that were ended.
fn lasting(minutes: Option<u32>, config: &Config) -> anyhow::Result<Config> {
    let most = config.auth.access;
    let life = minutes.map_or(most, |minutes| Duration::from_secs(60 * u64::from(minutes)));
    anyhow::ensure!(
        life <= most,
        "a token is good for at most auth.access_minutes, which is {}",
        most.as_secs() / 60
    );
    let mut config = config.clone();
    (config.auth.access, config.auth.session) = (life, life);
    Ok(config)
}

async fn issue(place: &Place, username: &parlor_domain::Username) -> anyhow::Result<secrecy::SecretString> {
    let accounts = &place.services.accounts;
    let account = accounts.find(find(accounts, username).await?).await?;
    anyhow::ensure!(
        account.status == parlor_domain::AccountStatus::Active,
        "{username} is locked; unlock the account with `parlor user enable`"
    );
    anyhow::ensure!(
        !account.bot,
        "{username} is a bot, which logs in nowhere; make a key with `parlor key create`"
    );
    let device = Device {
        name: DEVICE.parse()?,
        address: None,
    };
    Ok(place.services.sessions.open(account, device).await?.access)
}
