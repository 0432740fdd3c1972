//! How a page was fetched, for the metadata record beside it: who answered, under which rule, by which clock.

use super::seal::sha256_hex;
use crate::domain::CaptureId;
use jiff::Timestamp;
use std::{net::SocketAddr, time::Duration};
use x509_cert::{Certificate, der::Decode as _};

/// The certificate a server showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsPeer {
    /// SHA-256 of the certificate (DER), hexadecimal: its usual fingerprint.
    pub certificate_sha256: String,
    /// Whom it names (RFC 4514), where it can be read.
    pub subject: Option<String>,
    /// Who signed it (RFC 4514), where it can be read.
    pub issuer: Option<String>,
}

impl TlsPeer {
    /// From the certificate as sent. What cannot be read leaves the fingerprint, which stands for the whole of it.
    #[must_use]
    pub fn of_der(der: &[u8]) -> Self {
        let certificate = Certificate::from_der(der).ok();
        let tbs = certificate.as_ref().map(Certificate::tbs_certificate);
        Self {
            certificate_sha256: sha256_hex(der),
            subject: tbs.map(|tbs| tbs.subject().to_string()),
            issuer: tbs.map(|tbs| tbs.issuer().to_string()),
        }
    }
}

/// The robots.txt that was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsInForce {
    /// SHA-256 of its text, hexadecimal; `None` when the host has none.
    pub sha256: Option<String>,
    /// When it was fetched; `None` for copies kept by a version that did not note it.
    pub fetched_at: Option<Timestamp>,
    /// The archived answer that brought it, or one with the same body that came earlier.
    pub archived: Option<ArchivedRobots>,
}

/// Where the answer that brought a robots.txt is archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedRobots {
    /// Number of the capture.
    pub id: CaptureId,
    /// Path of its WARC file below the data directory.
    pub warc: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// What is noted about a fetch beside request and response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The resolved address that answered.
    pub remote: Option<SocketAddr>,
    /// The certificate, over TLS.
    pub tls: Option<TlsPeer>,
    /// The robots.txt under which the request was made.
    pub robots: Option<RobotsInForce>,
    /// The server's Date header minus our clock when the answer was complete, in whole seconds.
    pub clock_offset_seconds: Option<i64>,
    /// From sending the request to the last byte.
    pub took: Duration,
}

/// The server's clock against ours, in whole seconds; `None` without a readable Date header.
///
/// ```
/// use tanzhao::evidence::circumstances::clock_offset_seconds;
/// let ours = "2026-11-25T12:43:46Z".parse().unwrap();
/// assert_eq!(clock_offset_seconds("Wed, 25 Nov 2026 12:43:40 GMT", ours), Some(-6));
/// assert_eq!(clock_offset_seconds("yesterday", ours), None);
/// ```
#[must_use]
pub fn clock_offset_seconds(date_header: &str, ours: Timestamp) -> Option<i64> {
    let server = jiff::fmt::rfc2822::parse(date_header.trim()).ok()?.timestamp();
    Some(server.as_second() - ours.as_second())
}

impl Circumstances {
    /// The fields of the metadata record.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        let mut add = |name, value: Option<String>| fields.extend(value.map(|value| (name, value)));
        add("resolved-address", self.remote.map(|address| address.to_string()));
        if let Some(tls) = &self.tls {
            add("tls-certificate-sha256", Some(tls.certificate_sha256.clone()));
            add("tls-certificate-subject", tls.subject.clone());
            add("tls-certificate-issuer", tls.issuer.clone());
        }
        if let Some(robots) = &self.robots {
            add("robots-txt-sha256", Some(robots.sha256.clone().unwrap_or_else(|| "none".to_owned())));
            add("robots-txt-fetched-at", robots.fetched_at.map(|at| at.to_string()));
            let archived = robots.archived.as_ref();
            add("robots-txt-archived-in", archived.map(|one| one.warc.clone()));
            add("robots-txt-archive-sha256", archived.map(|one| one.sha256.clone()));
        }
        if let Some(seconds) = self.clock_offset_seconds {
            add("clock-offset-seconds", Some(seconds.to_string()));
            let meaning = "Date header of the server minus our clock when the answer was complete, whole seconds";
            add("clock-offset-is", Some(meaning.to_owned()));
        }
        add("fetch-duration-ms", Some(self.took.as_millis().to_string()));
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_and_any_header_are_noted_or_left_out(der: Vec<u8>, header in ".*") {
            prop_assert_eq!(TlsPeer::of_der(&der).certificate_sha256.len(), 64);
            let _ = clock_offset_seconds(&header, Timestamp::UNIX_EPOCH);
        }
    }
}
