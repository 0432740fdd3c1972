//! The walls between rooms: one package has none, so this test builds them.
//!
//! Changing [`ROOMS`] needs a reason in the commit. `docs/architecture.md` shows the same table to people.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Room, whether it is pure, and the rooms it may use. A room may only use rooms in lines above it.
const ROOMS: &[(&str, Purity, &[&str])] = &[
    ("domain", Purity::Pure, &[]),
    ("clock", Purity::Edge, &[]),
    ("sources", Purity::Pure, &["domain"]),
    // Days off are data; the date comes in as an argument.
    ("calendar", Purity::Pure, &["domain"]),
    ("text", Purity::Pure, &["domain"]),
    ("evidence", Purity::Pure, &["domain"]),
    // Many formats of files from outside, none of which judging or crawling has to know.
    ("capture_files", Purity::Pure, &["domain", "evidence"]),
    ("extract", Purity::Pure, &["domain", "sources"]),
    ("signals", Purity::Pure, &["domain", "text"]),
    // Spreadsheets of bureaus: signals finds what would identify a complainant, evidence masks it.
    ("tables", Purity::Pure, &["domain", "evidence", "signals"]),
    ("classify", Purity::Pure, &["domain", "text", "signals"]),
    ("assess", Purity::Pure, &["domain", "text", "signals", "classify"]),
    ("leads", Purity::Pure, &["domain", "calendar", "text", "signals", "assess"]),
    ("store", Purity::Edge, &["domain", "clock", "sources", "text", "evidence", "signals", "assess", "leads"]),
    ("crawl", Purity::Edge, &["domain", "clock", "sources", "extract", "evidence", "store"]),
    ("pipeline", Purity::Edge, &["domain", "clock", "text", "evidence", "assess", "leads", "store"]),
    ("export", Purity::Edge, &["domain", "clock", "classify", "assess", "leads", "evidence", "store"]),
    ("sampleweb", Purity::Edge, &["domain"]),
    ("config", Purity::Edge, &["domain", "sources", "classify", "leads", "store", "crawl", "pipeline", "export"]),
    (
        "app",
        Purity::Edge,
        &[
            "domain",
            "clock",
            "sources",
            "calendar",
            "text",
            "evidence",
            "capture_files",
            "extract",
            "signals",
            "tables",
            "classify",
            "assess",
            "leads",
            "store",
            "crawl",
            "pipeline",
            "export",
            "sampleweb",
            "config",
        ],
    ),
];

/// Whether a room may touch the world.
#[derive(Clone, Copy, PartialEq)]
enum Purity {
    /// Time, bytes and word lists come in as arguments.
    Pure,
    /// May open files, sockets and databases.
    Edge,
}

const IMPURE: &[&str] =
    &["tokio", "reqwest", "rusqlite", "axum", "std::fs", "std::env", "std::process", "SystemTime", "Instant", "now("];

/// Lines of code, without comments, blank lines and tests.
const LONGEST_FILE: usize = 400;

#[test]
fn rooms_keep_to_the_layer_table() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut complaints = Vec::new();
    let mut seen = 0;
    for path in rust_files(&src) {
        let text = std::fs::read_to_string(&path).expect("a source file is UTF-8");
        let inside = path.strip_prefix(&src).expect("found below it");
        if is_test_file(&path) {
            continue;
        }
        seen += 1;
        complaints.extend(check(inside, &text));
    }
    assert!(seen > 5, "only {seen} files found below {}", src.display());
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_room_has_a_row_and_looks_up_only() {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let names: Vec<&str> = ROOMS.iter().map(|(room, ..)| *room).collect();
    for line in code_only(&lib).lines() {
        if let Some(room) = line.trim().strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            assert!(names.contains(&room), "room `{room}` has no row in the layer table");
        }
    }
    for (at, (room, purity, uses)) in ROOMS.iter().enumerate() {
        for used in *uses {
            let below = ROOMS.iter().position(|(name, ..)| name == used);
            assert!(below.is_some_and(|below| below < at), "`{room}` uses `{used}`, which is not above it");
            let impure = ROOMS.iter().any(|(name, kind, _)| name == used && *kind == Purity::Edge);
            assert!(!(*purity == Purity::Pure && impure), "pure `{room}` uses `{used}`, which is not pure");
        }
    }
}

#[test]
fn the_check_itself_sees_what_it_should() {
    let found = |file: &str, text: &str| check(Path::new(file), text).len();
    assert_eq!(found("text/a.rs", "use crate::domain::Span; use crate::text::Lexicon;"), 0);
    assert_eq!(found("text/a.rs", "use crate::signals::Cue;"), 1);
    assert_eq!(found("text/a.rs", "use crate::{domain::{Span, Form}, leads::Lead, store};"), 2);
    assert_eq!(
        found("text/a.rs", "// use crate::leads\n const A: &str = r#\"crate::leads \"#; const B: char = '\"';"),
        0
    );
    assert_eq!(
        found("text/a.rs", "fn a<'a>(x: &'a str) {} #[cfg(test)] mod tests { use crate::leads::Lead; fn b() {} }"),
        0
    );
    assert_eq!(found("text/a.rs", "fn a() { let t = Timestamp::now(); let x = unknown(1); }"), 1);
    assert_eq!(found("text/a.rs", "use std::{fmt, fs};"), 1);
    assert_eq!(found("text/a.rs", "use super::super::domain;"), 1);
    assert_eq!(found("store/a.rs", "use std::fs; use rusqlite::Connection;"), 0);
    assert_eq!(found("text/a.rs", &"let a = 1;\n".repeat(LONGEST_FILE + 1)), 1);
    assert_eq!(found("newroom/a.rs", ""), 1);
}

/// What is wrong with one file, by its path below `src/`.
fn check(inside: &Path, text: &str) -> Vec<String> {
    let file = inside.display();
    let code = without_tests(&code_only(text));
    let mut complaints = Vec::new();
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > LONGEST_FILE {
        complaints.push(format!("{file}: {lines} lines of code, at most {LONGEST_FILE}"));
    }
    let first =
        inside.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    let room = first.trim_end_matches(".rs");
    if room == "lib" || room == "bin" {
        return complaints;
    }
    let Some((_, purity, uses)) = ROOMS.iter().find(|(name, ..)| *name == room) else {
        complaints.push(format!("{file}: room `{room}` has no row in the layer table"));
        return complaints;
    };
    for used in heads(&code, "crate") {
        if used != room && !uses.contains(&used.as_str()) {
            complaints.push(format!("{file}: `{room}` may not use `crate::{used}`"));
        }
    }
    if code.split_whitespace().collect::<String>().contains("super::super") {
        complaints.push(format!("{file}: `super::super` hides where a thing lives, write `crate::`"));
    }
    if *purity == Purity::Pure {
        let std_used: BTreeSet<String> = heads(&code, "std").into_iter().map(|name| format!("std::{name}")).collect();
        for word in IMPURE {
            if std_used.contains(*word) || (!word.starts_with("std::") && has_word(&code, word)) {
                complaints.push(format!("{file}: `{word}` in the pure room `{room}`"));
            }
        }
    }
    complaints
}

/// The first names after `root::`, groups in braces opened.
fn heads(code: &str, root: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let needle = format!("{root}::");
    for (at, _) in code.match_indices(&needle) {
        if code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + needle.len()..];
        let Some(group) = rest.trim_start().strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let mut depth = 1;
        let mut start = 0;
        for (pos, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                found.insert(name(&group[start..pos]));
                start = pos + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    found.remove("");
    found
}

fn name(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(part);
        let after = !word.ends_with('(') && code[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

/// The text with comments and the insides of literals blanked; line breaks stay.
fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => until(&chars, at, |rest| rest[0] == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment(&chars, at),
            '"' => string(&chars, at),
            'r' if starts_raw_string(&chars, at) => raw_string(&chars, at),
            '\'' if chars.get(at + 1) == Some(&'\\') => until(&chars, at + 3, |rest| rest[0] == '\'') + 1,
            '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
            c => {
                out.push(c);
                at += 1;
                continue;
            }
        };
        let end = end.clamp(at + 1, chars.len());
        out.extend(chars[at..end].iter().filter(|c| **c == '\n'));
        out.push(' ');
        at = end;
    }
    out
}

fn until(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| stop(&chars[at..])).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn starts_raw_string(chars: &[char], at: usize) -> bool {
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let own = at == 0 || !word(&chars[at - 1]) || (chars[at - 1] == 'b' && (at == 1 || !word(&chars[at - 2])));
    own && chars[at + 1..].iter().find(|c| **c != '#') == Some(&'"')
}

fn raw_string(chars: &[char], from: usize) -> usize {
    let hashes = chars[from + 1..].iter().take_while(|c| **c == '#').count();
    let body = from + hashes + 2;
    let closes = |rest: &[char]| rest[0] == '"' && rest[1..].iter().take_while(|c| **c == '#').count() >= hashes;
    until(chars, body, closes) + 1 + hashes
}

/// The code without items under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        rest = &rest[at + "#[cfg(test)]".len()..];
        let mut depth = 0;
        let mut end = rest.len();
        for (pos, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(c, '}' | ';') {
                end = pos + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Whether a neighbour declares the file as a module under `#[cfg(test)]`, by name or by path.
fn is_test_file(path: &Path) -> bool {
    let (Some(folder), Some(file), Some(stem)) = (path.parent(), path.file_name(), path.file_stem()) else {
        return false;
    };
    let by_name = format!("#[cfg(test)] mod {};", stem.to_string_lossy());
    let by_path = format!("#[cfg(test)] #[path = \"{}\"] mod", file.to_string_lossy());
    let mut neighbours = vec![folder.with_extension("rs")];
    neighbours
        .extend(std::fs::read_dir(folder).expect("a folder of the repository").flatten().map(|entry| entry.path()));
    neighbours.iter().filter(|near| near.as_path() != path).any(|near| {
        let text = std::fs::read_to_string(near).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        text.contains(&by_path) || text.contains(&by_name)
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
