//! Politely bringing pages home.
//!
//! [`worker`] takes one page at a time from lease to completion; [`robots`] and [`guard`] say whether it may be asked,
//! [`gate`] when, [`fetcher`] asks, [`rendering`] runs the scripts of pages that are empty without, [`reading`] makes listings and links of the answer, [`captures`] keeps what came. Nothing here logs in, solves a puzzle or hides who asks.

mod answers;
pub mod captures;
pub mod fetcher;
pub mod gate;
pub mod guard;
pub mod reading;
pub mod render;
pub mod rendering;
pub mod robots;
pub mod seeds;
pub mod worker;

pub use captures::CaptureFolder;
pub use fetcher::{Fetch, FetchError, HttpFetcher, HttpParams, RawResponse};
pub use guard::Guard;
pub use render::{ChromiumRenderer, RenderParams};
pub use rendering::Rendering;
pub use worker::{Crawl, CrawlEnd, CrawlParams};
