//! What a process costs, read from /proc.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// A process of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(pub(crate) u32);

/// A reading of memory, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// Resident set.
    pub(crate) rss: u64,
    /// Proportional set: what is shared with other processes counts in part.
    pub(crate) pss: u64,
}

/// Ticks of the clock in which Linux shows CPU time: 100 a second on every architecture (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

impl Process {
    /// CPU time so far, of user and kernel.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let stat = self.read("stat")?;
        // The name in brackets may hold anything; utime and stime are the 14th and 15th field, the state is the 3rd.
        let fields = stat.rsplit_once(')').context("no process")?.1;
        let ticks: u32 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u32>().unwrap_or(0))
            .sum();
        Ok(TICK * ticks)
    }

    /// Memory now.
    pub(crate) fn memory(self) -> Result<Memory> {
        let rollup = self.read("smaps_rollup")?;
        let bytes = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0) * 1024
        };
        Ok(Memory {
            rss: bytes("Rss:"),
            pss: bytes("Pss:"),
        })
    }

    /// Resident memory now, in bytes. Cheaper to ask for than [`Self::memory`].
    pub(crate) fn resident(self) -> Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        Ok(kib.context("no memory")? * 1024)
    }

    fn read(self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.0);
        fs::read_to_string(&path).with_context(|| path)
    }

    /// The process that listens on a TCP port of this machine, as far as one may see it.
    pub(crate) fn listening_on(port: u16) -> Option<Self> {
        let inode = listening_inode(port)?;
        let link = format!("socket:[{inode}]");
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.find(|id| {
            let files = fs::read_dir(format!("/proc/{id}/fd"))
                .into_iter()
                .flatten()
                .flatten();
            files
                .filter_map(|file| fs::read_link(file.path()).ok())
                .any(|target| target.as_os_str() == link.as_str())
        })
        .map(Self)
    }
}

fn listening_inode(port: u16) -> Option<String> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    tables.iter().flat_map(|table| table.lines()).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(3) == Some(&LISTEN) && fields.get(1)?.ends_with(&suffix);
        listens.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
    })
}

/// The machine's load average of the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|load| load.parse().ok())
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_found_by_its_port() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(Process::listening_on(port), Some(Process(std::process::id())));
    }

    #[test]
    fn this_process_has_memory_and_time() {
        let me = Process(std::process::id());
        assert!(me.memory().unwrap().rss > 0);
        assert!(me.resident().unwrap() > 0);
        me.cpu().unwrap();
    }
}
