//! The words of names and addresses that tell nobody apart; data, not code.

use serde::Deserialize;
use std::cmp::Reverse;

/// A word list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {found}")]
pub struct WordingError {
    /// The file.
    pub file: String,
    /// Counted from one.
    pub line: usize,
    /// What is wrong.
    pub found: String,
}

/// The lists; each sorted, longest word first.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub(super) places: Vec<String>,
    pub(super) families: Vec<String>,
    pub(super) name_ends: Vec<String>,
    pub(super) titles: Vec<String>,
    pub(super) anonymous: Vec<String>,
    pub(super) roads: Vec<String>,
    pub(super) estates: Vec<String>,
    pub(super) houses: Vec<String>,
    pub(super) divisions: Vec<String>,
}

impl Wording {
    /// Reads the text of `seeds/naming.toml`; `file` is for messages.
    ///
    /// # Errors
    /// Where the text is no such file.
    pub fn parse(file: &str, text: &str) -> Result<Self, WordingError> {
        let mut wording: Self = toml::from_str(text).map_err(|error| WordingError {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1),
            found: error.message().to_owned(),
        })?;
        for list in [
            &mut wording.places,
            &mut wording.families,
            &mut wording.name_ends,
            &mut wording.titles,
            &mut wording.anonymous,
            &mut wording.roads,
            &mut wording.estates,
            &mut wording.houses,
            &mut wording.divisions,
        ] {
            // An empty word would stand everywhere.
            list.retain(|word| !word.trim().is_empty());
            list.sort_by_key(|word| Reverse(word.chars().count()));
        }
        Ok(wording)
    }

    /// The text without places in front, as long as `least` characters are left.
    pub(super) fn without_places<'a>(&self, text: &'a str, least: usize) -> &'a str {
        let mut rest = text;
        while let Some(shorter) = self
            .places
            .iter()
            .filter_map(|place| rest.strip_prefix(place.as_str()))
            .find(|rest| rest.chars().count() >= least)
        {
            rest = shorter;
        }
        rest
    }
}

/// The committed lists.
#[cfg(test)]
pub(super) fn committed() -> Wording {
    Wording::parse("seeds/naming.toml", include_str!("../../../seeds/naming.toml")).expect("the committed file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_does_not_exist_is_named() {
        let error = Wording::parse("n.toml", "places = []\nplace = []\n").expect_err("an unknown list").to_string();
        assert!(error.starts_with("n.toml:2: unknown field `place`"), "{error}");
        assert_eq!(committed().without_places("朝阳市双塔区晨星", 2), "晨星");
    }
}
