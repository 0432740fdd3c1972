//! The harness: a loopback site that answers whatever a test says, and the binary in a folder of its own.

pub mod browsers;
pub mod frontier;
pub mod leads;

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// What a path answers: raw bytes on the wire, so that a test can break any rule of HTTP.
pub type Pages = HashMap<String, Vec<u8>>;

/// A site on 127.0.0.1 that serves until the test process ends.
pub struct Site {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<(Instant, String)>>>,
}

impl Site {
    /// Serves `pages`; anything else is a 404.
    pub fn start(pages: Pages) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("its address");
        let asked: Arc<Mutex<Vec<(Instant, String)>>> = Arc::default();
        let (log, pages) = (Arc::clone(&asked), Arc::new(pages));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, pages) = (Arc::clone(&log), Arc::clone(&pages));
                thread::spawn(move || answer(stream, &pages, &log));
            }
        });
        Self { address, asked }
    }

    /// Paths asked so far, with their times.
    pub fn asked(&self) -> Vec<(Instant, String)> {
        self.asked.lock().expect("the log").clone()
    }
}

fn answer(stream: TcpStream, pages: &Pages, log: &Mutex<Vec<(Instant, String)>>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let path = line.split_whitespace().nth(1).unwrap_or("").to_owned();
    log.lock().expect("the log").push((Instant::now(), path.clone()));
    let (mut header, mut known) = (String::new(), None);
    while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
        if let Some(etag) = header.to_ascii_lowercase().strip_prefix("if-none-match:") {
            known = Some(etag.trim().to_owned());
        }
        header.clear();
    }
    let mut stream = reader.into_inner();
    let missing = response("404 Not Found", "text/html", b"<h1>404</h1>");
    let page = pages.get(&path).unwrap_or(&missing);
    let unchanged =
        known.is_some_and(|etag| String::from_utf8_lossy(page).to_ascii_lowercase().contains(&format!("etag: {etag}")));
    let not_modified = b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec();
    // The other side may hang up early; that is its right.
    let _ = stream.write_all(if unchanged { &not_modified } else { page });
    let _ = stream.flush();
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0; 64]);
}

/// A well-formed answer.
pub fn response(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    with_headers(status, &format!("Content-Type: {content_type}\r\n"), body)
}

/// A well-formed answer with more headers, each ended by CRLF.
pub fn with_headers(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// An HTML answer in UTF-8.
pub fn html(body: &str) -> Vec<u8> {
    response("200 OK", "text/html; charset=utf-8", body.as_bytes())
}

/// A definition of a site whose front page links to details with `a.t`.
pub fn definition(site: &Site) -> String {
    include_str!("site.toml").replace("PORT", &site.address.port().to_string())
}

/// The binary with its data in `dir` and no configuration but what the test gives.
pub fn tanzhao(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanzhao"));
    command.current_dir(dir).env_remove("TANZHAO_CONTACT").env("TANZHAO_DATA", dir.join("data"));
    command
}

/// Runs to the end; gives exit code, standard output and standard error.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Waits for a condition of another process.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_mins(1), "waited a minute for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
