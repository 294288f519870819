//! Asking for a password: on the terminal without showing it, or from standard input.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use parlor_domain::Password;
use secrecy::{ExposeSecret, SecretString};

/// A new password, typed twice on a terminal, or the first line of standard input.
pub(super) fn ask() -> anyhow::Result<Password> {
    let text = if io::stdin().is_terminal() {
        prompt()?
    } else {
        first_line()?
    };
    Password::parse(text).context("this password cannot be used")
}

fn prompt() -> anyhow::Result<SecretString> {
    let once = SecretString::from(rpassword::prompt_password("New password: ")?);
    let twice = SecretString::from(rpassword::prompt_password("Once more: ")?);
    if once.expose_secret() != twice.expose_secret() {
        bail!("the two are not the same; nothing was changed");
    }
    Ok(once)
}

/// The first line of standard input.
pub(super) fn first_line() -> anyhow::Result<SecretString> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read standard input")?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line.into())
}
