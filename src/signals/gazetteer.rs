//! The place names of the configured city and of the places mistaken for it.

use crate::text::Words;
use std::collections::HashMap;

/// Why a place table was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GazetteerError {
    /// A line has not three columns.
    #[error("{file}:{line}: expected kind, name, place separated by tabs")]
    Columns {
        /// The table.
        file: String,
        /// Counted from one.
        line: usize,
    },
    /// A kind that is none of the known ones.
    #[error("{file}:{line}: unknown kind `{found}`, expected one of {expected}")]
    Kind {
        /// The table.
        file: String,
        /// Counted from one.
        line: usize,
        /// The offending word.
        found: String,
        /// The words that exist.
        expected: String,
    },
    /// An empty name or place.
    #[error("{file}:{line}: name or place is empty")]
    Empty {
        /// The table.
        file: String,
        /// Counted from one.
        line: usize,
    },
    /// The search automaton could not be built.
    #[error("place names cannot be searched: {0}")]
    Build(String),
}

/// What a name is worth as a sign of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PlaceKind {
    /// The city itself.
    City,
    /// A county; enough alone.
    County,
    /// A township; enough alone.
    Town,
    /// A township or short name that exists elsewhere too.
    Common,
    /// A village or community.
    Village,
    /// A short name that needs a place word behind it.
    Hint,
    /// A landmark.
    Landmark,
    /// A road.
    Road,
    /// A school.
    School,
    /// The city's bare name, which is also a plain word.
    Bare,
    /// A value of the site's city field.
    Site,
    /// A site field that says nothing.
    Neutral,
    /// A place outside that decides.
    Outside,
    /// A city outside that may merely be mentioned.
    Elsewhere,
    /// The code of the city's telephone numbers.
    AreaCode,
}

const KINDS: [(&str, PlaceKind); 15] = [
    ("city", PlaceKind::City),
    ("county", PlaceKind::County),
    ("town", PlaceKind::Town),
    ("common", PlaceKind::Common),
    ("village", PlaceKind::Village),
    ("hint", PlaceKind::Hint),
    ("landmark", PlaceKind::Landmark),
    ("road", PlaceKind::Road),
    ("school", PlaceKind::School),
    ("bare", PlaceKind::Bare),
    ("site", PlaceKind::Site),
    ("neutral", PlaceKind::Neutral),
    ("outside", PlaceKind::Outside),
    ("elsewhere", PlaceKind::Elsewhere),
    ("areacode", PlaceKind::AreaCode),
];

/// One name of the tables.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub text: String,
    /// A name may stand in several tables, for example as township and as school.
    pub senses: Vec<(PlaceKind, Vec<String>)>,
}

/// The place tables of one city, ready to search.
#[derive(Clone, Debug)]
pub struct Gazetteer {
    pub(super) names: Vec<Name>,
    pub(super) words: Words,
    /// The name of the whole city.
    pub(super) city: String,
    /// What its telephone numbers begin with; looked for on their own, since digits stand inside other numbers too.
    pub(super) area_codes: Vec<String>,
}

impl Gazetteer {
    /// Reads the tables (`seeds/places/*.tsv`): kind, name, place; `#` begins a comment.
    ///
    /// # Errors
    /// Names the file and line of the first row that cannot be read.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, GazetteerError> {
        let mut names: Vec<Name> = Vec::new();
        let mut city = String::new();
        let mut area_codes = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        for (file, content) in files {
            for (number, line) in content.lines().enumerate() {
                let line = line.trim_end();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let at = || (String::from(*file), number + 1);
                let mut columns = line.split('\t');
                let (Some(kind), Some(name)) = (columns.next(), columns.next()) else {
                    let (file, line) = at();
                    return Err(GazetteerError::Columns { file, line });
                };
                let place = columns.next().unwrap_or("");
                let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == kind) else {
                    let (file, line) = at();
                    let expected = KINDS.map(|(word, _)| word).join("|");
                    return Err(GazetteerError::Kind { file, line, found: kind.to_owned(), expected });
                };
                if name.is_empty() || place.is_empty() && *kind != PlaceKind::Neutral {
                    let (file, line) = at();
                    return Err(GazetteerError::Empty { file, line });
                }
                if *kind == PlaceKind::AreaCode {
                    area_codes.push(name.to_owned());
                    continue;
                }
                if *kind == PlaceKind::City && city.is_empty() {
                    place.clone_into(&mut city);
                }
                let places: Vec<String> = place.split('|').map(str::to_owned).collect();
                let slot = *index.entry(name.to_owned()).or_insert_with(|| {
                    names.push(Name { text: name.to_owned(), senses: Vec::new() });
                    names.len() - 1
                });
                names[slot].senses.push((*kind, places));
            }
        }
        let texts: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        let words = Words::new(&texts).map_err(|error| GazetteerError::Build(error.to_string()))?;
        Ok(Self { names, words, city, area_codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_row_is_named() {
        let error = Gazetteer::parse(&[("a.tsv", "# x\ncounty\t凌源\t凌源市\ntoun\tx\ty\n")]).expect_err("a bad kind");
        assert!(error.to_string().starts_with("a.tsv:3: unknown kind `toun`"), "{error}");
        let error = Gazetteer::parse(&[("b.tsv", "county")]).expect_err("one column");
        assert_eq!(error.to_string(), "b.tsv:1: expected kind, name, place separated by tabs");
    }
}
