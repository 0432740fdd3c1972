//! The container of a workbook, looked through before a reader trusts it: how large it really becomes, how many strings it
//! claims, which rows are hidden.

use super::{Limits, TableError};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Cursor, Read},
};
use zip::ZipArchive;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Parts of a workbook; more is no workbook.
const MOST_PARTS: usize = 2_000;
/// The shortest shared string, `<si/>`, takes so many bytes.
const SHORTEST_STRING: u64 = 5;

/// Hidden rows by sheet name, rows from 0.
pub(super) type Hidden = BTreeMap<String, BTreeSet<u32>>;

/// Measures every part by inflating it, since a zip's own figures may lie, and finds the hidden rows.
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Hidden, TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MOST_PARTS {
        return Err(TableError::Damaged { reason: format!("压缩包内有 {} 个文件", archive.len()) });
    }
    let mut left = limits.inflated_bytes;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| damaged(&error))?;
        let is_strings = part.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with("sharedstrings.xml"));
        let mut part = part.take(left.saturating_add(1));
        let mut head = Vec::new();
        if is_strings {
            part.by_ref().take(4096).read_to_end(&mut head).map_err(|error| damaged(&error))?;
        }
        let size =
            head.len() as u64 + std::io::copy(&mut part, &mut std::io::sink()).map_err(|error| damaged(&error))?;
        left = left.checked_sub(size).ok_or(TableError::Bomb { most: limits.inflated_bytes })?;
        // A reader sets room aside for as many strings as the part claims to hold.
        if is_strings && claimed_strings(&head).is_some_and(|count| count > size / SHORTEST_STRING) {
            return Err(TableError::Damaged { reason: "共享字符串的数目与内容不符".to_owned() });
        }
    }
    hidden_rows(&mut archive)
}

fn claimed_strings(head: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(head);
    let (_, after) = text.split_once("uniqueCount")?;
    let digits: String = after.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    Some(digits.parse().unwrap_or(u64::MAX))
}

fn hidden_rows(archive: &mut Archive<'_>) -> Result<Hidden, TableError> {
    let mut targets: BTreeMap<String, String> = BTreeMap::new();
    each_element(archive, "xl/_rels/workbook.xml.rels", &mut |element| {
        if element.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target"))
        {
            targets.insert(id, target);
        }
    })?;
    let mut sheets: Vec<(String, String)> = Vec::new();
    each_element(archive, "xl/workbook.xml", &mut |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id"))
            && let Some(target) = targets.get(&id)
        {
            let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            sheets.push((name, path));
        }
    })?;
    let mut hidden = Hidden::new();
    for (name, path) in sheets {
        let mut rows = BTreeSet::new();
        let mut number = 0u32;
        each_element(archive, &path, &mut |element| {
            if element.local_name().as_ref() == "row" {
                number = attribute(element, "r").and_then(|text| text.parse().ok()).unwrap_or(number.saturating_add(1));
                if attribute(element, "hidden").is_some_and(|value| value == "1" || value == "true") {
                    rows.insert(number.saturating_sub(1));
                }
            }
        })?;
        hidden.insert(name, rows);
    }
    Ok(hidden)
}

/// Goes through the elements of a part; a part that is not there has none.
fn each_element(
    archive: &mut Archive<'_>,
    path: &str,
    each: &mut dyn FnMut(&BytesStart<'_>),
) -> Result<(), TableError> {
    let Ok(part) = archive.by_name(path) else { return Ok(()) };
    let mut reader = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    while let Some(()) = step(&mut reader, &mut buffer, each)? {
        buffer.clear();
    }
    Ok(())
}

fn step<R: BufRead>(
    reader: &mut Reader<R>,
    buffer: &mut Vec<u8>,
    each: &mut dyn FnMut(&BytesStart<'_>),
) -> Result<Option<()>, TableError> {
    match reader.read_event_into(buffer) {
        Ok(Event::Start(element) | Event::Empty(element)) => each(&element),
        Ok(Event::Eof) => return Ok(None),
        Ok(_) => {}
        Err(error) => return Err(damaged(&error)),
    }
    Ok(Some(()))
}

/// An attribute by its name without prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

pub(super) fn damaged(error: &dyn std::error::Error) -> TableError {
    TableError::Damaged { reason: error.to_string().chars().take(200).collect() }
}
