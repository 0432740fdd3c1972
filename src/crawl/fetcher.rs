//! One request over HTTP: honest headers, limits on size, time and redirects, addresses checked after resolution.
//!
//! Bodies are kept as they were sent, compressed or not, because the archive must hold what the server said; decoding with a
//! limit is the reader's business. Redirects are not followed here: each hop takes its own turn at the gate.

use super::Guard;
use crate::{domain::Request, evidence::TlsPeer, store::Previous};
use async_trait::async_trait;
use reqwest::{
    Client, ClientBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE,
        IF_NONE_MATCH, USER_AGENT,
    },
    redirect::Policy,
    tls::TlsInfo,
};
use std::{
    error::Error as _,
    net::SocketAddr,
    time::{Duration, Instant},
};
use url::Url;

/// A response as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawResponse {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body as sent, content-encoding still on it.
    pub body: Vec<u8>,
    /// Who answered.
    pub remote: Option<SocketAddr>,
    /// What was sent.
    pub request_headers: Vec<(String, String)>,
    /// The certificate shown, over TLS.
    pub tls: Option<TlsPeer>,
    /// From sending the request to the last byte.
    pub took: Duration,
}

impl RawResponse {
    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The body does not end within the limit.
    #[error("body is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: usize,
        /// What came before the limit.
        partial: Option<Box<RawResponse>>,
    },
    /// It took too long.
    #[error("no complete answer within {0:?}")]
    TooSlow(Duration),
    /// The connection or the protocol broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The request cannot even be written.
    #[error("cannot be asked: {0}")]
    Unaskable(String),
}

impl FetchError {
    /// Whether another try may help.
    #[must_use]
    pub fn retry(&self) -> bool {
        match self {
            Self::TooSlow(_) | Self::Broken(_) => true,
            Self::TooLarge { .. } | Self::Unaskable(_) => false,
        }
    }
}

/// Something that fetches.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// One request of a page; with what it was last time, a GET asks for it only if it has changed.
    async fn fetch(&self, request: &Request, previous: Option<&Previous>) -> Result<RawResponse, FetchError>;

    /// One GET without content-encoding, cut at `limit` bytes: for robots.txt.
    async fn get_plain(&self, url: &Url, limit: usize) -> Result<RawResponse, FetchError>;
}

/// Limits and identity.
#[derive(Clone, Debug)]
pub struct HttpParams {
    /// The honest User-Agent with a contact address.
    pub user_agent: String,
    /// For one whole request.
    pub timeout: Duration,
    /// Largest body as sent, in bytes.
    pub body_bytes: usize,
    /// Which addresses may be asked.
    pub guard: Guard,
}

/// The fetcher on reqwest.
pub struct HttpFetcher {
    client: Client,
    params: HttpParams,
}

impl HttpFetcher {
    /// Builds the client.
    ///
    /// # Errors
    /// [`FetchError::Unaskable`] when the User-Agent is no header value or TLS cannot be set up.
    pub fn new(params: HttpParams) -> Result<Self, FetchError> {
        Self::build(params, |client| client)
    }

    fn build(params: HttpParams, more: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Self, FetchError> {
        let agent = HeaderValue::from_str(&params.user_agent)
            .map_err(|_| FetchError::Unaskable("the User-Agent holds characters that a header cannot carry".into()))?;
        let headers = HeaderMap::from_iter([
            (USER_AGENT, agent),
            (ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.5")),
            (ACCEPT_LANGUAGE, HeaderValue::from_static("zh-CN,zh;q=0.9")),
        ]);
        let client = more(Client::builder())
            .default_headers(headers)
            .redirect(Policy::none())
            .connect_timeout(params.timeout.min(Duration::from_secs(10)))
            .pool_max_idle_per_host(2)
            .no_proxy()
            .tls_info(true)
            .dns_resolver(std::sync::Arc::new(GuardedResolver(params.guard)))
            .build()
            .map_err(|error| FetchError::Unaskable(chain(&error)))?;
        Ok(Self { client, params })
    }

    async fn send(&self, request: reqwest::RequestBuilder, limit: usize) -> Result<RawResponse, FetchError> {
        let timeout = self.params.timeout;
        tokio::time::timeout(timeout, self.read(request, limit)).await.unwrap_or(Err(FetchError::TooSlow(timeout)))
    }

    async fn read(&self, request: reqwest::RequestBuilder, limit: usize) -> Result<RawResponse, FetchError> {
        let request = request.build().map_err(|error| FetchError::Unaskable(chain(&error)))?;
        let mut request_headers = vec![("user-agent".to_owned(), self.params.user_agent.clone())];
        request_headers.extend(request.headers().iter().map(header_text));
        let begun = Instant::now();
        let mut response = self.client.execute(request).await.map_err(|error| FetchError::Broken(chain(&error)))?;
        let mut raw = RawResponse {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(header_text).collect(),
            body: Vec::new(),
            remote: response.remote_addr(),
            request_headers,
            tls: response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).map(TlsPeer::of_der),
            took: Duration::ZERO,
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| FetchError::Broken(chain(&error)))? {
            let room = limit.saturating_sub(raw.body.len());
            raw.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                return Err(FetchError::TooLarge { limit, partial: Some(Box::new(raw)) });
            }
        }
        raw.took = begun.elapsed();
        Ok(raw)
    }
}

fn header_text((name, value): (&reqwest::header::HeaderName, &HeaderValue)) -> (String, String) {
    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// An error with its causes in one line.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[async_trait]
impl Fetch for HttpFetcher {
    async fn fetch(&self, request: &Request, previous: Option<&Previous>) -> Result<RawResponse, FetchError> {
        let mut builder = match &request.post_body {
            Some(body) => self.client.post(&request.url).header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => self.client.get(&request.url),
        };
        if let Some(previous) = previous.filter(|_| request.post_body.is_none()) {
            if let Some(etag) = &previous.etag {
                builder = builder.header(IF_NONE_MATCH, etag);
            }
            if let Some(date) = &previous.last_modified {
                builder = builder.header(IF_MODIFIED_SINCE, date);
            }
        }
        self.send(builder.header(ACCEPT_ENCODING, "gzip, br"), self.params.body_bytes).await
    }

    async fn get_plain(&self, url: &Url, limit: usize) -> Result<RawResponse, FetchError> {
        self.send(self.client.get(url.clone()).header(ACCEPT_ENCODING, "identity"), limit).await
    }
}

/// Resolves names and drops every address the guard refuses, so that a public name cannot point inside.
struct GuardedResolver(Guard);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fine: Vec<SocketAddr> = found.filter(|address| guard.check_ip(address.ip()).is_ok()).collect();
            if fine.is_empty() {
                return Err(format!("`{}` has no public address", name.as_str()).into());
            }
            Ok(Box::new(fine.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
#[path = "fetcher_tests.rs"]
mod tests;
