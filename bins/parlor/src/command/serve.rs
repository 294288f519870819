//! `parlor serve`

use std::io::Write;

use anyhow::bail;

use super::greeting;
use crate::app::{App, Machine};
use crate::config::{Config, Registration};
use crate::signals::Signals;

/// Serves until a signal asks to stop.
///
/// # Errors
/// What kept it from starting, or ended it.
pub(super) async fn run(config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    crate::log::start(&config.log)?;
    let mut signals = Signals::listen()?;
    let mut app = App::start(config, Machine::default()).await?;
    tracing::info!(address = %app.address(), data = %app.data().path().display(), "the server is ready");
    warn(config, &app)?;
    let invite = app.services().invites.invite_first().await?;
    greeting::write(config, &app, invite.as_ref(), out)?;

    let failure = tokio::select! {
        signal = signals.next() => {
            tracing::info!(signal, "stopping");
            None
        }
        failure = app.failure() => Some(failure),
    };
    tokio::select! {
        stopped = app.stop() => stopped?,
        signal = signals.next() => bail!("ended at once by a second signal ({signal})"),
    }
    tracing::info!("stopped");
    failure.map_or(Ok(()), Err)
}

/// What an operator should know but did perhaps not mean.
fn warn(config: &Config, app: &App) -> anyhow::Result<()> {
    if config.mail.host.is_empty() {
        let folder = app.data().outbox();
        tracing::info!(folder = %folder.display(), "there is no mail server: letters are written as files");
    }
    if app.data().is_open_to_others()? {
        let folder = app.data().path().display();
        tracing::warn!(%folder, "other users of this machine can read the data folder; close it with chmod 700");
    }
    if config.auth.registration == Registration::Open && !app.address().ip().is_loopback() {
        tracing::warn!(
            "anybody who reaches this server can make an account; to change that, set auth.registration to \"closed\""
        );
    }
    Ok(())
}
