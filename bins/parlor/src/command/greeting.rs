//! What a person reads who has just started the server.

use std::io::{self, Write};

use secrecy::SecretString;

use crate::app::App;
use crate::config::{Config, Registration};
use crate::settings;

/// With `invite`, which makes the first administrator's account.
pub(super) fn write(
    config: &Config,
    app: &App,
    invite: Option<&SecretString>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let url = settings::base_url(config, app.address());
    let data = app.data().path().display();
    let database = settings::store(config, app.data()).database.describe();
    writeln!(out, "Parlor {} is ready.\n", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  Address   {url}")?;
    if config.server.docs {
        writeln!(out, "  API       {url}/docs")?;
    }
    writeln!(out, "  Data      {data} (back it up; keys/ holds secrets)")?;
    writeln!(out, "  Database  {database}")?;
    match settings::smtp(config) {
        Some(smtp) => writeln!(out, "  Mail      to {}\n", smtp.host)?,
        None => writeln!(out, "  Mail      written to {}\n", app.data().outbox().display())?,
    }
    if let Some(invite) = invite {
        writeln!(
            out,
            "Make an administrator's account within a week (the link works once):\n"
        )?;
        let page = settings::account_page(config, app.address())?;
        writeln!(out, "  {}\n", settings::invitation(page, invite))?;
    } else if config.auth.registration == Registration::Open {
        suggest(&url, out)?;
    }
    writeln!(out, "Ctrl-C stops the server.")?;
    Ok(out.flush()?)
}

/// Something to try.
fn suggest(url: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Try it: make an account\n")?;
    writeln!(
        out,
        "  curl -s {url}/v1/users -H 'content-type: application/json' \\"
    )?;
    writeln!(
        out,
        "    -d '{{\"username\": \"ann\", \"password\": \"correct horse\"}}'\n"
    )
}
