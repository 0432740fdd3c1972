//! One Chromium process: found, started with nothing but what rendering needs, and ended with all its children.

use super::{RenderError, RenderParams, tab::text, wire::Wire};
use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use serde_json::json;
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Names looked for in `PATH`.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Names the program where it is neither configured nor in `PATH`.
const VARIABLE: &str = "TANZHAO_CHROMIUM";
/// A cold start on a busy machine.
const START: Duration = Duration::from_secs(30);
/// Width and height of the window, in pixels.
const WINDOW: &str = "--window-size=1280,1024";

const ARGUMENTS: [&str; 22] = [
    "--headless",
    "--remote-debugging-pipe",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--mute-audio",
    "--lang=zh-CN",
    "--js-flags=--max-old-space-size=512",
    // No network, three times over: names do not resolve, everything else (loopback too) goes to a proxy that does not exist,
    // and WebRTC, which asks neither, may not use UDP on its own. The last switch has two names, by version.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=socks5://nowhere.invalid:1",
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    WINDOW,
];

/// A running browser; dropping it kills it.
pub(super) struct Browser {
    pub wire: Wire,
    /// Its name and version in its own words, for example `HeadlessChrome/140.0.7339.80`.
    pub product: String,
    /// Pages rendered so far.
    pub pages: u32,
    child: Child,
    group: Option<Pid>,
    /// An empty profile of its own, removed with the browser.
    profile: TempDir,
}

/// Looks for the program: the configured path, then `TANZHAO_CHROMIUM`, then `PATH`.
///
/// # Errors
/// [`RenderError::Missing`] with what was looked for.
pub fn find(configured: Option<&Path>) -> Result<PathBuf, RenderError> {
    let named = configured.map(Path::to_owned).or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
    if let Some(path) = named {
        // A path that somebody named is used or refused, never silently replaced by another program.
        return if path.is_file() {
            Ok(path)
        } else {
            Err(RenderError::Missing { looked: path.display().to_string() })
        };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file())
        .ok_or_else(|| RenderError::Missing { looked: format!("{} in PATH", NAMES.join(", ")) })
}

/// Whether the sandbox has to be left off; for root it does not work, and only a person may accept that.
///
/// # Errors
/// [`RenderError::Unsandboxed`] when this process is root and nobody has accepted it.
pub fn without_sandbox(params: &RenderParams) -> Result<bool, RenderError> {
    sandbox_rule(geteuid().is_root(), params.allow_unsandboxed)
}

fn sandbox_rule(root: bool, accepted: bool) -> Result<bool, RenderError> {
    match (root, accepted) {
        (true, false) => Err(RenderError::Unsandboxed),
        (root, _) => Ok(root),
    }
}

impl Browser {
    /// Starts the program with an empty profile.
    ///
    /// # Errors
    /// No pipes or folder, the program does not start, or it does not answer.
    pub async fn start(program: &Path, params: &RenderParams) -> Result<Self, RenderError> {
        let failed = |error: std::io::Error| RenderError::Start(format!("{}: {error}", program.display()));
        let profile = tempfile::Builder::new().prefix("tanzhao-browser-").tempdir().map_err(failed)?;
        let log = File::create(profile.path().join("stderr.log")).map_err(failed)?;
        let (orders_in, orders_out) = std::io::pipe().map_err(failed)?;
        let (answers_in, answers_out) = std::io::pipe().map_err(failed)?;
        let mut command = Command::new(program);
        command
            .args(ARGUMENTS)
            .arg(format!("--user-agent={}", params.user_agent))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            // The browser gets nothing of our environment but what a launcher script needs.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", profile.path())
            .env("TZ", "Asia/Shanghai")
            .env("LANG", "C.UTF-8")
            .current_dir(profile.path())
            .process_group(0)
            .kill_on_drop(true);
        if without_sandbox(params)? {
            command.arg("--no-sandbox");
        }
        command.arg("about:blank");
        command
            .fd_mappings(vec![
                FdMapping { parent_fd: orders_in.into(), child_fd: 3 },
                FdMapping { parent_fd: answers_out.into(), child_fd: 4 },
            ])
            .map_err(|error| RenderError::Start(error.to_string()))?;
        let child = command.spawn().map_err(failed)?;
        // The command holds the browser's ends; they must close here, or its death would go unnoticed.
        drop(command);
        let wire = Wire::new(orders_out.into(), answers_in.into()).map_err(failed)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let mut browser = Self { wire, product: String::new(), pages: 0, child, group, profile };
        match browser.wire.call(None, "Browser.getVersion", json!({}), START).await {
            Ok(version) => browser.product = text(&version, "product"),
            Err(error) => return Err(RenderError::Start(format!("{error}; {}", browser.last_words()))),
        }
        tracing::debug!(browser.product, "a browser is ready");
        Ok(browser)
    }

    /// The end of what it wrote to standard error.
    fn last_words(&self) -> String {
        let bytes = std::fs::read(self.profile.path().join("stderr.log")).unwrap_or_default();
        let tail = &bytes[bytes.len().saturating_sub(400)..];
        String::from_utf8_lossy(tail).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Kills the browser with its children and waits until it is gone.
    pub async fn end(mut self) {
        self.kill();
        let _ = self.child.wait().await;
    }

    fn kill(&mut self) {
        if let Some(group) = self.group.take() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_is_left_off_for_root_only_and_only_where_accepted() {
        assert!(matches!(sandbox_rule(true, false), Err(RenderError::Unsandboxed)));
        assert!(sandbox_rule(true, true).expect("accepted"));
        assert!(!sandbox_rule(false, true).expect("an ordinary user keeps the sandbox"));
        assert!(!sandbox_rule(false, false).expect("an ordinary user"));
    }

    #[test]
    fn a_named_program_that_is_missing_is_an_error_with_its_path() {
        let error = find(Some(Path::new("/nowhere/chromium"))).expect_err("not there");
        assert!(error.to_string().contains("/nowhere/chromium"), "{error}");
    }
}
