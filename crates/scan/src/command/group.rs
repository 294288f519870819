//! A program with all that it starts.

use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

/// A running program that leads a group of processes. Unless it ended by itself, all of them are killed when this is dropped.
#[derive(Debug)]
pub(super) struct Group(Child);

impl Group {
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        command.process_group(0).spawn().map(Self)
    }

    /// What it prints, and what it complains about. Both are given once.
    pub(super) fn outputs(&mut self) -> (ChildStdout, ChildStderr) {
        let output = self.0.stdout.take().expect("it is a pipe, and taken once");
        let errors = self.0.stderr.take().expect("it is a pipe, and taken once");
        (output, errors)
    }

    /// Waits for its end.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Once it has been waited for, its id may be somebody else's, and there is none here.
        let leader = self.0.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(leader) = leader {
            // If they are gone by now, all the better. The leader is waited for by the runtime.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
