//! Three listeners on loopback.

use super::{
    Answer, Ask, Log, Seen, Site, classified, content::Content, content::ContentError, content::SampleListing, mini,
    social,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use flate2::{Compression, write::GzEncoder};
use jiff::civil::Date;
use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// The largest request body that is read.
const BODY_BYTES: usize = 64 << 10;

/// Why the sample web did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The listings cannot be read.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// No port on loopback.
    #[error("the sample web cannot listen on 127.0.0.1")]
    Listen(#[from] io::Error),
}

/// Starts the three sites.
#[derive(Debug)]
pub struct SampleWeb;

impl SampleWeb {
    /// As [`SampleWeb::start_at`] on any free ports.
    ///
    /// # Errors
    /// When the listings cannot be read or no port is free.
    pub async fn start(listings_jsonl: &str, today: Date) -> Result<Running, StartError> {
        Self::start_at(listings_jsonl, today, [0; 3]).await
    }

    /// Listens on three ports of 127.0.0.1, the wanted ones where they are free, and serves until [`Running::stop`] or until
    /// the handle is dropped.
    ///
    /// `today` is the day from which the pages count back when they say how old a post is.
    ///
    /// # Errors
    /// When the listings cannot be read or no port is free.
    pub async fn start_at(listings_jsonl: &str, today: Date, wanted: [u16; 3]) -> Result<Running, StartError> {
        let content = Arc::new(Content::new(SampleListing::parse_all(listings_jsonl)?, today));
        let log = Log::default();
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let mut addresses = wanted.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        for (site, address) in Site::ALL.into_iter().zip(&mut addresses) {
            let listener = match TcpListener::bind(*address).await {
                Ok(listener) => listener,
                Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
            };
            *address = listener.local_addr()?;
            let desk = Desk { site, content: content.clone(), log: log.clone(), asked: Arc::default() };
            let router = Router::new().fallback(serve).with_state(desk);
            let stopped = stop.clone().cancelled_owned();
            tasks.spawn(async move {
                if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                    tracing::warn!(?site, %error, "a sample site stopped");
                }
            });
        }
        let [classified, social, mini] = addresses;
        Ok(Running { classified, social, mini, log, stop, tasks })
    }
}

/// The sites while they serve; dropping it ends them at once.
#[derive(Debug)]
pub struct Running {
    /// Where 朝阳同城 listens.
    pub classified: SocketAddr,
    /// Where 慕容圈 listens.
    pub social: SocketAddr,
    /// Where 凌河生活 listens.
    pub mini: SocketAddr,
    log: Log,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Running {
    /// What was asked so far; the handle keeps growing and outlives the sites.
    #[must_use]
    pub fn log(&self) -> Log {
        self.log.clone()
    }

    /// Stops listening and ends the sites; connections that are still open are cut.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // A client's idle keep-alive connection would hold a graceful stop up, so it gets a moment only.
        let drained = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(std::time::Duration::from_millis(500), drained).await;
        self.tasks.shutdown().await;
    }
}

#[derive(Clone)]
struct Desk {
    site: Site,
    content: Arc<Content>,
    log: Log,
    asked: Arc<AtomicU64>,
}

async fn serve(State(desk): State<Desk>, request: Request) -> Response<Body> {
    let at = Instant::now();
    let (parts, body) = request.into_parts();
    let text =
        |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let ask = Ask {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        // A body that is too long counts as none; the sites refuse that themselves.
        body: to_bytes(body, BODY_BYTES).await.map(|bytes| bytes.to_vec()).unwrap_or_default(),
        number: desk.asked.fetch_add(1, Ordering::Relaxed),
    };
    let answer = match desk.site {
        Site::Classified => classified::answer(&desk.content, &ask),
        Site::Social => social::answer(&desk.content, &ask),
        Site::Mini => mini::answer(&desk.content, &ask),
    };
    desk.log.push(Seen {
        site: desk.site,
        at,
        method: ask.method,
        path: parts.uri.path_and_query().map_or_else(|| ask.path.clone(), ToString::to_string),
        user_agent: text(header::USER_AGENT),
        status: answer.status,
    });
    respond(answer, &text(header::ACCEPT_ENCODING))
}

fn respond(answer: Answer, accepted: &str) -> Response<Body> {
    let compressed = accepts_gzip(accepted).then(|| gzip(&answer.body).ok()).flatten();
    let encoded = compressed.is_some();
    let mut response = Response::new(Body::from(compressed.unwrap_or(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if encoded {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn accepts_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(quality.trim(), "q=0" | "q=0.0")
    })
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::decode_body;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn raw(address: SocketAddr, request: &str) -> Vec<u8> {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        answer
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn requests_are_answered_and_written_down() {
        let listings = include_str!("../../seeds/sample-web/listings.jsonl");
        let web = SampleWeb::start(listings, jiff::civil::date(2026, 11, 25)).await.expect("loopback");
        let ask = "GET /jiaoyu/?a=1 HTTP/1.1\r\nHost: x\r\nUser-Agent: tanzhao\r\nAccept-Encoding: br, gzip\r\nConnection: close\r\n\r\n";
        let answer = raw(web.classified, ask).await;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        assert!(head.contains("content-encoding: gzip") && head.contains("charset=gb2312"), "{head}");
        let page = decode_body("gzip", &answer[end + 4..], 1 << 20).expect("gzip");
        assert!(encoding_rs::GB18030.decode(&page).0.contains("教育培训"));

        let body = r#"{"page":2,"size":10}"#;
        let ask = format!(
            "POST /api/shop/list HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = String::from_utf8_lossy(&raw(web.mini, &ask).await).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"page\":2"), "{answer}");

        let (log, social) = (web.log(), web.social);
        let seen = log.of(Site::Classified);
        assert_eq!(
            (seen[0].path.as_str(), seen[0].user_agent.as_str(), seen[0].status),
            ("/jiaoyu/?a=1", "tanzhao", 200)
        );
        assert!(!log.asked(Site::Classified, "/user/"));
        assert_eq!(log.shortest_gap(Site::Mini), None);
        web.stop().await;
        assert!(tokio::net::TcpStream::connect(social).await.is_err(), "the port is closed again");
    }
}
