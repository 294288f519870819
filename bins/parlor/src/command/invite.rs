//! `parlor invite`

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use parlor_services::Invitation;

use super::place::Place;
use crate::cli::InviteArgs;
use crate::config::Config;
use crate::data::DataFolder;
use crate::settings;

pub(super) async fn run(args: InviteArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let listens = DataFolder::at(&config.server.data)?.address();
    let listens = listens.unwrap_or(config.server.listen);
    let page = settings::account_page(config, listens)?;
    let place = Place::open(config, out).await?;
    let wanted = Invitation {
        admin: args.admin,
        uses: args.uses,
        life: Duration::from_secs(86_400 * u64::from(args.days)),
    };
    let made = place.services.invites.invite_by_operator(wanted).await;
    place.close().await;
    let (text, invite) = made?;
    if is_unreachable(config, listens) {
        writeln!(
            out,
            "The server's address ({}) is none that others can open: put the one at which people reach it in its place, \
             or into server.public_url.",
            listens
        )?;
    }
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
    writeln!(out, "{}", settings::invitation(page, &text))?;
    Ok(())
}

/// Whether a link to where the server listens leads nowhere.
fn is_unreachable(config: &Config, listens: SocketAddr) -> bool {
    let elsewhere = config.mail.links.is_some() || config.server.public_url.is_some();
    !elsewhere && (listens.ip().is_unspecified() || listens.port() == 0)
}
