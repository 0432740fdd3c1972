//! `source try`: what a definition reads, beside what the page says by itself.

use crate::{
    domain::{FetchedPage, Listing},
    extract::{
        Extraction, Gate, extract,
        fallback::{self, Reading, Seen},
    },
    sources::{Field, SourceManifest},
};

/// How a field stands between the two readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Both say the same, or one contains the other.
    Agree,
    /// They differ: worth a look.
    Differ,
    /// The definition names the field and did not find it.
    Missed,
    /// The definition does not name the field, the page has it.
    Unasked,
    /// Only the definition has it.
    Only,
    /// Nobody has it.
    Absent,
}

impl Mark {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Agree => "一致",
            Self::Differ => "不同，请核对",
            Self::Missed => "定义未取到",
            Self::Unasked => "定义未写",
            Self::Only => "",
            Self::Absent => "无",
        }
    }
}

/// A value with where it stood.
pub type Placed = Option<(String, String)>;

/// One field of both readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub field: Field,
    /// As the definition reads it.
    pub defined: Placed,
    /// As the page says it by itself.
    pub seen: Placed,
    /// How they compare.
    pub mark: Mark,
}

/// Both readings of one page.
#[derive(Clone, Debug)]
pub struct Beside {
    /// By the definition.
    pub extraction: Extraction,
    /// Without it.
    pub seen: Seen,
    /// Field by field for the listing of a page that has one; empty for lists.
    pub rows: Vec<Row>,
}

impl Beside {
    /// Whether the two disagree on what the page is: the definition finds no content where the page has some.
    #[must_use]
    pub fn definition_misses_content(&self) -> bool {
        self.extraction.listings.is_empty()
            && matches!(self.extraction.gate, Gate::Unreadable(_) | Gate::EmptyList)
            && self.seen.reading.is_some()
    }
}

/// Reads a page both ways.
#[must_use]
pub fn beside(page: &FetchedPage, source: &SourceManifest) -> Beside {
    let extraction = extract(page, source);
    let seen = fallback::examine(page);
    let one = match extraction.listings.as_slice() {
        [] if seen.reading.is_some() => Some(None),
        [only] => Some(Some(only)),
        _ => None,
    };
    let definition = source.page_for(page.role, &page.final_url);
    let asked = |field: Field| {
        let items = definition.and_then(|page| page.items.as_ref());
        items.is_some_and(|items| items.fields.iter().any(|rule| rule.field == field))
    };
    let rows = one.map_or_else(Vec::new, |listing| {
        let row = |field: Field| {
            let defined = listing.and_then(|listing| of_listing(listing, field));
            let seen = seen.reading.as_ref().and_then(|reading| of_reading(reading, field));
            Row { field, mark: mark(&defined, &seen, asked(field)), defined, seen }
        };
        Field::ALL.into_iter().map(row).collect()
    });
    Beside { extraction, seen, rows }
}

fn mark(defined: &Placed, seen: &Placed, asked: bool) -> Mark {
    match (defined, seen) {
        (Some((defined, _)), Some((seen, _))) => {
            let (a, b) = (bare(defined), bare(seen));
            if a.contains(&b) || b.contains(&a) { Mark::Agree } else { Mark::Differ }
        }
        (Some(_), None) => Mark::Only,
        (None, _) if asked => Mark::Missed,
        (None, Some(_)) => Mark::Unasked,
        (None, None) => Mark::Absent,
    }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

fn of_listing(listing: &Listing, field: Field) -> Placed {
    let value = match field {
        Field::Title => Some(listing.title.clone()),
        Field::Body => Some(listing.body.clone()),
        Field::Author => listing.author.clone(),
        Field::Price => listing.price.clone(),
        Field::Location => listing.location.clone(),
        Field::SiteCity => listing.site_city.clone(),
        Field::PostedAt => listing.posted_at.map(|day| day.to_string()),
    };
    placed(value, &listing.origins, field)
}

fn of_reading(reading: &Reading, field: Field) -> Placed {
    let value = match field {
        Field::Title => Some(reading.title.clone()),
        Field::Body => Some(reading.body.clone()),
        Field::Author => reading.author.clone(),
        Field::Price => reading.price.clone(),
        Field::Location => reading.location.clone(),
        Field::SiteCity => None,
        Field::PostedAt => reading.posted_at.map(|day| day.to_string()),
    };
    placed(value, &reading.origins, field)
}

fn placed(value: Option<String>, origins: &[crate::domain::FieldOrigin], field: Field) -> Placed {
    let value = value.filter(|text| !text.is_empty())?;
    let place = origins.iter().find(|origin| origin.field == field.code()).map(|origin| origin.place.clone());
    Some((value, place.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::builtin,
        domain::{PageRole, Request, SourceId},
        sources::parse_with,
    };

    fn both(html: &str) -> Beside {
        let (name, text) = builtin::sample_sources()[0];
        let source = parse_with(name, text, &[("SAMPLE_CLASSIFIED", "81")]).expect("a seed definition");
        let url = "http://127.0.0.1:81/ad/a1.html";
        let page = FetchedPage {
            source: SourceId("sample-classified".into()),
            role: PageRole::Detail,
            request: Request::get(url),
            final_url: url.into(),
            status: 200,
            headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
            body: html.into(),
            fetched_at: "2026-11-25T10:00:00+08:00".parse().expect("a time"),
        };
        beside(&page, &source)
    }

    #[test]
    fn fields_side_by_side() {
        let found = both(
            "<h1 class=title>初三数学小班</h1><div class=desc>周末上课,六人一班,讲练结合,先试听再交费。</div>\
             <p>价格:80元/次 区域:龙城区</p><span class=area>双塔区</span><span class=city>朝阳</span>",
        );
        let marks: Vec<(&str, Mark)> = found.rows.iter().map(|row| (row.field.code(), row.mark)).collect();
        assert_eq!(
            marks,
            [
                ("title", Mark::Agree),
                ("body", Mark::Agree),
                ("author", Mark::Missed),
                ("price", Mark::Missed),
                ("location", Mark::Differ),
                ("site_city", Mark::Only),
                ("posted_at", Mark::Missed),
            ]
        );
        assert!(!found.definition_misses_content());
    }

    #[test]
    fn a_new_layout_shows_what_the_definition_misses() {
        let found =
            both("<h2>初三数学</h2><article>周末上课,六人一班,讲练结合,先试听再交费,电话13904210000。</article>");
        assert!(found.definition_misses_content());
        let body = &found.rows[1];
        assert_eq!((body.mark, body.defined.is_none()), (Mark::Missed, true));
        assert!(body.seen.as_ref().is_some_and(|(text, _)| text.contains("13904210000")));
    }
}
