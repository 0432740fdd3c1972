//! What the binary carries with it: lexicon, places, matters, model, and the sample web with its definitions.

use crate::assess::{Knowledge, Reading, Toolkit, ToolkitError};
use crate::calendar::{Calendar, CalendarError};
use crate::sources::SourceManifest;
use include_dir::{Dir, include_dir};
use std::path::Path;

static LEXICON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/lexicon");
static PLACES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seeds/places");
static SOURCES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seeds/sources");

static CALENDAR: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seeds/calendar");

/// The committed model file.
pub const MODEL: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/tanzhao.model"));
/// The committed matter table.
pub const MATTERS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/matters.toml"));
/// The definition of pages that have none.
const UNDEFINED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/recorded.toml"));
/// The listings of the sample web.
pub const SAMPLE_LISTINGS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/sample-web/listings.jsonl"));

fn texts(dir: &'static Dir<'_>) -> Vec<(&'static str, &'static str)> {
    let mut files: Vec<_> = dir
        .files()
        .filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents_utf8()?)))
        .filter(|(name, _)| Path::new(name).extension().is_some_and(|end| end == "tsv" || end == "toml"))
        .collect();
    files.sort_unstable();
    files
}

/// The definitions of the sample web.
#[must_use]
pub fn sample_sources() -> Vec<(&'static str, &'static str)> {
    texts(&SOURCES).into_iter().filter(|(name, _)| name.starts_with("sample-")).collect()
}

/// Every committed definition: the sample web's and those of real sites.
#[must_use]
pub fn all_sources() -> Vec<(&'static str, &'static str)> {
    texts(&SOURCES)
}

/// What reads a recorded page that no definition describes.
///
/// # Errors
/// Never with the committed file.
pub fn undefined_source() -> anyhow::Result<SourceManifest> {
    crate::sources::manifest::parse("seeds/recorded.toml", UNDEFINED)
        .map_err(|problems| anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// Holidays and vacations.
///
/// # Errors
/// Never with the committed files.
pub fn calendar() -> Result<Calendar, CalendarError> {
    Calendar::parse(&texts(&CALENDAR))
}

/// The judge, with the committed model or another one.
///
/// # Errors
/// When the model is damaged.
pub fn toolkit(model: Option<&[u8]>) -> Result<Toolkit, ToolkitError> {
    with_knowledge(|knowledge| Toolkit::build(knowledge, model.unwrap_or(MODEL)))
}

/// What reads a text without a model: for training one.
///
/// # Errors
/// Never with the committed files.
pub fn reading() -> Result<Reading, ToolkitError> {
    with_knowledge(Toolkit::reading)
}

fn with_knowledge<T>(work: impl FnOnce(&Knowledge) -> T) -> T {
    let (lexicon, places) = (texts(&LEXICON), texts(&PLACES));
    work(&Knowledge { lexicon: &lexicon, places: &places, matters: ("seeds/matters.toml", MATTERS) })
}
