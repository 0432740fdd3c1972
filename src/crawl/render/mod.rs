//! Pages that are empty until their scripts have run.
//!
//! The browser never touches the network. Whatever a page asks for is handed to a [`Supply`], which answers from the crawl's
//! own guarded, paced and counted fetcher or refuses with a reason; so robots.txt, the address guard, the pace and the daily
//! budget hold for a script's requests exactly as for ours. Nothing here hides that a program is reading: the User-Agent is
//! our own and `navigator.webdriver` stays true.
//!
//! [`chromium`] keeps the browsers, `process` starts and kills one, `wire` speaks to it, `tab` renders one page,
//! [`supply`] answers a page's requests.

pub mod chromium;
mod harvest;
pub mod process;
mod shelf;
pub mod supply;
mod tab;
mod wire;

pub use chromium::ChromiumRenderer;
pub use shelf::Shelf;

use async_trait::async_trait;
use std::time::Duration;

/// What one page may cost.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Budget {
    /// From start to end, waits for the pace of the hosts included.
    pub wall: Duration,
    /// For the page's own work: time in which none of its requests is being answered.
    pub script: Duration,
    /// Requests that are answered; the page itself does not count.
    pub requests: u32,
    /// Bytes of all answers after decompression, and of the finished document.
    pub bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { wall: Duration::from_mins(2), script: Duration::from_secs(10), requests: 20, bytes: 16 << 20 }
    }
}

/// How browsers are run.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RenderParams {
    /// The program; `None` looks for it.
    pub path: Option<std::path::PathBuf>,
    /// Whether Chromium may run without its sandbox when this process is root.
    pub allow_unsandboxed: bool,
    /// Browsers at the same time, each with one page; at least one is used.
    pub browsers: usize,
    /// The honest User-Agent that scripts see.
    pub user_agent: String,
    /// For each page.
    pub budget: Budget,
}

/// A page that was fetched and is to be rendered.
#[derive(Clone, Debug)]
pub struct RenderOrder {
    /// Where it came from.
    pub url: String,
    /// The document as text.
    pub html: String,
    /// Whether its scripts run.
    pub scripts: bool,
    /// Whether a picture of the whole page is wanted.
    pub screenshot: bool,
}

/// A rendered page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The document after its scripts, as HTML.
    pub html: String,
    /// The text a reader sees.
    pub text: String,
    /// The whole page, where it was ordered.
    pub screenshot: Option<Screenshot>,
    /// What the page asked for, in order, at most [`MAX_TRACES`].
    pub traces: Vec<Trace>,
    /// Why rendering ended.
    pub ended: Ended,
    /// Name and version of the browser.
    pub browser: String,
}

/// A picture of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screenshot {
    /// The bytes.
    pub png: Vec<u8>,
    /// Whether the machine has a font for Chinese; without one its characters are empty boxes.
    pub han: bool,
}

/// Requests of one page that are written down; a page that asks more often is ended.
pub const MAX_TRACES: usize = 500;

/// Why rendering of a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Loaded, and nothing more was asked for that it may have.
    Quiet,
    /// The wall time was up.
    WallTime,
    /// The page's own time was up.
    ScriptTime,
    /// It asked too often.
    Requests,
}

impl Ended {
    /// In words, for notes and archives.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Quiet => "complete",
            Self::WallTime => "cut at the wall-time budget",
            Self::ScriptTime => "cut at the script-time budget",
            Self::Requests => "cut because it asked too often",
        }
    }
}

/// One request of a page and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The address.
    pub url: String,
    /// Chromium's name of the kind: `Script`, `XHR`, `Image`.
    pub kind: String,
    /// Status and size in bytes, or why it was refused.
    pub outcome: Result<(u16, usize), String>,
}

/// A request of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubRequest {
    /// The address, without fragment.
    pub url: String,
    /// Upper-case method.
    pub method: String,
    /// What a POST carries, where it is text.
    pub post_body: Option<String>,
    /// Chromium's name of the kind.
    pub kind: String,
}

/// The answer to a request of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supplied {
    /// What the page gets.
    Answer {
        /// HTTP status.
        status: u16,
        /// Names in lower case.
        headers: Vec<(String, String)>,
        /// The body with its content encoding undone.
        body: Vec<u8>,
    },
    /// Why it gets nothing.
    Refused(String),
}

/// Answers the requests of one page, one at a time.
#[async_trait]
pub trait Supply: Send + Sync {
    /// Answers or refuses; may wait for the pace of the host.
    async fn supply(&self, request: &SubRequest) -> Supplied;
}

/// Refuses everything: for rendering an archived page without any request.
#[derive(Clone, Copy, Debug)]
pub struct NoSupply;

#[async_trait]
impl Supply for NoSupply {
    async fn supply(&self, _: &SubRequest) -> Supplied {
        Supplied::Refused("rendered from the archive, without requests".into())
    }
}

/// Something that renders.
#[async_trait]
pub trait Render: Send + Sync {
    /// Renders one page. Dropping the future ends the browser at once.
    async fn render(&self, order: RenderOrder, supply: &dyn Supply) -> Result<Rendered, RenderError>;

    /// The longest time [`Render::render`] takes, the wait for a free browser included.
    fn longest(&self) -> Duration;
}

/// Why a page was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// There is no Chromium.
    #[error(
        "no Chromium: looked for {looked}; install it (Debian: apt install chromium) or set crawl.render.path\n\
         未找到 Chromium 浏览器,请安装或在 crawl.render.path 中写明路径"
    )]
    Missing {
        /// What was looked for.
        looked: String,
    },
    /// Chromium's sandbox does not work for root.
    #[error(
        "crawl.render.allow_unsandboxed: found false, expected true, because this process is root and Chromium's sandbox does not \
         work for root; better run tanzhao as an ordinary user\n\
         当前以 root 运行,Chromium 沙箱不可用:请改用普通用户运行,确需如此(容器)再设 allow_unsandboxed = true"
    )]
    Unsandboxed,
    /// It did not start.
    #[error("Chromium does not start: {0}")]
    Start(String),
    /// It went away or its tab died.
    #[error("Chromium died while rendering: {0}")]
    Died(String),
    /// It refused an order or spoke out of turn.
    #[error("Chromium refused {method}: {message}")]
    Refused {
        /// Which command.
        method: String,
        /// What it said.
        message: String,
    },
    /// The document or a message is too large.
    #[error("the rendered page is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The page could not even be read at the end of its budget.
    #[error("the page did not let go within its budget of {0:?}")]
    Stuck(Duration),
    /// Every browser is busy.
    #[error("no browser was free within {0:?}")]
    Busy(Duration),
}

impl RenderError {
    /// The reason as people of the bureau read it.
    #[must_use]
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "未找到 Chromium 浏览器",
            Self::Unsandboxed => "当前以 root 运行，Chromium 沙箱不可用，且未许可在无沙箱下运行",
            Self::Start(_) => "浏览器未能启动",
            Self::Died(_) => "浏览器在渲染中退出",
            Self::Refused { .. } => "浏览器拒绝了渲染命令",
            Self::TooLarge { .. } => "页面过大",
            Self::Stuck(_) => "页面未能在时限内渲染完",
            Self::Busy(_) => "浏览器一直被占用",
        }
    }

    /// Whether another try may help.
    #[must_use]
    pub fn retry(&self) -> bool {
        match self {
            Self::Start(_) | Self::Died(_) | Self::Busy(_) => true,
            Self::Missing { .. }
            | Self::Unsandboxed
            | Self::Refused { .. }
            | Self::TooLarge { .. }
            | Self::Stuck(_) => false,
        }
    }
}
