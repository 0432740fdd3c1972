//! Tanzhao (探照, searchlight) finds covert and disguised tutoring ads the way a careful inspector would: it reads public
//! listings gently, writes down what was seen and when, understands what was meant, and hands a person a short ranked list
//! with reasons. It finds suspicions; people decide.
//!
//! # How a listing flows
//! 1. [`sources`]: a definition says which pages may be read, by what right, how gently.
//! 2. [`store`]: the durable frontier knows which page is due and moves the host's clock before a request leaves.
//! 3. [`crawl`]: robots.txt, the address guard and the gate say yes; one honest request is made.
//! 4. [`extract`]: walls and empty pages are recognised; listings and links are read, each field knowing where it stood.
//! 5. [`evidence`]: the response is sealed in a WARC file; outcome, capture, listings and links become one transaction.
//! 6. [`text`] -> [`signals`] -> [`classify`] -> [`assess`]: disguise is undone with a map back to the original, facts are read,
//!    the model scores, the verdict quotes the page's own characters.
//! 7. [`leads`]: listings of one operator become one lead, routed to a county and ranked with its arithmetic shown, by a
//!    [`calendar`] of days off ([`pipeline`] runs 6 and 7 over the store).
//! 8. [`export`]: a county's package, contacts masked, with a manifest that `verify` checks offline.
//! 9. [`app`] puts it together; [`sampleweb`] is the small web that the demonstration and the tests sweep.
//!
//! A module uses only rooms above it; the table is in `docs/architecture.md` and a test holds it.

pub mod clock;
pub mod domain;

pub mod assess;
pub mod calendar;
pub mod capture_files;
pub mod classify;
pub mod evidence;
pub mod extract;
pub mod leads;
pub mod signals;
pub mod sources;
pub mod tables;
pub mod text;

pub mod crawl;
pub mod export;
pub mod pipeline;
pub mod store;

pub mod app;
pub mod config;
pub mod sampleweb;
