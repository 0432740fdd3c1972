//! `[crawl.render]`: whether pages may be rendered, with which browser and at what cost.

use crate::crawl::RenderParams;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Whether a browser is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Switch {
    /// Where one is found.
    #[default]
    Auto,
    /// Always; a sweep that needs one and has none is refused.
    On,
    /// Never.
    Off,
}

/// The checked section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RenderConfig {
    /// Whether a browser is used.
    pub enabled: Switch,
    /// How it is run.
    pub params: RenderParams,
}

impl Default for RenderConfig {
    fn default() -> Self {
        Self { enabled: Switch::Auto, params: RenderParams { browsers: 2, ..RenderParams::default() } }
    }
}

/// The section as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRender {
    pub enabled: Option<toml::Spanned<toml::Value>>,
    pub path: Option<PathBuf>,
    pub allow_unsandboxed: Option<bool>,
    pub browsers: Option<toml::Spanned<i64>>,
    pub wall_seconds: Option<toml::Spanned<i64>>,
    pub script_seconds: Option<toml::Spanned<i64>>,
    pub requests: Option<toml::Spanned<i64>>,
    pub bytes: Option<toml::Spanned<i64>>,
}

impl RawRender {
    /// The switch, or what was found in its place and where.
    pub fn switch(&self) -> Result<Switch, (String, usize)> {
        let Some(written) = &self.enabled else { return Ok(Switch::default()) };
        match written.get_ref() {
            toml::Value::Boolean(true) => Ok(Switch::On),
            toml::Value::Boolean(false) => Ok(Switch::Off),
            toml::Value::String(word) if word == "auto" => Ok(Switch::Auto),
            other => Err((other.to_string(), written.span().start)),
        }
    }
}
