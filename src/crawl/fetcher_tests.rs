use super::*;
use crate::evidence::sha256_hex;
use std::sync::Arc;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

impl HttpFetcher {
    /// A client that trusts this root only; nobody outside the tests can build one.
    fn trusting(params: HttpParams, root: &[u8]) -> Self {
        let root = reqwest::Certificate::from_der(root).expect("a certificate");
        Self::build(params, |client| client.tls_certs_only([root])).expect("a client")
    }
}

fn params() -> HttpParams {
    HttpParams {
        user_agent: "TanzhaoBot/0".into(),
        timeout: Duration::from_secs(20),
        body_bytes: 1 << 20,
        guard: Guard::LoopbackOnly,
    }
}

/// Answers one request with `hello`.
async fn answer(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin) {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") && stream.read_buf(&mut asked).await.is_ok_and(|read| read > 0) {}
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello").await;
    let _ = stream.shutdown().await;
}

async fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let port = listener.local_addr().expect("its address").port();
    (listener, port)
}

async fn next(listener: &TcpListener) -> TcpStream {
    listener.accept().await.expect("a connection").0
}

#[tokio::test]
async fn the_certificate_of_the_server_is_noted() {
    let mut names = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    names.distinguished_name.push(rcgen::DnType::CommonName, "chaoyang test");
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = names.self_signed(&key).expect("a certificate");
    let der = certificate.der().clone();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![der.clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a server");
    let (listener, port) = listening().await;
    let server = async {
        let stream = TlsAcceptor::from(Arc::new(config)).accept(next(&listener).await).await.expect("a handshake");
        answer(stream).await;
    };
    let fetcher = HttpFetcher::trusting(params(), &der);
    let request = Request::get(format!("https://127.0.0.1:{port}/"));
    let ((), response) = tokio::join!(server, fetcher.fetch(&request, None));
    let response = response.expect("an answer");
    assert_eq!(response.body, b"hello");
    assert_eq!(response.remote.map(|remote| remote.port()), Some(port));
    assert!(response.took > Duration::ZERO);
    let tls = response.tls.expect("a certificate");
    assert_eq!(tls.certificate_sha256, sha256_hex(&der));
    assert_eq!(tls.subject.as_deref(), Some("CN=chaoyang test"));
    assert_eq!(tls.issuer, tls.subject, "it signed itself");
}

#[tokio::test]
async fn an_unknown_certificate_is_no_answer_and_plain_http_has_none() {
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into()))
        .expect("a server");
    let fetcher = HttpFetcher::new(params()).expect("the client of users");
    let (listener, port) = listening().await;
    let request = Request::get(format!("https://127.0.0.1:{port}/"));
    let server = async { TlsAcceptor::from(Arc::new(config)).accept(next(&listener).await).await.is_err() };
    let (refused, response) = tokio::join!(server, fetcher.fetch(&request, None));
    assert!(refused && matches!(response, Err(FetchError::Broken(_))), "{response:?}");

    let (listener, port) = listening().await;
    let request = Request::get(format!("http://127.0.0.1:{port}/"));
    let (response, ()) = tokio::join!(fetcher.fetch(&request, None), async { answer(next(&listener).await).await });
    assert_eq!(response.expect("an answer").tls, None);
}
