//! `parlor invite`

use std::io::Write;
use std::time::Duration;

use parlor_services::Invitation;
use secrecy::ExposeSecret;

use super::place::Place;
use crate::cli::InviteArgs;
use crate::config::Config;
use crate::settings;

pub(super) async fn run(args: InviteArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let place = Place::open(config, out).await?;
    let wanted = Invitation {
        admin: args.admin,
        uses: args.uses,
        life: Duration::from_secs(86_400 * u64::from(args.days)),
    };
    let made = place.services.invites.invite_by_operator(wanted).await;
    place.close().await;
    let (text, invite) = made?;
    let kind = if invite.admin { "administrator" } else { "user" };
    let times = if invite.uses == 1 {
        "once".to_owned()
    } else {
        format!("{} times", invite.uses)
    };
    writeln!(
        out,
        "An invitation to become a {kind}, good {times} and for {} days:",
        args.days
    )?;
    let base = settings::base_url(config, config.server.listen);
    writeln!(out, "{base}/account#invite={}", text.expose_secret())?;
    Ok(())
}
