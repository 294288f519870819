//! Running the program, as people do.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use tempfile::TempDir;

/// What a command that has ended has said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program, with nothing in its environment, in a folder that is empty.
pub(crate) fn parlor(home: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command
        .args(args)
        .env_clear()
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    Said {
        code: output.status.code().expect("it ends by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs a command that reads this line.
pub(crate) fn run_with_input(command: &mut Command, line: &str) -> Said {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("input");
    std::fs::write(&path, format!("{line}\n")).expect("a file in it");
    run(command.stdin(std::fs::File::open(path).expect("it is there")))
}

/// A server that runs as a process of its own, on a port of its own.
pub(crate) struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    pub(crate) greeting: String,
}

impl Serving {
    /// Starts a server with its data in `data` below `home`, and waits until it has said that it is ready.
    pub(crate) fn start(home: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), home, variables)
    }

    /// The same at an address that is given, as one that is started again.
    pub(crate) fn start_at(address: SocketAddr, home: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = parlor(home, ["serve", "--listen", &address.to_string()]);
        command
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("the program runs");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") {
            let read = out.read_line(&mut greeting).expect("it writes UTF-8");
            assert_ne!(read, 0, "the server did not start: {greeting}");
        }
        let url = greeting
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http://"));
        let address = url
            .and_then(|address| address.parse().ok())
            .expect("the greeting names the address");
        Self {
            child,
            out,
            address,
            greeting,
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("there is a kill").success());
    }

    /// Waits until it has ended.
    pub(crate) fn wait(mut self) -> ExitStatus {
        let mut rest = String::new();
        self.out.read_line(&mut rest).expect("it writes UTF-8");
        assert_eq!(rest, "");
        self.child.wait().expect("it is our child")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Nothing to do about a server that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a server for a path and gives status and body.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, json: &str) -> (u16, String) {
    ask_as("", address, method, path, json)
}

/// The same for somebody who has this access token.
pub(crate) fn ask_as(
    token: &str,
    address: SocketAddr,
    method: &str,
    path: &str,
    json: &str,
) -> (u16, String) {
    let bearer = format!("Bearer {token}");
    let authorization = if token.is_empty() { "" } else { &*bearer };
    ask_with(authorization, address, method, path, json)
}

/// The same for somebody who brings this authorization, if it is any.
pub(crate) fn ask_with(
    authorization: &str,
    address: SocketAddr,
    method: &str,
    path: &str,
    json: &str,
) -> (u16, String) {
    let mut stream = std::net::TcpStream::connect(address).expect("the server listens");
    let length = json.len();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if !authorization.is_empty() {
        head += &format!("Authorization: {authorization}\r\n");
    }
    let body = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}");
    stream.write_all((head + &body).as_bytes()).expect("it reads");
    let answer = std::io::read_to_string(stream).expect("it answers in UTF-8");
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .expect("the answer is HTTP");
    let (head, body) = answer.split_once("\r\n\r\n").expect("the answer is HTTP");
    let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    (
        status,
        if is_chunked {
            unchunk(body)
        } else {
            body.to_owned()
        },
    )
}

/// What comes in chunks, as one (RFC 9112, section 7.1).
fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n").expect("a chunk begins with its size");
        let size = usize::from_str_radix(size, 16).expect("a size of a chunk");
        if size == 0 {
            return whole;
        }
        whole += &rest[..size];
        body = rest[size..].strip_prefix("\r\n").expect("the end of a chunk");
    }
}
