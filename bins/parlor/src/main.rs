//! The Parlor server and its administration commands: reads the environment and hands over to the library half.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use parlor::cli::Cli;
use parlor::config::ConfigError;
use rustix::fs::Mode;

/// Threads for the database's answers and the background jobs. Sockets and requests have the HTTP server's own.
const THREADS: usize = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Whatever is written, the database and what SQLite puts beside it included, is for the server's user alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    // Exactly one provider, chosen before anything can speak TLS or sign a token.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nobody has chosen another provider yet");
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    let variables = std::env::vars_os().map(|(name, value)| {
        (
            name.to_string_lossy().into_owned(),
            value.to_string_lossy().into_owned(),
        )
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("parlor")
        .enable_all()
        .build()
        .expect("the machine has threads to give");
    let result = runtime.block_on(parlor::command::run(cli, variables, &mut stdout()));
    // What still hashes a password must not hold up the end.
    runtime.shutdown_timeout(Duration::ZERO);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If there is nobody to read it, there is nobody to tell.
            let _ = writeln!(stderr(), "error: {error:#}");
            ExitCode::from(if error.is::<ConfigError>() { 2 } else { 1 })
        }
    }
}
