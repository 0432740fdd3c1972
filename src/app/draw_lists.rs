//! Lists for a draw: CSV files of subjects and inspectors, or the leads of the store.

use super::App;
use crate::{
    leads::{
        Level,
        draw::{DrawSubject, Inspector},
    },
    store::{LeadQuery, StoreError},
};
use std::collections::{BTreeMap, BTreeSet};

/// A list that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {field}: found {found}, expected {expected}")]
pub struct ListError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column.
    pub field: &'static str,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: &'static str,
}

/// What makes a subject of the store be drawn more often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heavier {
    /// The level of a lead.
    Level(Level),
    /// An institution that breached the rules within the look-back window.
    Violations,
    /// An institution that many people complained of.
    Complaints,
}

impl Heavier {
    /// Its name on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Level(level) => level.code(),
            Self::Violations => "violations",
            Self::Complaints => "complaints",
        }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Level::ALL.into_iter().map(Self::Level).chain([Self::Violations, Self::Complaints])
    }
}

/// Columns by their names in English or Chinese; the first of each is required.
const SUBJECT_COLUMNS: &[(&str, &str)] = &[("id", "编号"), ("weight", "权重"), ("exclude", "排除"), ("name", "名称")];
const INSPECTOR_COLUMNS: &[(&str, &str)] = &[("name", "姓名"), ("avoid", "回避")];

/// Reads subjects: `id`/`编号`, and where the columns are there `weight`/`权重` (1 when empty), `exclude`/`排除` (`1`, `yes`, `是`)
/// and `name`/`名称`, which is for people and not read. UTF-8 or GB 18030, as spreadsheets write it.
///
/// # Errors
/// The first cell that is wrong.
pub fn subjects(file: &str, bytes: &[u8]) -> Result<Vec<DrawSubject>, ListError> {
    let read = |row: &Row<'_>| {
        let weight = match row.cell("weight") {
            "" => 1,
            text => text.parse().map_err(|_| row.wrong("weight", text, "a whole number from 1 to 1000"))?,
        };
        let excluded = match row.cell("exclude") {
            "" | "0" | "no" | "否" => false,
            "1" | "yes" | "是" => true,
            text => return Err(row.wrong("exclude", text, "1, yes or 是, or nothing")),
        };
        Ok(DrawSubject { id: row.cell("id").to_owned(), weight, excluded })
    };
    rows(file, bytes, SUBJECT_COLUMNS, read)
}

/// Reads inspectors: `name`/`姓名`, and `avoid`/`回避`, the ids to keep away from, separated by `;`.
///
/// # Errors
/// The first cell that is wrong.
pub fn inspectors(file: &str, bytes: &[u8]) -> Result<Vec<Inspector>, ListError> {
    let read = |row: &Row<'_>| {
        let ids = row.cell("avoid").split([';', '；']).map(str::trim).filter(|id| !id.is_empty());
        Ok(Inspector { name: row.cell("name").to_owned(), avoid: ids.map(str::to_owned).collect::<BTreeSet<_>>() })
    };
    rows(file, bytes, INSPECTOR_COLUMNS, read)
}

/// The leads of the store as subjects, weighted by their level (1 where none is given).
///
/// # Errors
/// The store's.
pub async fn leads(app: &App, weights: &BTreeMap<Heavier, u32>) -> Result<Vec<DrawSubject>, StoreError> {
    let subject = |stored: crate::store::StoredLead| DrawSubject {
        id: stored.id.label(),
        weight: weights.get(&Heavier::Level(stored.lead.rank.level)).copied().unwrap_or(1),
        excluded: false,
    };
    Ok(app.leads.list(LeadQuery::default()).await?.into_iter().map(subject).collect())
}

/// One line of a list.
struct Row<'a> {
    file: &'a str,
    line: u64,
    places: &'a BTreeMap<&'static str, usize>,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn cell(&self, column: &'static str) -> &str {
        self.places.get(column).and_then(|at| self.record.get(*at)).map_or("", str::trim)
    }

    fn wrong(&self, field: &'static str, found: &str, expected: &'static str) -> ListError {
        ListError { file: self.file.to_owned(), line: self.line, field, found: format!("`{found}`"), expected }
    }
}

fn rows<T>(
    file: &str,
    bytes: &[u8],
    columns: &'static [(&'static str, &'static str)],
    read: impl Fn(&Row<'_>) -> Result<T, ListError>,
) -> Result<Vec<T>, ListError> {
    let wrong =
        |line: u64, field, found: String, expected| ListError { file: file.to_owned(), line, field, found, expected };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or_else(|| wrong(1, "file", "neither UTF-8 nor GB 18030".into(), "a CSV file in one of them"))?
            .into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let broken = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(line, "file", error.to_string(), "comma-separated values")
    };
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let mut places = BTreeMap::new();
    for (at, title) in header.iter().enumerate() {
        let title = title.trim();
        let Some((name, _)) = columns.iter().find(|(en, zh)| *en == title.to_lowercase() || *zh == title) else {
            let expected = "only columns that the README lists";
            return Err(wrong(1, "header", format!("column `{title}`"), expected));
        };
        if places.insert(*name, at).is_some() {
            return Err(wrong(1, "header", format!("column `{title}` twice"), "every column once"));
        }
    }
    let first = columns.first().map_or("", |(name, _)| *name);
    if !places.contains_key(first) {
        return Err(wrong(1, first, "no such column".into(), "it in the first line"));
    }
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { file, line, places: &places, record: &record };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() > header.len() {
            let found = format!("{} cells", record.len());
            return Err(wrong(line, "line", found, "no more cells than the first line has"));
        }
        found.push(read(&row)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_spreadsheets_write_them() {
        let text = "编号,名称,权重,排除\r\n机构-1,甲培训,3,\r\n机构-2,\"乙,培训\",,是\r\n,,,\r\n";
        let expected = [("机构-1", 3, false), ("机构-2", 1, true)];
        let gbk = encoding_rs::GB18030.encode(text).0.into_owned();
        for bytes in [text.as_bytes(), format!("\u{feff}{text}").as_bytes(), &gbk] {
            let found = subjects("a.csv", bytes).expect("a list");
            let found: Vec<_> = found.iter().map(|one| (one.id.as_str(), one.weight, one.excluded)).collect();
            assert_eq!(found, expected);
        }
        let people = inspectors("b.csv", "name,avoid\n张三,机构-1; 机构-2\n李四\n".as_bytes()).expect("a list");
        assert_eq!((people[0].avoid.len(), people[1].avoid.len()), (2, 0));
    }

    #[test]
    fn problems_name_file_line_field_found_and_expected() {
        let refused = |text: &str| subjects("a.csv", text.as_bytes()).expect_err(text).to_string();
        assert_eq!(
            refused("id,weight\nx,2\ny,much\n"),
            "a.csv:3: weight: found `much`, expected a whole number from 1 to 1000"
        );
        assert_eq!(refused("name\nx\n"), "a.csv:1: id: found no such column, expected it in the first line");
        assert_eq!(
            refused("id,wieght\nx,2\n"),
            "a.csv:1: header: found column `wieght`, expected only columns that the README lists"
        );
        assert_eq!(
            refused("id\nx,2\n"),
            "a.csv:2: line: found 2 cells, expected no more cells than the first line has"
        );
        assert!(subjects("a.csv", &[0xff, 0xff, b'\n']).is_err());
    }
}
