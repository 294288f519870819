//! What each command does.

mod configuration;
mod database;
mod greeting;
mod healthcheck;
mod import;
mod invite;
mod key;
mod mail;
mod password;
mod place;
mod serve;
mod token;
mod user;

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Cli, Command, MigrateCommand};
use crate::config::Loaded;

/// Does what the command line says, and writes what people asked for to `out`.
///
/// # Errors
/// What went wrong, and what can be done about it. A configuration that cannot be used is a
/// [`ConfigError`](crate::config::ConfigError).
pub async fn run(
    cli: Cli,
    variables: impl IntoIterator<Item = (String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let (flags, command) = cli.split();
    let loaded = || Loaded::new(&flags, variables);
    match command {
        Command::Serve => serve::run(&loaded()?.config, out).await?,
        Command::Migrate { command } => {
            let command = command.unwrap_or(MigrateCommand::Up);
            database::migrate(command, &loaded()?.config, out).await?;
        }
        Command::User { command } => user::run(command, &loaded()?.config, out).await?,
        Command::Invite(args) => invite::run(args, &loaded()?.config, out).await?,
        Command::Key { command } => key::run(command, &loaded()?.config, out).await?,
        Command::Token { command } => token::run(command, &loaded()?.config, out).await?,
        Command::Mail { command } => mail::run(command, &loaded()?.config, out).await?,
        Command::Import { command } => import::run(command, &loaded()?.config, out).await?,
        Command::Config { command } => configuration::run(command, &loaded()?, out)?,
        Command::Healthcheck => healthcheck::run(loaded()?.config.server.listen, out)?,
        Command::Openapi { dialect: None } => writeln!(out, "{}", parlor_http::openapi().to_pretty_json()?)?,
        Command::Openapi {
            dialect: Some(dialect),
        } => write!(out, "{}", parlor_compat::openapi(dialect))?,
        Command::Asyncapi => writeln!(out, "{:#}", parlor_wire::asyncapi())?,
        Command::Completions { shell } => clap_complete::generate(shell, &mut Cli::command(), "parlor", out),
    }
    Ok(())
}
