//! Many connections at once.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::socket::{Socket, Target};
use crate::town::progress;

/// How they are opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// So many at a time.
    pub(crate) at_once: usize,
    /// One may take so long.
    pub(crate) patience: Duration,
}

/// Connections in the order of their tokens, what each was welcomed with, and how long all took.
pub(crate) struct Crowd {
    pub(crate) sockets: Vec<Rc<Socket>>,
    pub(crate) welcomes: Vec<String>,
    pub(crate) took: Duration,
}

impl Crowd {
    /// Opens a connection for each token; `hello` says what it says first.
    pub(crate) async fn open(
        target: &Target,
        tokens: &[String],
        opening: Opening,
        hello: impl Fn(usize) -> String,
    ) -> Result<Self> {
        let bar = progress("connections", tokens.len());
        let began = Instant::now();
        let open = |(n, token): (usize, &String)| {
            let (hello, token, bar) = (hello(n), token.clone(), bar.clone());
            async move {
                let opened = Socket::open(target, n, &token, &hello);
                let opened = tokio::time::timeout(opening.patience, opened).await;
                bar.inc(1);
                opened
                    .context("not welcomed in time")?
                    .with_context(|| format!("connection {n}"))
            }
        };
        let all = stream::iter(tokens.iter().enumerate())
            .map(open)
            .buffered(opening.at_once);
        let all: Vec<(Rc<Socket>, String)> = all.try_collect().await?;
        let took = began.elapsed();
        bar.finish_and_clear();
        let (sockets, welcomes) = all.into_iter().unzip();
        Ok(Self {
            sockets,
            welcomes,
            took,
        })
    }

    /// Lets every connection answer pings until it ends.
    pub(crate) fn idle(&self) -> Vec<tokio::task::JoinHandle<Result<()>>> {
        let run = |socket: &Rc<Socket>| {
            let socket = socket.clone();
            tokio::task::spawn_local(async move { socket.run(|_| {}).await })
        };
        self.sockets.iter().map(run).collect()
    }

    /// Closes all connections and waits until they are gone.
    pub(crate) async fn leave(self) {
        let tasks = self.idle();
        self.sockets.iter().for_each(|socket| socket.close());
        for task in tasks {
            // Each ends with the server's goodbye.
            let _ = task.await;
        }
    }
}
