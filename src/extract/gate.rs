//! Whether a page is content at all. A block page that passes for an empty list hides that we were stopped; a listing
//! that mentions 验证码 must not be taken for a CAPTCHA. So words count only where little else stands: on a page that
//! yields nothing and has next to no text of its own, or as a field that is a notice from beginning to end.

mod words;

#[cfg(test)]
mod tests;

use super::Yielded;
use crate::domain::{FetchedPage, PageRole};
use crate::sources::SourceManifest;
use url::Url;
pub(super) use words::BARE_CHARS;
use words::{MESSAGE_CHARS, notice, told};

/// What a page turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// What the definition describes.
    Content,
    /// A puzzle for people, or a script that tests the browser; a person has to decide about the source.
    Captcha,
    /// Only for those who log in; we do not.
    LoginWall,
    /// We are asked to stop.
    BlockPage,
    /// Gone, whatever the status says.
    SoftNotFound,
    /// A list without rows.
    EmptyList,
    /// Not what the definition describes, with what was found.
    Unreadable(String),
}

/// What a page says about itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// The `<title>`, or the message of a JSON answer.
    pub title: String,
    /// The beginning of the visible text, without links and page furniture.
    pub text: String,
    /// Parts that only a CAPTCHA has, or a script that tests the browser before it lets the page come.
    pub puzzle: bool,
    /// A field for a password.
    pub password_field: bool,
    /// Where the page sends its reader on by itself.
    pub sends_to: Option<String>,
    /// What the status code inside an answer means, where it means a refusal.
    pub refusal: Option<Gate>,
    /// Why the body does not fit the definition, if it does not.
    pub misfit: Option<String>,
    /// Whether the page asked not to be kept or followed, so that yielding nothing is its wish.
    pub asked_off: bool,
}

/// So many links are no wall's.
const LISTS_CONTENT: usize = 3;

/// The gate as far as status, address and bytes tell. `None` means: read on.
pub(super) fn before_reading(page: &FetchedPage, manifest: &SourceManifest, text: &str) -> Option<Gate> {
    by_status(page, text).or_else(|| by_address(page, manifest)).or_else(|| by_bytes(page, text))
}

/// What the status says, before anything is read.
pub(super) fn by_status(page: &FetchedPage, text: &str) -> Option<Gate> {
    match page.status {
        401 | 407 => Some(Gate::LoginWall),
        403 | 429 | 503 => Some(told(text).filter(|gate| *gate == Gate::Captcha).unwrap_or(Gate::BlockPage)),
        404 | 410 => Some(Gate::SoftNotFound),
        200..=299 => None,
        other => Some(Gate::Unreadable(format!("status {other}"))),
    }
}

/// What cannot be text.
pub(super) fn by_bytes(page: &FetchedPage, text: &str) -> Option<Gate> {
    if text.trim().is_empty() {
        return Some(Gate::Unreadable("an empty body".to_owned()));
    }
    let binary_type = page.header("content-type").is_some_and(|kind| {
        ["image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/octet-stream"]
            .iter()
            .any(|prefix| kind.trim_start().to_ascii_lowercase().starts_with(prefix))
    });
    // No encoding of a page has a zero byte in its text; a stray one among thousands is forgiven.
    let zeros = text.chars().take(1024).filter(|c| *c == '\0').count();
    if binary_type || zeros > text.len().min(1024) / 64 {
        return Some(Gate::Unreadable("a binary body".to_owned()));
    }
    None
}

/// A redirect to another page than the one asked for.
fn by_address(page: &FetchedPage, manifest: &SourceManifest) -> Option<Gate> {
    if page.final_url == page.request.url {
        return None;
    }
    let Ok(url) = Url::parse(&page.final_url) else {
        return Some(Gate::Unreadable("an answer without an address".to_owned()));
    };
    if let Some(gate) = by_destination(&url) {
        return Some(gate);
    }
    if !manifest.in_scope(&url) {
        let host = url.host_str().unwrap_or_default();
        return Some(Gate::Unreadable(format!("a redirect off the source, to {host}")));
    }
    // An advertisement that is gone often leads to the front page.
    let wants_listing = matches!(page.role, PageRole::Detail | PageRole::Share);
    let to_the_front = url.path() == "/" && url.query().is_none();
    let from_the_front = Url::parse(&page.request.url).is_ok_and(|asked| asked.path() == "/");
    (wants_listing && to_the_front && !from_the_front).then_some(Gate::SoftNotFound)
}

/// What the address says that a page leads its reader to.
fn by_destination(url: &Url) -> Option<Gate> {
    let host = url.host_str().unwrap_or_default();
    let path = url.path().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| path.split(['/', '.', '-', '_']).any(|part| part == *word));
    if says(&["captcha", "verify", "verifycode", "antibot", "antispam", "punish"]) || host.starts_with("verify") {
        return Some(Gate::Captcha);
    }
    let login = says(&["login", "signin", "passport"]) || host.starts_with("passport.") || host.starts_with("login.");
    login.then_some(Gate::LoginWall)
}

/// The gate after listings and links were read.
pub(super) fn after_reading(role: PageRole, yielded: &Yielded) -> Gate {
    let look = &yielded.look;
    let lists = matches!(role, PageRole::Index | PageRole::Api);
    let [only] = yielded.listings.as_slice() else { return without_one_listing(lists, yielded) };
    if !lists && let Some(gate) = notice(&only.body) {
        return gate;
    }
    // A text where the definition expects one is content, whatever words stand in it.
    if !only.body.is_empty() || lists {
        return Gate::Content;
    }
    let says = notice(&only.title).or_else(|| told(&only.title).filter(|_| only.title.chars().count() <= SAYS_ONLY));
    says.or_else(|| wall(look, lists)).unwrap_or(Gate::Content)
}

/// A headline without text that is no longer than this says nothing but its message.
const SAYS_ONLY: usize = 12;

fn without_one_listing(lists: bool, yielded: &Yielded) -> Gate {
    let look = &yielded.look;
    if !yielded.listings.is_empty() || lists && yielded.links.len() >= LISTS_CONTENT {
        return Gate::Content;
    }
    let leads_on = !yielded.links.is_empty();
    let seen = wall(look, lists).filter(|gate| !(leads_on && lists) || matches!(gate, Gate::Captcha | Gate::BlockPage));
    if let Some(gate) = seen {
        return gate;
    }
    if let Some(misfit) = &look.misfit {
        return Gate::Unreadable(misfit.clone());
    }
    match (lists, leads_on) {
        _ if look.asked_off => Gate::Content,
        (false, _) => Gate::Unreadable("no listing where the definition says".to_owned()),
        (true, true) => Gate::Content,
        (true, false) => Gate::EmptyList,
    }
}

/// What a page is that yields nothing and has little text of its own.
pub(super) fn wall(look: &Look, lists: bool) -> Option<Gate> {
    if look.text.chars().count() > BARE_CHARS || words::leaves_a_contact(&look.text) {
        return None;
    }
    let title = Some(look.title.as_str()).filter(|title| title.chars().count() <= MESSAGE_CHARS).and_then(told);
    let text = told(&look.text);
    // The graver of the two: 提示 may stand above a CAPTCHA, 安全验证 above a bare form.
    let said = [title, text].into_iter().flatten().min_by_key(gravity).filter(|gate| lists || *gate != Gate::EmptyList);
    let stop = said.clone().filter(|gate| matches!(gate, Gate::Captcha | Gate::BlockPage));
    let sent = || look.sends_to.as_deref().and_then(|to| by_destination(&Url::parse(to).ok()?));
    stop.or_else(|| look.puzzle.then_some(Gate::Captcha))
        .or_else(|| look.refusal.clone().filter(|gate| !matches!(gate, Gate::Unreadable(_))))
        .or(said)
        .or_else(|| look.refusal.clone())
        .or_else(|| look.password_field.then_some(Gate::LoginWall))
        .or_else(sent)
}

fn gravity(gate: &Gate) -> u8 {
    match gate {
        Gate::Captcha => 0,
        Gate::BlockPage => 1,
        Gate::SoftNotFound => 2,
        Gate::EmptyList => 3,
        Gate::LoginWall => 4,
        Gate::Content | Gate::Unreadable(_) => 5,
    }
}
