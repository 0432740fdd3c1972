//! Which sites may be read, by what right and how gently.
//!
//! A **source** is a site with its definition (`seeds/sources/*.toml`). A definition is read in two steps: the
//! TOML tree with the place of every value, then a check that reports every problem at once with file, line and
//! field. Only what passed the check is a [`SourceManifest`].

mod check;
pub mod golden;
pub mod health;
mod item_rules;
pub mod manifest;
pub mod pages;
mod paging_rules;
pub mod problem;
mod reader;
pub mod registry;
mod rules;
#[cfg(test)]
mod tests;
pub mod traps;

pub use manifest::{Budget, Pace, RenderMode, SourceManifest, Status, Yield, parse, parse_with};
pub use pages::{
    CssPath, Field, FieldPlace, FieldRule, ItemRule, ItemsAt, LinkPlace, LinkRule, PageDef, Paging, ParamPlace, Piece,
    SamePage, Template,
};
pub use problem::ManifestError;
pub use registry::{DuplicateSource, Registry};
