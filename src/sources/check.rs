//! From the TOML tree to a [`SourceManifest`]: every rule of a definition, and the sentence for breaking it.

use super::{
    Budget, ManifestError, Pace, RenderMode, SourceManifest, Status, Yield, golden,
    manifest::{in_scope, page_for},
    pages::PageDef,
    reader::{Fields, Problems, quoted},
    rules,
};
use crate::domain::{PageRole, QuietHours, Request, SourceId, SourceKind, UrlRule};
use std::time::Duration;
use toml::de::DeTable;
use url::Url;

/// A foreign host is never asked more often than this, whatever a definition says.
const FLOOR: Duration = Duration::from_secs(1);
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Checks a whole file.
pub fn manifest(file: &str, text: &str) -> Result<SourceManifest, Vec<ManifestError>> {
    let problems = Problems::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        problems.add(error.span().map_or(0, |span| span.start), "-", error.message().replace('\n', "; "), "valid TOML");
    }
    // A half-read tree would only add complaints about fields that stand there, so syntax comes first.
    let manifest = if errors.is_empty() {
        let top = Fields::new(table.get_ref(), String::new(), 0, &problems);
        let manifest = top_level(&top, &problems);
        top.finish();
        manifest
    } else {
        None
    };
    let list = problems.into_list();
    match manifest {
        Some(manifest) if list.is_empty() => Ok(manifest),
        _ => Err(list),
    }
}

fn top_level(top: &Fields, problems: &Problems) -> Option<SourceManifest> {
    let id = id(top, problems);
    let name = top.required_text("name", "the site's name");
    let kind = code::<SourceKind>(top, problems, "kind", "classified, social, mini_program, sms or other");
    let status = status(top, problems);
    let legal_basis = top.required_text("legal_basis", "by what right the site is read");
    let responsible = top.required_text("responsible", "the office that answers for reading the site");
    let robots = top.required_text("robots", "what robots.txt and the terms of the site allow");
    let closed = top.text("closed");
    let hosts = hosts(top, problems);
    let pace = pace(top, problems, &hosts);
    let max_depth = required_number(top, "max_depth", 0..101);
    let expect = expect(top);
    let operator = top.text("operator");
    let budget = budget(top);
    let url_rule = url_rule(top);
    let (pages, whole) = pages(top, problems, max_depth);
    if !top.has("page") {
        top.wrong("page", "nothing", "at least one [[page]]");
    }
    let charset = top.text("charset");
    if let Some(label) = &charset
        && encoding_rs::Encoding::for_label(label.value.as_bytes()).is_none()
    {
        label.wrong(problems, quoted(&label.value), "an encoding label such as utf-8 or gb18030");
    }
    let site_city = top.text("site_city");
    let (render, render_hosts) = render(top, problems);
    let scope = Scope { hosts: &hosts, pages: whole.then_some(&pages), closed: closed.is_some() };
    let entry = entries(top, problems, &scope);
    let golden = golden::goldens(top, problems, &hosts, scope.pages);
    Some(SourceManifest {
        id: id?,
        name: name?.value,
        kind: kind?,
        status: status?,
        legal_basis: legal_basis?.value,
        responsible: responsible?.value,
        robots: robots?.value,
        closed: closed.map(|read| read.value),
        site_city: site_city.map(|read| read.value),
        charset: charset.map(|read| read.value),
        render,
        render_hosts,
        url_rule,
        hosts,
        pace: pace?,
        operator: operator.map(|read| read.value),
        budget,
        max_depth: max_depth?,
        expect: expect?,
        entry,
        pages,
        golden,
    })
}

/// What an entry has to agree with.
struct Scope<'a> {
    hosts: &'a [String],
    /// `None` when a page was not understood, so that nothing can be said of what is missing.
    pages: Option<&'a Vec<PageDef>>,
    closed: bool,
}

/// The pages, and whether all of them were understood.
fn pages(top: &Fields, problems: &Problems, max_depth: Option<u32>) -> (Vec<PageDef>, bool) {
    let tables = top.tables("page");
    let count = tables.len();
    let mut targets = rules::Targets::new();
    let pages: Vec<PageDef> =
        tables.into_iter().filter_map(|table| rules::page(table, problems, max_depth, &mut targets)).collect();
    let whole = pages.len() == count;
    // A link to a kind of page that is not defined would be found and never read.
    for target in targets.iter().filter(|target| whole && !pages.iter().any(|page| page.role == target.value)) {
        target.wrong(problems, quoted(target.value.code()), "the role of a [[page]] of this file");
    }
    (pages, whole)
}

fn id(top: &Fields, problems: &Problems) -> Option<SourceId> {
    let expected = "lower-case letters, digits and hyphens";
    let read = top.required_text("id", expected)?;
    let fits = read.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits || read.value.len() > 64 {
        read.wrong(problems, quoted(&read.value), expected);
        return None;
    }
    Some(SourceId(read.value))
}

fn code<T: std::str::FromStr>(top: &Fields, problems: &Problems, name: &'static str, expected: &str) -> Option<T> {
    let read = top.required_text(name, expected)?;
    let value = read.value.parse().ok();
    if value.is_none() {
        read.wrong(problems, quoted(&read.value), expected);
    }
    value
}

fn required_number(fields: &Fields, name: &'static str, range: std::ops::Range<u32>) -> Option<u32> {
    fields.require(name, &format!("a whole number from {} to {}", range.start, range.end - 1));
    fields.number(name, range).map(|read| read.value)
}

fn status(top: &Fields, problems: &Problems) -> Option<Status> {
    let since = top.date("since");
    let read = top.required_text("status", "active or unverified")?;
    match read.value.as_str() {
        "active" => Some(Status::Active),
        "unverified" => {
            top.require("since", "the day the unverified definition was written");
            Some(Status::Unverified { since: since?.value })
        }
        other => {
            read.wrong(problems, quoted(other), "active or unverified");
            None
        }
    }
}

/// Whether pages are rendered, and from which further hosts; hosts without rendering would never be asked.
fn render(top: &Fields, problems: &Problems) -> (RenderMode, Vec<String>) {
    let mode = match top.boolean_or_word("render", "true, false or \"auto\"") {
        None => RenderMode::Never,
        Some(read) => match read.value.as_str() {
            "false" => RenderMode::Never,
            "true" => RenderMode::Always,
            "auto" => RenderMode::Auto,
            other => {
                read.wrong(problems, quoted(other), "true, false or \"auto\"");
                RenderMode::Never
            }
        },
    };
    let hosts = host_list(top, problems, "render_hosts");
    if mode == RenderMode::Never && !hosts.is_empty() {
        for host in top.texts("render_hosts").into_iter().flatten().take(1) {
            host.wrong(problems, quoted(&host.value), "render = true or render = \"auto\" beside it");
        }
    }
    (mode, hosts)
}

fn hosts(top: &Fields, problems: &Problems) -> Vec<String> {
    top.require("hosts", "the hosts in scope, such as [\"www.example.cn\"]");
    host_list(top, problems, "hosts")
}

fn host_list(top: &Fields, problems: &Problems, name: &'static str) -> Vec<String> {
    let read = top.texts(name).unwrap_or_default();
    if read.is_empty() && top.has(name) {
        top.wrong(name, "no host", "at least one host or host:port");
    }
    let mut hosts = Vec::new();
    for host in read {
        let lower = host.value.to_ascii_lowercase();
        let parsed = Url::parse(&format!("http://{lower}/")).ok();
        let port = parsed.as_ref().and_then(Url::port).map(|port| format!(":{port}")).unwrap_or_default();
        let canonical = parsed.as_ref().and_then(Url::host_str).map(|name| format!("{name}{port}"));
        // A default port written out is dropped by the parser and added back.
        match canonical {
            Some(canonical) if canonical == lower || format!("{canonical}:80") == lower => hosts.push(lower),
            _ => host.wrong(problems, quoted(&host.value), "a host or host:port without scheme and path"),
        }
    }
    hosts
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    LOOPBACK.contains(&name)
        || LOOPBACK.contains(&host)
        || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

fn pace(top: &Fields, problems: &Problems, hosts: &[String]) -> Option<Pace> {
    top.require("pace", "a table with min_delay and daily_budget");
    let table = top.table("pace")?;
    let expected = "a duration such as \"5s\" or \"500ms\"";
    let delay = table.required_text("min_delay", expected).and_then(|read| {
        let delay = duration(&read.value);
        match delay {
            None => read.wrong(problems, quoted(&read.value), expected),
            Some(delay) if delay < FLOOR && !hosts.iter().all(|host| is_loopback(host)) => {
                read.wrong(problems, quoted(&read.value), "at least \"1s\" for a host that is not loopback");
            }
            Some(_) => {}
        }
        delay
    });
    let daily_budget = required_number(&table, "daily_budget", 1..1_000_001);
    let mut quiet = Vec::new();
    for hours in table.texts("quiet").unwrap_or_default() {
        match hours.value.parse::<QuietHours>() {
            Ok(parsed) => quiet.push(parsed),
            Err(_) => hours.wrong(problems, quoted(&hours.value), "two different times such as \"07:00-09:30\""),
        }
    }
    table.finish();
    Some(Pace { min_delay: delay?, daily_budget: daily_budget?, quiet })
}

fn budget(top: &Fields) -> Budget {
    let mut budget = Budget::default();
    if let Some(table) = top.table("budget") {
        if let Some(pages) = table.number("pages", 1..10_000_001) {
            budget.pages = pages.value;
        }
        if let Some(barren) = table.number("barren", 5..10_001) {
            budget.barren = barren.value;
        }
        table.finish();
    }
    budget
}

fn duration(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..at].parse().ok()?;
    let factor_ms = match &text[at..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(factor_ms).filter(|ms| *ms <= 86_400_000).map(Duration::from_millis)
}

fn expect(top: &Fields) -> Option<Yield> {
    top.require("expect", "a table with listings_per_index");
    let table = top.table("expect")?;
    table.require("listings_per_index", "two whole numbers [least, most]");
    let pair = table.pair("listings_per_index");
    table.finish();
    Some(Yield { listings_per_index: pair?.value })
}

fn url_rule(top: &Fields) -> UrlRule {
    top.table("url").map_or(UrlRule::DropTracking, |table| {
        let keep = table.texts("keep").map(|names| names.into_iter().map(|read| read.value).collect());
        table.require("keep", "the query parameters that identify a page, such as [\"id\"] or []");
        table.finish();
        UrlRule::Keep(keep.unwrap_or_default())
    })
}

/// Whether a page fits an entry, as far as can be said.
fn is_described(scope: &Scope, role: Option<PageRole>, url: &str) -> bool {
    let (Some(pages), Some(role)) = (scope.pages, role) else { return true };
    page_for(pages, role, url).is_some()
}

fn entries(top: &Fields, problems: &Problems, scope: &Scope) -> Vec<(PageRole, Request)> {
    let mut entries = Vec::new();
    for table in top.tables("entry") {
        let role = rules::role(&table, problems, "role").map(|read| read.value);
        let url = table.required_text("url", "an absolute http(s) address");
        let post_body = table.text("body");
        if let Some(body) = &post_body
            && serde_json::from_str::<serde_json::Value>(&body.value).is_err()
        {
            body.wrong(problems, quoted(&body.value), "a JSON body");
        }
        if let Some(url) = &url {
            match Url::parse(&url.value) {
                Err(_) => url.wrong(problems, quoted(&url.value), "an absolute http(s) address"),
                Ok(parsed) if !scope.hosts.is_empty() && !in_scope(scope.hosts, &parsed) => {
                    url.wrong(problems, quoted(&url.value), format!("an address on {}", scope.hosts.join(", ")));
                }
                Ok(_) if !is_described(scope, role, &url.value) => {
                    url.wrong(
                        problems,
                        quoted(&url.value),
                        "an address that the url_pattern of a [[page]] of its role fits",
                    );
                }
                Ok(_) => {}
            }
        }
        table.finish();
        if let (Some(role), Some(url)) = (role, url) {
            entries.push((role, Request { url: url.value, post_body: post_body.map(|read| read.value) }));
        }
    }
    match (scope.closed, entries.is_empty()) {
        (true, false) => top.wrong("entry", "an entry", "none, as the platform is closed to crawlers"),
        (false, true) if !top.has("entry") => {
            top.wrong("entry", "nothing", "at least one [[entry]], or `closed` with the reason");
        }
        _ => {}
    }
    entries
}
