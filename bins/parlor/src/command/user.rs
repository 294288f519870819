//! `parlor user`

use std::io::Write;

use anyhow::Context;
use parlor_domain::{UserId, Username};
use parlor_services::{Accounts, Error, Registration, Services};

use super::password;
use super::place::Place;
use crate::cli::UserCommand;
use crate::config::Config;

pub(super) async fn run(command: UserCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let place = Place::open(config, out).await?;
    let done = act(command, &place.services, out).await;
    place.close().await;
    done
}

async fn act(command: UserCommand, services: &Services, out: &mut dyn Write) -> anyhow::Result<()> {
    let accounts = &services.accounts;
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
                invite: None,
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
        UserCommand::Delete { username, messages } => {
            accounts
                .delete(find(accounts, &username).await?, messages)
                .await?;
            let written = if messages { "is being deleted" } else { "stays" };
            writeln!(out, "{username} is deleted; what this user wrote {written}.")?;
        }
        UserCommand::Admin { username, revoke } => {
            accounts
                .set_admin(find(accounts, &username).await?, !revoke)
                .await?;
            let now = if revoke {
                "no administrator any more"
            } else {
                "an administrator"
            };
            writeln!(out, "{username} is {now}; all sessions are over.")?;
        }
        UserCommand::Email { username, email } => {
            let user = find(accounts, &username).await?;
            services.proofs.set_email(user, email.clone()).await?;
            writeln!(out, "{username} reads mail at {}.", email.as_str())?;
        }
        UserCommand::ResetSecondStep {
            username: Some(username),
            ..
        } => {
            let user = find(accounts, &username).await?;
            services.second_steps.reset(user).await?;
            writeln!(
                out,
                "{username} has no authenticator app and no recovery codes any more."
            )?;
        }
        UserCommand::ResetSecondStep { username: None, .. } => {
            let lost = services.second_steps.reset_lost().await?;
            writeln!(
                out,
                "{lost} people have no authenticator app and no recovery codes any more."
            )?;
        }
        UserCommand::Enable { username } => {
            accounts.enable(find(accounts, &username).await?).await?;
            writeln!(out, "{username} can log in again.")?;
        }
    }
    Ok(())
}

pub(super) async fn find(accounts: &Accounts, username: &Username) -> anyhow::Result<UserId> {
    match accounts.find_by_username(username).await {
        Ok(account) => Ok(account.user.id),
        Err(Error::NoSuchUser(_)) => anyhow::bail!("nobody is called {username}"),
        Err(error) => Err(error.into()),
    }
}
