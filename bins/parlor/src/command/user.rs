//! `parlor user`

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use parlor_auth::PasswordHasher;
use parlor_domain::{UserId, Username};
use parlor_ports::{SystemClock, SystemEntropy};
use parlor_services::{Accounts, Error, Passwords, Registration};
use parlor_store::Store;

use super::{database, password};
use crate::cli::UserCommand;
use crate::config::Config;
use crate::settings;

pub(super) async fn run(command: UserCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let store = database::open(config, out).await?;
    let done = act(command, &accounts(config, &store)?, out).await;
    store.close().await;
    done
}

fn accounts(config: &Config, store: &Store) -> anyhow::Result<Accounts> {
    let settings = settings::services(config);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let hasher = PasswordHasher::new(config.auth.bcrypt_cost)?;
    let passwords = Arc::new(Passwords::new(hasher, entropy.clone(), settings.passwords));
    Ok(Accounts::new(
        store.ports().users,
        passwords,
        clock,
        entropy,
        settings.accounts,
    ))
}

async fn act(command: UserCommand, accounts: &Accounts, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        UserCommand::Create {
            username,
            admin,
            email,
        } => {
            let password = password::ask()?;
            let registration = Registration {
                username,
                password,
                display_name: None,
                email,
            };
            let made = if admin {
                accounts.create_admin(registration).await
            } else {
                accounts.create(registration).await
            };
            let account = made.context("no account was made")?;
            let kind = if account.admin { "administrator" } else { "user" };
            writeln!(out, "Made the {kind} {} ({}).", account.username, account.user.id)?;
        }
        UserCommand::Password { username } => {
            let user = find(accounts, &username).await?;
            accounts.set_password(user, password::ask()?).await?;
            writeln!(out, "{username} has another password; all sessions are over.")?;
        }
        UserCommand::Disable { username } => {
            accounts.disable(find(accounts, &username).await?).await?;
            writeln!(out, "{username} is locked; all sessions are over.")?;
        }
        UserCommand::Enable { username } => {
            accounts.enable(find(accounts, &username).await?).await?;
            writeln!(out, "{username} can log in again.")?;
        }
    }
    Ok(())
}

async fn find(accounts: &Accounts, username: &Username) -> anyhow::Result<UserId> {
    match accounts.find_by_username(username).await {
        Ok(account) => Ok(account.user.id),
        Err(Error::NoSuchUser(_)) => anyhow::bail!("nobody is called {username}"),
        Err(error) => Err(error.into()),
    }
}
