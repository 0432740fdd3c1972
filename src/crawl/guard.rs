//! Which addresses may be asked at all: public ones, and loopback only where a test or the demonstration says so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Why an address is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Not http or https.
    #[error("scheme `{0}` is not http or https")]
    Scheme(String),
    /// No host.
    #[error("address without a host")]
    NoHost,
    /// Inside somebody's network.
    #[error("{0} is a private, local or reserved address")]
    Private(IpAddr),
    /// A name that only means something locally.
    #[error("`{0}` is a local name")]
    LocalName(String),
}

/// The rule for addresses, applied to every URL and again to every resolved address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The open internet.
    PublicOnly,
    /// `127.0.0.0/8` and `::1` only: the sample web and tests.
    LoopbackOnly,
}

impl Guard {
    /// Checks an address as written.
    ///
    /// # Errors
    /// The reason it is not asked.
    pub fn check_url(self, url: &Url) -> Result<(), GuardError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(GuardError::Scheme(url.scheme().to_owned()));
        }
        match url.host() {
            None => Err(GuardError::NoHost),
            Some(Host::Ipv4(ip)) => self.check_ip(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => self.check_ip(IpAddr::V6(ip)),
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                let local = name == "localhost"
                    || !name.contains('.')
                    || [".local", ".internal", ".localhost", ".lan"].iter().any(|end| name.ends_with(end));
                if local { Err(GuardError::LocalName(name)) } else { Ok(()) }
            }
        }
    }

    /// Checks a resolved address.
    ///
    /// # Errors
    /// [`GuardError::Private`].
    pub fn check_ip(self, ip: IpAddr) -> Result<(), GuardError> {
        let fine = match self {
            Self::PublicOnly => is_public(ip),
            Self::LoopbackOnly => ip.is_loopback(),
        };
        if fine { Ok(()) } else { Err(GuardError::Private(ip)) }
    }
}

/// Whether an address is on the open internet (IANA special-purpose registries, RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| is_public_v6(ip), is_public_v4),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // Only 2000::/3 is handed out; inside it 6to4 and Teredo can carry private addresses, and 2001:db8::/32 is documentation.
    first & 0xe000 == 0x2000 && first != 0x2002 && !(first == 0x2001 && (second == 0 || second == 0x0db8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_internet_and_nothing_else() {
        let check = |text: &str| Guard::PublicOnly.check_url(&Url::parse(text).expect("a test address"));
        assert_eq!(check("https://cy.example.com/a"), Ok(()));
        for inside in [
            "http://127.0.0.1/",
            "http://10.1.2.3/",
            "http://169.254.169.254/latest",
            "http://[::1]/",
            "http://[::ffff:192.168.0.1]/",
            "http://0x7f000001/",
            "http://[fd00::1]/",
            "http://[2002:7f00:1::]/",
            "http://localhost:8080/",
            "http://router.lan/",
            "http://100.64.0.1/",
            "ftp://example.com/",
        ] {
            assert!(check(inside).is_err(), "{inside} must be refused");
        }
        assert!(Guard::LoopbackOnly.check_url(&Url::parse("http://8.8.8.8/").expect("a test address")).is_err());
    }
}
