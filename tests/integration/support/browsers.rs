//! Which browsers of a test are alive, by `/proc`.

use std::{collections::BTreeSet, fs};

/// A browser found by a word on its command line, with everything it started.
pub struct Family {
    mark: String,
}

struct Process {
    id: u32,
    parent: u32,
    alive: bool,
    command: String,
}

impl Family {
    /// By a word of its User-Agent that no other test uses.
    pub fn marked(mark: &str) -> Self {
        Self { mark: mark.into() }
    }

    /// Its living members.
    pub fn alive(&self) -> BTreeSet<u32> {
        let all = processes();
        let mut found: BTreeSet<u32> = self.heads(&all).collect();
        loop {
            let children: Vec<u32> = all
                .iter()
                .filter(|one| one.alive && found.contains(&one.parent) && !found.contains(&one.id))
                .map(|one| one.id)
                .collect();
            if children.is_empty() {
                return found;
            }
            found.extend(children);
        }
    }

    /// Kills the browsers themselves, as a crash would.
    pub fn kill_head(&self) {
        for id in self.heads(&processes()) {
            let done = std::process::Command::new("kill").args(["-9", &id.to_string()]).status();
            assert!(done.is_ok_and(|status| status.success()), "kill -9 {id}");
        }
    }

    fn heads<'a>(&'a self, all: &'a [Process]) -> impl Iterator<Item = u32> + 'a {
        all.iter()
            .filter(|one| one.alive && one.command.contains("--user-agent=") && one.command.contains(&self.mark))
            .map(|one| one.id)
    }
}

/// Whether one of these processes is still there.
pub fn any_alive(members: &BTreeSet<u32>) -> bool {
    processes().iter().any(|one| one.alive && members.contains(&one.id))
}

/// All processes; one that is dead and only waits to be collected is not alive.
fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("Linux").flatten();
    let read = entries.filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, after) = stat.rsplit_once(')')?;
        let mut fields = after.split_whitespace();
        let alive = !matches!(fields.next()?, "Z" | "X");
        let parent = fields.next()?.parse().ok()?;
        let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        Some(Process { id, parent, alive, command: String::from_utf8_lossy(&command).replace('\0', " ") })
    });
    read.collect()
}
