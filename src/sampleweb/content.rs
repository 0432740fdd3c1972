//! The invented advertisements and how a site words the day they were posted.

use super::Site;
use crate::domain::SourceKind;
use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

/// Why the content cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A line is no listing.
    #[error("sample listings, line {line}: not a listing")]
    Line {
        /// Line number from 1.
        line: usize,
        /// What the JSON reader said.
        #[source]
        source: serde_json::Error,
    },
    /// Two lines share an id, so one of them could never be opened.
    #[error("sample listings, line {line}: the id `{id}` was used before")]
    Double {
        /// Line number from 1.
        line: usize,
        /// The id.
        id: String,
    },
}

/// How the page words the time of posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostedStyle {
    /// 25分钟前
    Minutes,
    /// 3小时前
    Hours,
    /// 昨天
    Yesterday,
    /// 11-20
    Monthday,
    /// 2026-11-20
    Full,
}

/// One invented advertisement; the labels of the file are for tests and are not served.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SampleListing {
    /// For example `c001`; part of its address.
    pub id: String,
    /// The kind of site it stands on.
    pub site: SourceKind,
    /// The slug of its category.
    pub category: String,
    /// Title.
    pub title: String,
    /// Text, lines separated by `\n`.
    pub body: String,
    /// As shown; may be empty.
    pub price: String,
    /// As shown.
    pub author: String,
    /// As shown; may be empty.
    pub location: String,
    /// The city the site files it under.
    pub site_city: String,
    /// Age in days.
    pub posted_days_ago: u32,
    /// How the age is worded.
    pub posted_style: PostedStyle,
}

impl SampleListing {
    /// Reads the JSON Lines file; empty lines are skipped.
    ///
    /// # Errors
    /// When a line is no listing or repeats an id; the error names the line.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, ContentError> {
        let mut seen = std::collections::HashSet::new();
        let mut all = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line_number = at + 1;
            let listing: Self =
                serde_json::from_str(line).map_err(|source| ContentError::Line { line: line_number, source })?;
            if !seen.insert(listing.id.clone()) {
                return Err(ContentError::Double { line: line_number, id: listing.id });
            }
            all.push(listing);
        }
        Ok(all)
    }

    /// Which of the three sites shows it.
    #[must_use]
    pub fn stands_on(&self) -> Option<Site> {
        match self.site {
            SourceKind::Classified => Some(Site::Classified),
            SourceKind::Social => Some(Site::Social),
            SourceKind::MiniProgram => Some(Site::Mini),
            SourceKind::Sms | SourceKind::Other => None,
        }
    }

    /// The day it was posted.
    #[must_use]
    pub fn posted(&self, today: Date) -> Date {
        today.checked_sub(i64::from(self.posted_days_ago).days()).unwrap_or(today)
    }

    /// The time of posting in the words of the page.
    #[must_use]
    pub fn posted_words(&self, today: Date) -> String {
        let posted = self.posted(today);
        // A number that is fixed for the listing, so that a page reads the same each time.
        let spread: u32 = self.id.bytes().map(u32::from).sum();
        match self.posted_style {
            PostedStyle::Minutes => format!("{}分钟前", 5 + spread % 50),
            PostedStyle::Hours => format!("{}小时前", 1 + spread % 5),
            PostedStyle::Yesterday => "昨天".to_owned(),
            PostedStyle::Monthday => format!("{:02}-{:02}", posted.month(), posted.day()),
            PostedStyle::Full if spread.is_multiple_of(2) => posted.to_string(),
            PostedStyle::Full => format!("{}年{}月{}日", posted.year(), posted.month(), posted.day()),
        }
    }
}

/// Everything the three sites show.
#[derive(Clone, Debug)]
pub struct Content {
    /// The listings, newest first within a site.
    listings: Vec<SampleListing>,
    /// The day the pages are written for.
    pub today: Date,
}

impl Content {
    /// Orders the listings, newest first; those of one day keep the order of the file.
    #[must_use]
    pub fn new(mut listings: Vec<SampleListing>, today: Date) -> Self {
        listings.sort_by_key(|listing| listing.posted_days_ago);
        Self { listings, today }
    }

    /// The listings of a site, newest first.
    pub fn of(&self, site: Site) -> impl Iterator<Item = &SampleListing> {
        self.listings.iter().filter(move |listing| listing.stands_on() == Some(site))
    }

    /// One listing of a site.
    #[must_use]
    pub fn find(&self, site: Site, id: &str) -> Option<&SampleListing> {
        self.of(site).find(|listing| listing.id == id)
    }
}

#[cfg(test)]
pub(super) fn bundled() -> Content {
    let text = include_str!("../../seeds/sample-web/listings.jsonl");
    Content::new(SampleListing::parse_all(text).expect("the bundled file"), jiff::civil::date(2026, 11, 25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_content_fills_three_sites() {
        let content = bundled();
        for (site, at_least) in [(Site::Classified, 80), (Site::Social, 50), (Site::Mini, 30)] {
            assert!(content.of(site).count() >= at_least, "{site:?}");
        }
    }

    #[test]
    fn posting_days_in_words() {
        let content = bundled();
        let today = content.today;
        let mut one = content.find(Site::Classified, "c001").expect("first line").clone();
        assert_eq!(one.posted_words(today), "11-19");
        for (style, ends) in
            [(PostedStyle::Minutes, "分钟前"), (PostedStyle::Hours, "小时前"), (PostedStyle::Yesterday, "昨天")]
        {
            one.posted_style = style;
            assert!(one.posted_words(today).ends_with(ends));
        }
        one.posted_style = PostedStyle::Full;
        assert!(["2026-11-19", "2026年11月19日"].contains(&one.posted_words(today).as_str()));
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = SampleListing::parse_all("\n{\"id\":1}").expect_err("no listing");
        assert_eq!(error.to_string(), "sample listings, line 2: not a listing");
        let good = include_str!("../../seeds/sample-web/listings.jsonl").lines().next().expect("a line");
        let twice = format!("{good}\n{good}");
        assert!(matches!(SampleListing::parse_all(&twice), Err(ContentError::Double { line: 2, .. })));
    }
}
