//! What every mode begins with: the server, its process, people, connections.

use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, Result};
use parlor_client::Rest;

use crate::cli::Common;
use crate::crowd::{Crowd, Opening};
use crate::process::Process;
use crate::report::Report;
use crate::socket::Target;
use crate::town::{Plan, Town};

/// The `hello` of a new device.
pub(crate) const HELLO: &str = r#"{"type":"hello"}"#;

/// A server under load.
pub(crate) struct Bench {
    pub(crate) common: Common,
    pub(crate) target: Target,
    pub(crate) town: Town,
}

impl Bench {
    /// Makes people and rooms.
    pub(crate) async fn ready(common: Common, plan: Plan) -> Result<Self> {
        let target = Target::new(&common.url, common.addresses.max(1)).await?;
        let rest = Rest::new(common.url.clone());
        let town = Town::ready(&rest, plan, common.keep.as_deref()).await?;
        Ok(Self { common, target, town })
    }

    /// The server's process; `None` if it runs elsewhere.
    pub(crate) fn server(&self) -> Option<Process> {
        let (_, port) = self.common.url.host_and_port();
        self.common
            .pid
            .map(Process)
            .or_else(|| Process::listening_on(port))
    }

    /// The server's process, for what makes no sense without it.
    pub(crate) fn local_server(&self) -> Result<Process> {
        self.server()
            .context("the server does not run on this machine: give --pid")
    }

    /// Connects everybody.
    pub(crate) async fn connect(&self, hello: impl Fn(usize) -> String) -> Result<Crowd> {
        self.connect_some(0..self.town.tokens.len(), hello).await
    }

    /// Connects some.
    pub(crate) async fn connect_some(
        &self,
        people: Range<usize>,
        hello: impl Fn(usize) -> String,
    ) -> Result<Crowd> {
        let opening = Opening {
            at_once: self.common.opening.max(1),
            patience: Duration::from_secs(self.common.welcome_within),
        };
        Crowd::open(&self.target, &self.town.tokens[people], opening, hello).await
    }

    /// A report that says what was run.
    pub(crate) fn report(&self, mode: &'static str) -> Report {
        let mut report = Report::default();
        report.add("mode", mode);
        report.add("label", self.common.label.as_str());
        report.add("connections", self.town.tokens.len());
        report.add("rooms", self.town.rooms.len());
        report
    }
}
