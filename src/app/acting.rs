//! Who acts, and by which rules of time.

use super::{App, builtin, handover};
use crate::{
    config::Config,
    domain::Role,
    leads::lifecycle::{Actor, DaysOff, Terms},
};
use anyhow::{Context, bail};
use jiff::Timestamp;
use std::sync::Arc;

/// Who acts through this program: `by`, or whoever started it. Where people are configured it has to be one of them, in the
/// role they have there; else it is a reviewer.
///
/// # Errors
/// A name that is not configured, or no name at all.
pub fn acting(app: &App, config: &Config, by: Option<&str>) -> anyhow::Result<Actor> {
    let system = app.who.strip_prefix("user ");
    let Some(name) = by.or(system) else { bail!("无法得知操作人：请用 --by 姓名 注明") };
    find(config, name)
}

/// A person by name, for example the one a lead is given to.
///
/// # Errors
/// As for [`acting`].
pub fn find(config: &Config, name: &str) -> anyhow::Result<Actor> {
    if config.people.is_empty() {
        return Actor::person(name, Role::Reviewer).context("姓名");
    }
    let receivers = handover::receivers(&config.city)?;
    for one in &config.people {
        if let Some(county) = one.county().filter(|county| receivers.iter().all(|known| known.name != *county)) {
            let known: Vec<&str> = receivers.iter().map(|known| known.name.as_str()).collect();
            bail!("people.county: found `{county}` for `{}`, expected one of {}", one.name(), known.join(", "));
        }
    }
    config.people.iter().find(|one| one.is_same_person(name)).cloned().with_context(|| {
        let known: Vec<String> =
            config.people.iter().map(|one| format!("{}（{}）", one.name(), one.role().zh())).collect();
        format!("“{name}”不在 tanzhao.toml 的 [[people]] 中；可用 --by 注明操作人，现有：{}", known.join("、"))
    })
}

/// The bureau's rules of time, with the days off of the built-in calendar.
///
/// # Errors
/// A calendar file that is wrong.
pub fn terms(config: &Config) -> anyhow::Result<Arc<Terms>> {
    let off = DaysOff::of(&builtin::calendar()?);
    Ok(Arc::new(Terms { deadlines: config.queue.deadlines, off }))
}

/// The end of a lease that begins now.
#[must_use]
pub fn lease_end(app: &App, config: &Config) -> Timestamp {
    app.clock.now().checked_add(config.queue.lease).unwrap_or(Timestamp::MAX)
}
