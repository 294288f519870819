//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use parlor_domain::{Dialect, Email, KeyName, Scopes, Username};

use crate::config::{Flags, parse_socket_address};

/// A real-time chat server.
///
/// Without a command it serves: with no configuration at all it keeps everything in ./data and listens on
/// 127.0.0.1:8000.
#[derive(Debug, Parser)]
#[command(name = "parlor", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    flags: FlagArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Examples:
  parlor                                             serve from ./data on 127.0.0.1:8000
  parlor --listen 0.0.0.0:9000 --data /var/lib/parlor
  DATABASE_URL=postgres://parlor@localhost/parlor parlor
  parlor user create ann --admin

Environment:
  PARLOR_CONFIG, PARLOR_DATA, PARLOR_LISTEN, DATABASE_URL, and PARLOR__SECTION__KEY for any setting.
  With _FILE appended, the variable of a setting names a file that holds its value.

Exit codes:
  0  done
  1  failed, or not ready (healthcheck)
  2  the command line or the configuration is wrong";

#[derive(Debug, Args)]
struct FlagArgs {
    /// Configuration file; else $PARLOR_CONFIG, else parlor.toml in the data folder if it is there
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Folder of the database and the keys [default: ./data]
    #[arg(long, value_name = "FOLDER", global = true)]
    data: Option<PathBuf>,
    /// Where the server listens [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_socket_address, global = true)]
    listen: Option<SocketAddr>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server until SIGTERM or Ctrl-C
    #[command(after_help = "\
Examples:
  parlor serve
  parlor serve --listen 0.0.0.0:9000 --data /var/lib/parlor --config /etc/parlor.toml

The first SIGTERM or Ctrl-C stops it in good order within server.shutdown_seconds, a second one at once.")]
    Serve,
    /// Bring the database to the form that this version needs, or say how far it is
    #[command(after_help = "\
Examples:
  parlor migrate                            runs what is missing; makes the database if there is none
  parlor migrate status                     changes nothing

The server does this by itself when it starts.")]
    Migrate {
        /// What about the migrations: to run them if nothing is said
        #[command(subcommand)]
        command: Option<MigrateCommand>,
    },
    /// Make and look after accounts, also while the server runs
    #[command(after_help = "\
Examples:
  parlor user create ann --admin            asks for the password
  parlor user password ann < password.txt   takes the first line
  parlor user disable ann
  parlor user reset-second-step ann         who has lost the phone and the recovery codes

Passwords are read from the terminal or from standard input, never from the command line, where others see them.")]
    User {
        /// What about the account
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Invite somebody to make an account, also while the server runs
    #[command(after_help = "\
Examples:
  parlor invite                             for one person, within a week
  parlor invite --uses 30 --days 1
  parlor invite --admin

Prints a link. Whoever has it can use it.")]
    Invite(InviteArgs),
    /// Make and revoke API keys for backends, also while the server runs
    #[command(after_help = "\
Examples:
  parlor key create Shop --scope notify:user
  parlor key create Deploys --scope post,notify:room --bot deploy-bot --expires 90d
  parlor key list
  parlor key revoke 3

A key is shown once. Its holder sends it as `Authorization: Bearer parlor_…`.")]
    Key {
        /// What about keys
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Get tokens for programs and tests
    #[command(after_help = "\
Examples:
  parlor token issue ann

Prints a token for the header `Authorization: Bearer …`.")]
    Token {
        /// What about tokens
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Look after letters that could not be sent
    #[command(after_help = "\
Examples:
  parlor mail list                          the letters that were given up, and why
  parlor mail retry                         try them all again

What cannot be sent is tried again for two days before it is given up.")]
    Mail {
        /// What about letters
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Bring people, rooms and messages over from an older server, while no server runs
    #[command(after_help = "\
Examples:
  parlor import django --from rooms dump.json --media old/media --dry-run
  parlor import django --from conversations postgres://chat@db.example.org/chat

What came before does not come again: an import that was interrupted goes on when it is begun anew.")]
    Import {
        /// From which kind of server
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Check or show the configuration
    #[command(after_help = "\
Examples:
  parlor config check --config parlor.toml
  parlor config show                        every setting and where it comes from, without secrets")]
    Config {
        /// What about the configuration
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Ask the running server whether it is ready
    #[command(after_help = "\
Examples:
  parlor healthcheck
  parlor healthcheck --listen 127.0.0.1:9000

Exit code 0 if it is ready, 1 if not: made for the health checks of containers.")]
    Healthcheck,
    /// Print the OpenAPI document of the REST interface, or of an older chat API that is served besides
    #[command(after_help = "\
Examples:
  parlor openapi > openapi.json
  parlor openapi --dialect rooms > rooms.json")]
    Openapi {
        /// Of which older chat API: relay, messenger, greeter, conversations or rooms
        #[arg(long, value_name = "NAME", value_parser = parse_dialect)]
        dialect: Option<Dialect>,
    },
    /// Print the AsyncAPI document of the socket
    #[command(after_help = "Examples:\n  parlor asyncapi > asyncapi.json")]
    Asyncapi,
    /// Print a completion script for a shell
    #[command(after_help = "Examples:\n  parlor completions bash > /etc/bash_completion.d/parlor")]
    Completions {
        /// For which shell
        shell: Shell,
    },
}

/// About the database's form.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum MigrateCommand {
    /// Say which migrations are done and which are not; changes nothing
    #[command(
        after_help = "Examples:\n  parlor migrate status\n  parlor migrate status --data /var/lib/parlor"
    )]
    Status,
    /// Run the migrations that are not done yet
    #[command(after_help = "Examples:\n  parlor migrate up\n  parlor migrate up --data /var/lib/parlor")]
    Up,
}

/// About accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account
    #[command(
        after_help = "Examples:\n  parlor user create ann\n  parlor user create ann --admin --email ann@example.org < password.txt"
    )]
    Create {
        /// Its unique name
        username: Username,
        /// It may administer the server
        #[arg(long)]
        admin: bool,
        /// Where mail reaches the person
        #[arg(long)]
        email: Option<Email>,
    },
    /// Set another password, which ends all sessions
    #[command(
        after_help = "Examples:\n  parlor user password ann\n  parlor user password ann < password.txt"
    )]
    Password {
        /// Whose
        username: Username,
    },
    /// Lock an account, which ends all sessions
    #[command(after_help = "Examples:\n  parlor user disable ann")]
    Disable {
        /// Whose
        username: Username,
    },
    /// Make an address somebody's, as if it had been verified
    #[command(after_help = "Examples:\n  parlor user email ann ann@example.org")]
    Email {
        /// Whose
        username: Username,
        /// Where mail reaches the person
        email: Email,
    },
    /// Let somebody log in with the password alone who has lost the second step
    #[command(after_help = "\
Examples:
  parlor user reset-second-step ann
  parlor user reset-second-step --lost      everybody whose authenticator app the server's keys do not open

Where auth.two_step is required, a code is mailed all the same.")]
    ResetSecondStep {
        /// Whose
        #[arg(required_unless_present = "lost")]
        username: Option<Username>,
        /// Of everybody whose app's secret was sealed with a key that is gone
        #[arg(long, conflicts_with = "username")]
        lost: bool,
    },
    /// Make somebody an administrator, which ends all sessions
    #[command(after_help = "Examples:\n  parlor user admin ann\n  parlor user admin ann --revoke")]
    Admin {
        /// Whom
        username: Username,
        /// No administrator any more
        #[arg(long)]
        revoke: bool,
    },
    /// Delete an account for good, with all that is personal
    #[command(after_help = "Examples:\n  parlor user delete ann\n  parlor user delete ann --messages")]
    Delete {
        /// Whose
        username: Username,
        /// With all that this user wrote
        #[arg(long)]
        messages: bool,
    },
    /// Unlock an account
    #[command(after_help = "Examples:\n  parlor user enable ann")]
    Enable {
        /// Whose
        username: Username,
    },
}

/// For whom an invitation is.
#[derive(Debug, Clone, Copy, Args)]
pub struct InviteArgs {
    /// The account may administer the server
    #[arg(long)]
    pub admin: bool,
    /// How many accounts can be made with it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub uses: u32,
    /// How many days it is good
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: u32,
}

/// About API keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a key, and print it
    #[command(after_help = "\
Examples:
  parlor key create Shop --scope notify:user
  parlor key create Deploys --scope post,notify:room --bot deploy-bot --expires 90d
  parlor key create News --scope notify:everyone --bot news-bot

Scopes: notify:user (notify single users), notify:room (notify everybody in a room), notify:everyone (notify all accounts), post
(post in rooms). All but the first need a bot, which is made if there is none of this name. For notify:room and post it must be
brought into each room like any member.")]
    Create {
        /// What it is called; notifications show it
        name: KeyName,
        /// What its holder may do, with commas between
        #[arg(long, value_name = "SCOPES")]
        scope: Scopes,
        /// The bot as which it posts
        #[arg(long, value_name = "USERNAME")]
        bot: Option<Username>,
        /// For how many days it is good, such as 90d [default: until it is revoked]
        #[arg(long, value_name = "DAYS", value_parser = parse_days)]
        expires: Option<u32>,
    },
    /// List the keys, without what opens anything
    #[command(after_help = "Examples:\n  parlor key list")]
    List,
    /// Revoke a key, which opens nothing from then on
    #[command(after_help = "Examples:\n  parlor key revoke 3")]
    Revoke {
        /// The number that the list shows
        number: i64,
    },
}

/// A number of days, with or without a `d` behind it.
fn parse_days(text: &str) -> Result<u32, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse();
    days.ok()
        .filter(|days| (1..=3_650).contains(days))
        .ok_or_else(|| "must be 1 to 3,650 days, such as 90d".to_owned())
}

/// The name of a dialect.
fn parse_dialect(text: &str) -> Result<Dialect, String> {
    let named = Dialect::ALL.into_iter().find(|dialect| dialect.name() == text);
    named.ok_or_else(|| format!("must be one of {}", Dialect::ALL.map(Dialect::name).join(", ")))
}

/// About tokens.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Open a session for somebody that ends with its access token, and print that
    #[command(after_help = "Examples:\n  parlor token issue ann\n  parlor token issue ann --minutes 5")]
    Issue {
        /// For whom
        username: Username,
        /// How many minutes it is good: at most, and if nothing is said, auth.access_minutes
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1440))]
        minutes: Option<u32>,
    },
}

/// About letters.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum MailCommand {
    /// List the letters that were given up, and why
    #[command(after_help = "Examples:\n  parlor mail list")]
    List,
    /// Try all letters again that were given up
    #[command(after_help = "Examples:\n  parlor mail retry")]
    Retry,
}

/// From which kind of older server.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// From one of the Django servers whose APIs Parlor speaks: accounts with their passwords, rooms, messages, files, keys
    #[command(after_help = "\
Examples:
  parlor import django --from rooms dump.json --media old/media --dry-run
  parlor import django --from rooms dump.json --media old/media --report report.jsonl
  parlor import django --from messenger sqlite:///srv/old/db.sqlite3 --without-media
  parlor import django --from conversations postgres://chat@db.example.org/chat --name berlin
  parlor import django --from relay - < url.txt

A dump is what `manage.py dumpdata --output dump.json` (or dump.json.gz) writes on the older server. Its database is only read.
Stop the older server and Parlor before, and make a backup of Parlor's database. Who logs in afterwards does so with the password that he had.")]
    Django(DjangoArgs),
}

/// What is to be brought over, and from where.
#[derive(Debug, Args)]
pub struct DjangoArgs {
    /// What it speaks: relay, messenger, greeter, conversations or rooms
    #[arg(long, value_name = "DIALECT", value_parser = parse_dialect)]
    pub from: Dialect,
    /// Its database (postgres://…, sqlite:///…), a dump of it, or - for a URL in the first line of standard input
    #[arg(value_name = "DATABASE OR DUMP")]
    pub database: String,
    /// What it is called, to tell it from others of its kind [default: the dialect]
    #[arg(long)]
    pub name: Option<String>,
    /// The folder of its files, MEDIA_ROOT
    #[arg(long, value_name = "FOLDER")]
    pub media: Option<PathBuf>,
    /// Leave its files behind
    #[arg(long, conflicts_with = "media")]
    pub without_media: bool,
    /// Read and check everything, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Add what is not as it was to this file, a JSON object a line [default: import-NAME.jsonl in the data folder]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// About the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Say whether it can be used
    #[command(after_help = "Examples:\n  parlor config check\n  parlor config check --config parlor.toml")]
    Check,
    /// Print every setting and where it comes from, without secrets
    #[command(after_help = "Examples:\n  parlor config show\n  parlor config show --data /var/lib/parlor")]
    Show,
}

impl Cli {
    /// What the flags say of the configuration, and what to do: to serve if nothing is said.
    pub fn split(self) -> (Flags, Command) {
        let FlagArgs { config, data, listen } = self.flags;
        (
            Flags { config, data, listen },
            self.command.unwrap_or(Command::Serve),
        )
    }
}
