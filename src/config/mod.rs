//! What a person sets: built-in < file < environment < flag.
//!
//! The file is `tanzhao.toml`; unknown keys are errors. Nothing in it makes a sweep less polite than its source definitions.

mod people;
mod queue;
mod render;
mod retention;

pub use queue::QueueConfig;
pub use render::{RenderConfig, Switch};

use crate::{
    crawl::render::Budget,
    leads::{LeadParams, lifecycle::Actor, retention::RetentionDays},
};
use serde::{Deserialize, Serialize};
use std::{ops::Range, path::Path, time::Duration};

/// The checked configuration. A field that holds a secret must not be serialised: the audit log shows all others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// Who to write to about our requests: an e-mail address or a web page. Empty until somebody sets it.
    pub contact: String,
    /// The city whose leads are looked for; its places are in `seeds/places`.
    pub city: String,
    /// Requests in flight, all hosts together (one per host).
    pub workers: usize,
    /// For one whole request.
    pub timeout: Duration,
    /// Largest body as sent, in bytes.
    pub body_bytes: usize,
    /// Largest body after decompression, in bytes.
    pub decoded_bytes: usize,
    /// Longest wait for a host before a sweep stops and is resumed later.
    pub idle_limit: Duration,
    /// Whether and how pages that need their scripts are rendered.
    pub render: RenderConfig,
    /// How listings are linked and leads ranked.
    pub leads: LeadParams,
    /// How long leads may wait.
    pub queue: QueueConfig,
    /// Who works with the program; empty: whoever starts it, as a reviewer.
    pub people: Vec<Actor>,
    /// How long what is known may be kept.
    pub retention: RetentionDays,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            contact: String::new(),
            city: "朝阳市".into(),
            workers: 16,
            timeout: Duration::from_secs(30),
            body_bytes: 8 << 20,
            decoded_bytes: 32 << 20,
            idle_limit: Duration::from_mins(15),
            render: RenderConfig::default(),
            leads: LeadParams::default(),
            queue: QueueConfig::default(),
            people: Vec::new(),
            retention: RetentionDays::default(),
        }
    }
}

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawConfig {
    contact: Option<String>,
    city: Option<String>,
    crawl: RawCrawl,
    link: Option<crate::leads::LinkParams>,
    rank: Option<crate::leads::RankWeights>,
    standing: Option<crate::leads::StandingParams>,
    queue: queue::RawQueue,
    people: Vec<toml::Spanned<people::RawPerson>>,
    retention: retention::RawRetention,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawCrawl {
    workers: Option<toml::Spanned<i64>>,
    timeout_seconds: Option<toml::Spanned<i64>>,
    body_bytes: Option<toml::Spanned<i64>>,
    decoded_bytes: Option<toml::Spanned<i64>>,
    idle_limit_seconds: Option<toml::Spanned<i64>>,
    render: render::RawRender,
}

/// Everything wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(Vec<String>);

impl Config {
    /// Reads the file's text over the built-in values.
    ///
    /// ```
    /// let config = tanzhao::config::Config::parse("tanzhao.toml", "contact = \"jyj@example.cn\"\n[crawl]\nworkers = 4\n").unwrap();
    /// assert_eq!((config.contact.as_str(), config.workers), ("jyj@example.cn", 4));
    /// let error = tanzhao::config::Config::parse("tanzhao.toml", "[crawl]\nworkers = 0\n").unwrap_err();
    /// assert_eq!(error.to_string(), "tanzhao.toml:2: crawl.workers: found 0, expected 1 to 256");
    /// ```
    ///
    /// # Errors
    /// All problems, each with file, line, field, found and expected.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let raw: RawConfig = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            ConfigError(vec![format!("{file}:{line}: {}", error.message())])
        })?;
        let mut problems = Vec::new();
        let mut number = |field: &str, value: Option<toml::Spanned<i64>>, default: u64, range: Range<i64>| {
            let Some(value) = value else { return default };
            if range.contains(value.get_ref()) {
                return value.get_ref().unsigned_abs();
            }
            let line = line_of(text, value.span().start);
            problems.push(format!(
                "{file}:{line}: crawl.{field}: found {}, expected {} to {}",
                value.get_ref(),
                range.start,
                range.end - 1
            ));
            default
        };
        let base = Self::default();
        let size = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        let workers = size(number("workers", raw.crawl.workers, base.workers as u64, 1..257));
        let timeout = number("timeout_seconds", raw.crawl.timeout_seconds, base.timeout.as_secs(), 1..601);
        let body_bytes =
            size(number("body_bytes", raw.crawl.body_bytes, base.body_bytes as u64, 1024..(256 << 20) + 1));
        let decoded_bytes =
            size(number("decoded_bytes", raw.crawl.decoded_bytes, base.decoded_bytes as u64, 1024..(256 << 20) + 1));
        let idle = number("idle_limit_seconds", raw.crawl.idle_limit_seconds, base.idle_limit.as_secs(), 1..86_401);
        let (raw_render, mut render) = (raw.crawl.render, base.render);
        let switch = raw_render.switch();
        render.params.path = raw_render.path;
        render.params.allow_unsandboxed = raw_render.allow_unsandboxed.unwrap_or(false);
        render.params.browsers =
            size(number("render.browsers", raw_render.browsers, render.params.browsers as u64, 1..9));
        let budget = &mut render.params.budget;
        let wall = number("render.wall_seconds", raw_render.wall_seconds, budget.wall.as_secs(), 5..601);
        let script = number("render.script_seconds", raw_render.script_seconds, budget.script.as_secs(), 1..121);
        let requests = number("render.requests", raw_render.requests, budget.requests.into(), 0..201);
        let bytes = number("render.bytes", raw_render.bytes, budget.bytes as u64, 1024..(64 << 20) + 1);
        *budget = Budget {
            wall: Duration::from_secs(wall),
            script: Duration::from_secs(script),
            requests: u32::try_from(requests).unwrap_or(budget.requests),
            bytes: size(bytes),
        };
        match switch {
            Ok(switch) => render.enabled = switch,
            Err((found, at)) => problems.push(format!(
                "{file}:{}: crawl.render.enabled: found {found}, expected true, false or \"auto\"",
                line_of(text, at)
            )),
        }
        let (retention, wrong) = raw.retention.check();
        problems.extend(wrong.into_iter().map(|one| {
            let (line, least, most) = (line_of(text, one.at), one.expected.start(), one.expected.end());
            format!("{file}:{line}: retention.{}: found {}, expected {least} to {most}", one.field, one.found)
        }));
        let rank = raw.rank.unwrap_or_default();
        if let Err(error) = rank.check() {
            problems.push(format!("{file}:{}: {error}", line_of_weight(text, &error.field)));
        }
        let standing = raw.standing.unwrap_or_default();
        if let Err(error) = standing.check() {
            problems.push(format!("{file}: {error}"));
        }
        let mut found = Vec::new();
        let (queue, people) = (raw.queue.check(&mut found), people::check(raw.people, &mut found));
        problems.extend(found.into_iter().map(|(at, words)| format!("{file}:{}: {words}", line_of(text, at))));
        if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        let city = raw.city.unwrap_or(base.city);
        Ok(Self {
            contact: raw.contact.unwrap_or_default().trim().to_owned(),
            leads: LeadParams { city: city.clone(), link: raw.link.unwrap_or_default(), rank, standing },
            city,
            workers,
            timeout: Duration::from_secs(timeout),
            body_bytes,
            decoded_bytes,
            idle_limit: Duration::from_secs(idle),
            render,
            queue,
            people,
            retention,
        })
    }

    /// Reads `path`, or the built-in values when it is not given and `./tanzhao.toml` does not exist; then the environment
    /// variable `TANZHAO_CONTACT`.
    ///
    /// # Errors
    /// What the file says, or that it cannot be read.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let default = Path::new("tanzhao.toml");
        let chosen = path.or_else(|| default.is_file().then_some(default));
        let mut config = match chosen {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError(vec![format!("{}: cannot be read: {error}", path.display())]))?;
                Self::parse(&path.display().to_string(), &text)?
            }
        };
        if let Ok(contact) = std::env::var("TANZHAO_CONTACT") {
            contact.trim().clone_into(&mut config.contact);
        }
        Ok(config)
    }

    /// The honest name we ask under.
    #[must_use]
    pub fn user_agent(&self, agent: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        if self.contact.is_empty() {
            format!("{agent}/{version}")
        } else {
            format!("{agent}/{version} (+{})", self.contact)
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// The line that sets a weight of the ranking, by its name or that of the matter it counts for.
fn line_of_weight(text: &str, field: &str) -> usize {
    let name = field.rsplit('.').next().unwrap_or(field);
    let sets = |line: &str| line.trim_start().trim_start_matches('"').starts_with(name) && line.contains('=');
    let lines = || text.lines().zip(1..);
    let section = lines().find(|(line, _)| line.trim_start().starts_with("[rank")).map_or(1, |(_, number)| number);
    let found = lines().skip(section).find(|(line, _)| sets(line));
    // Weights may also stand in one line, as rank = { ... }.
    found.or_else(|| lines().find(|(line, _)| line.contains(name))).map_or(section, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_weight_is_named_with_its_line() {
        let wrong = |text: &str| Config::parse("t.toml", text).expect_err(text).to_string();
        assert_eq!(
            wrong("city = \"朝阳市\"\n[rank]\nteacher = 0.5\nhalf_life_days = 0\n"),
            "t.toml:4: rank weight `half_life_days` is 0, expected more than 0"
        );
        assert_eq!(
            wrong("[rank.matters]\nM08 = 0.1\nM12 = -1\n"),
            "t.toml:3: rank weight `matters.M12` is -1, expected at least 0"
        );
        assert!(wrong("[rank]\nteachers = 1\n").starts_with("t.toml:2: unknown field `teachers`"));
        let set = Config::parse("t.toml", "[rank]\nteacher = 0.9\n").expect("good").leads.rank;
        assert_eq!((set.teacher.to_string(), set.half_life_days.to_string()), ("0.9".to_owned(), "21".to_owned()));
    }

    #[test]
    fn the_render_section_is_strict() {
        let read =
            |text: &str| Config::parse("t.toml", &format!("[crawl.render]\n{text}\n")).map(|config| config.render);
        let render = read("enabled = true\npath = \"/opt/chromium\"\nallow_unsandboxed = true\nwall_seconds = 30")
            .expect("good");
        assert_eq!((render.enabled, render.params.budget.wall), (Switch::On, Duration::from_secs(30)));
        assert!(render.params.allow_unsandboxed && render.params.path.is_some());
        assert_eq!(read("").expect("nothing set"), RenderConfig::default());
        for (text, problem) in [
            (
                "enabled = \"sometimes\"",
                "t.toml:2: crawl.render.enabled: found \"sometimes\", expected true, false or \"auto\"",
            ),
            ("requests = 500", "t.toml:2: crawl.render.requests: found 500, expected 0 to 200"),
            ("wall_seconds = 0", "t.toml:2: crawl.render.wall_seconds: found 0, expected 5 to 600"),
        ] {
            assert_eq!(read(text).expect_err(text).to_string(), problem);
        }
        assert!(
            read("stealth = true").expect_err("unknown").to_string().starts_with("t.toml:2: unknown field `stealth`")
        );
    }

    #[test]
    fn the_retention_section_is_strict() {
        let read =
            |text: &str| Config::parse("t.toml", &format!("[retention]\n{text}\n")).map(|config| config.retention);
        assert_eq!(read("").expect("nothing set"), RetentionDays::default());
        let days = read("not_suspect = 3\nhanded_over = 1825").expect("good");
        assert_eq!((days.not_suspect, days.suspect, days.handed_over), (3, 90, 1825));
        for (text, problem) in [
            ("suspect = 0", "t.toml:2: retention.suspect: found 0, expected 1 to 3650"),
            ("handed_over = 365", "t.toml:2: retention.handed_over: found 365, expected 730 to 3650"),
            ("dismissed = 70000", "t.toml:2: retention.dismissed: found 70000, expected 1 to 3650"),
        ] {
            assert_eq!(read(text).expect_err(text).to_string(), problem);
        }
        assert!(
            read("forever = true").expect_err("unknown").to_string().starts_with("t.toml:2: unknown field `forever`")
        );
    }

    #[test]
    fn unknown_keys_are_errors_with_their_line() {
        let error =
            Config::parse("t.toml", "contact = \"a@b.cn\"\nignore_robots = true\n").expect_err("an unknown key");
        assert!(error.to_string().starts_with("t.toml:2: unknown field `ignore_robots`"), "{error}");
    }
}
