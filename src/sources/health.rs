//! Whether a source still yields what it did: plain counts in, a verdict with its reason out.
//!
//! A site that changes its pages does not say so; its listings quietly lose their text, or stop. The verdict compares a
//! sweep with what the definition expects and with the sweeps before it, and says what a person should look at.

use super::Yield;
use std::fmt;

/// What one sweep saw of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pages that answered with content or an empty list.
    pub pages: u32,
    /// Of those, pages that list (roles `index` and `api`).
    pub lists: u32,
    /// Listings, or links to listings, that those list pages gave.
    pub rows: u32,
    /// Of the list pages, those without any row.
    pub empty_lists: u32,
    /// Listings read.
    pub listings: u32,
    /// Of those, with a title.
    pub with_title: u32,
    /// Of those, with a text.
    pub with_body: u32,
    /// Of those, with a contact in them.
    pub with_contact: u32,
    /// Pages that were a CAPTCHA, a login wall or a block page.
    pub walls: u32,
    /// Pages that did not fit the definition.
    pub unreadable: u32,
    /// Pages that were gone.
    pub gone: u32,
}

/// A verdict's reason in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// For the bureau.
    pub zh: String,
    /// For whoever keeps the definition.
    pub en: String,
}

impl Reason {
    fn new(zh: String, en: String) -> Self {
        Self { zh, en }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.zh, self.en)
    }
}

/// How a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// As expected.
    Sound,
    /// Worth a look; goes on being swept.
    Worrying(Reason),
    /// Yields nothing that can be used: a person compares the definition with the site before the next sweep.
    Broken(Reason),
}

impl Health {
    /// A stable code for the store and for reports.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Worrying(_) => "worrying",
            Self::Broken(_) => "broken",
        }
    }

    /// Why, unless it is sound.
    #[must_use]
    pub const fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Sound => None,
            Self::Worrying(reason) | Self::Broken(reason) => Some(reason),
        }
    }
}

/// Fewer pages say nothing about a share.
const ENOUGH_PAGES: u32 = 5;
/// Fewer listings say nothing about a share.
const ENOUGH_LISTINGS: u32 = 10;
/// Sweeps looked back on.
const MEMORY: usize = 5;
/// A share that falls below this part of what it was has fallen.
const FALL: f64 = 0.5;
/// The same for the contact share, which swings more: sellers come and go.
const CONTACT_FALL: f64 = 0.3;
/// What a share has to have been for its fall to mean anything.
const USUAL: f64 = 0.2;

/// Judges a sweep of a source; `earlier` has the sweeps before it, the latest last, and may be empty.
///
/// ```
/// use tanzhao::sources::{Yield, health::{Health, Tally, health}};
/// let expect = Yield { listings_per_index: (5, 60) };
/// let now = Tally { pages: 12, lists: 2, rows: 40, listings: 10, with_title: 10, with_body: 10, ..Tally::default() };
/// assert_eq!(health(&now, &expect, &[]), Health::Sound);
/// let changed = Tally { pages: 2, with_title: 0, with_body: 0, unreadable: 10, listings: 0, ..now };
/// assert!(matches!(health(&changed, &expect, &[now]), Health::Broken(_)));
/// ```
#[must_use]
pub fn health(now: &Tally, expect: &Yield, earlier: &[Tally]) -> Health {
    let earlier = &earlier[earlier.len().saturating_sub(MEMORY)..];
    if let Some(reason) = broken(now, earlier) {
        return Health::Broken(reason);
    }
    worrying(now, *expect, earlier).map_or(Health::Sound, Health::Worrying)
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

fn percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

/// The share over all earlier sweeps together; `None` when they had too few listings to say.
fn usual(earlier: &[Tally], part: impl Fn(&Tally) -> u32) -> Option<f64> {
    let (parts, listings) = earlier
        .iter()
        .fold((0_u32, 0_u32), |(a, b), tally| (a.saturating_add(part(tally)), b.saturating_add(tally.listings)));
    (listings >= ENOUGH_LISTINGS).then(|| share(parts, listings))
}

fn broken(now: &Tally, earlier: &[Tally]) -> Option<Reason> {
    let answered = now.pages.saturating_add(now.walls).saturating_add(now.unreadable).saturating_add(now.gone);
    let gave = earlier.iter().any(|tally| tally.listings > 0 || tally.rows > 0);
    if answered == 0 {
        return None;
    }
    if now.pages == 0 && now.walls > 0 {
        return Some(Reason::new(
            format!("全部 {} 页都是验证码、登录或拦截页，没有读到内容", now.walls),
            format!("all {} pages were walls, nothing was read", now.walls),
        ));
    }
    if now.listings == 0 && now.unreadable > 0 && now.unreadable.saturating_mul(2) >= answered {
        return Some(Reason::new(
            format!("{} 页不符合来源定义，一条信息也没读出，网站可能已改版", now.unreadable),
            format!(
                "{} pages do not fit the definition and no listing was read: the site may have changed",
                now.unreadable
            ),
        ));
    }
    if now.lists > 0 && now.rows == 0 && now.listings == 0 && gave {
        return Some(Reason::new(
            format!("{} 个列表页全空，以前有内容：列表可能已改版，或需要脚本才能显示", now.lists),
            format!(
                "all {} list pages are empty and were not before: a new layout, or a page drawn by scripts",
                now.lists
            ),
        ));
    }
    if now.listings >= ENOUGH_LISTINGS && now.with_body == 0 {
        return Some(Reason::new(
            format!("{} 条信息都没有正文", now.listings),
            format!("none of {} listings has a text", now.listings),
        ));
    }
    None
}

fn worrying(now: &Tally, expect: Yield, earlier: &[Tally]) -> Option<Reason> {
    let reached = now.pages.saturating_add(now.walls).saturating_add(now.unreadable);
    if now.walls > 0 && now.walls.saturating_mul(5) >= reached {
        return Some(Reason::new(
            format!("{reached} 页中有 {} 页是验证码、登录或拦截页，应放慢或停采", now.walls),
            format!("{} of {reached} pages were walls: slow down or stop", now.walls),
        ));
    }
    if reached >= ENOUGH_PAGES && now.unreadable.saturating_mul(5) >= reached {
        return Some(Reason::new(
            format!("{reached} 页中有 {} 页不符合来源定义", now.unreadable),
            format!("{} of {reached} pages do not fit the definition", now.unreadable),
        ));
    }
    if let Some(reason) = fallen(now, earlier) {
        return Some(reason);
    }
    let (least, most) = expect.listings_per_index;
    let full = now.lists.saturating_sub(now.empty_lists);
    if full > 0 {
        let mean = f64::from(now.rows) / f64::from(full);
        if mean < f64::from(least) || mean > f64::from(most) {
            return Some(Reason::new(
                format!("每个列表页平均 {mean:.1} 条，定义预期 {least} 至 {most} 条"),
                format!("{mean:.1} rows a list page, the definition expects {least} to {most}"),
            ));
        }
    }
    if now.lists >= ENOUGH_PAGES && now.empty_lists.saturating_mul(2) > now.lists {
        return Some(Reason::new(
            format!("{} 个列表页中有 {} 个为空", now.lists, now.empty_lists),
            format!("{} of {} list pages are empty", now.empty_lists, now.lists),
        ));
    }
    let pages_of_listings = now.gone.saturating_add(now.pages.saturating_sub(now.lists));
    if pages_of_listings >= ENOUGH_PAGES && now.gone.saturating_mul(2) > pages_of_listings {
        return Some(Reason::new(
            format!("{pages_of_listings} 个详情页中有 {} 个已不存在，详情地址可能已改", now.gone),
            format!("{} of {pages_of_listings} pages of listings are gone: their addresses may have changed", now.gone),
        ));
    }
    None
}

/// A count of the listings that have something.
type Part = fn(&Tally) -> u32;

/// A share of the listings that is far below what it was.
fn fallen(now: &Tally, earlier: &[Tally]) -> Option<Reason> {
    if now.listings < ENOUGH_LISTINGS {
        return None;
    }
    let parts: [(&str, &str, Part, f64); 3] = [
        ("正文", "a text", |tally| tally.with_body, FALL),
        ("标题", "a title", |tally| tally.with_title, FALL),
        ("联系方式", "a contact", |tally| tally.with_contact, CONTACT_FALL),
    ];
    parts.into_iter().find_map(|(zh, en, part, fall)| {
        let (before, after) = (usual(earlier, part)?, share(part(now), now.listings));
        (before >= USUAL && after < before * fall).then(|| {
            Reason::new(
                format!("有{zh}的信息从 {}% 降到 {}%", percent(before), percent(after)),
                format!("listings with {en} fell from {}% to {}%", percent(before), percent(after)),
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXPECT: Yield = Yield { listings_per_index: (5, 60) };

    fn usual() -> Tally {
        Tally {
            pages: 44,
            lists: 4,
            rows: 80,
            listings: 40,
            with_title: 40,
            with_body: 38,
            with_contact: 20,
            gone: 2,
            ..Tally::default()
        }
    }

    #[test]
    fn each_verdict_has_its_reason() {
        let base = usual();
        for (now, code, words) in [
            (base, "sound", ""),
            (Tally::default(), "sound", ""),
            (
                Tally { pages: 0, lists: 0, rows: 0, listings: 0, walls: 3, ..Tally::default() },
                "broken",
                "all 3 pages were walls",
            ),
            (Tally { listings: 0, unreadable: 40, pages: 4, ..base }, "broken", "do not fit the definition"),
            (
                Tally { rows: 0, listings: 0, pages: 4, empty_lists: 4, gone: 0, ..base },
                "broken",
                "empty and were not before",
            ),
            (Tally { with_body: 0, ..base }, "broken", "none of 40 listings has a text"),
            (Tally { walls: 12, ..base }, "worrying", "12 of 56 pages were walls"),
            (Tally { unreadable: 15, ..base }, "worrying", "15 of 59 pages do not fit"),
            (Tally { with_body: 10, ..base }, "worrying", "with a text fell from 95% to 25%"),
            (Tally { with_title: 3, ..base }, "worrying", "with a title fell from 100% to 8%"),
            (Tally { with_contact: 5, ..base }, "worrying", "with a contact fell from 50% to 13%"),
            (Tally { with_contact: 12, ..base }, "sound", ""),
            (Tally { rows: 8, ..base }, "worrying", "2.0 rows a list page, the definition expects 5 to 60"),
            (Tally { rows: 900, ..base }, "worrying", "225.0 rows"),
            (Tally { lists: 10, empty_lists: 6, ..base }, "worrying", "6 of 10 list pages are empty"),
            (Tally { gone: 60, ..base }, "worrying", "60 of 100 pages of listings are gone"),
        ] {
            let found = health(&now, &EXPECT, &[base, base]);
            let reason = found.reason().map(|reason| reason.en.clone()).unwrap_or_default();
            assert_eq!(found.code(), code, "{now:?}: {reason}");
            assert!(reason.contains(words), "{reason}");
            assert!(found.reason().is_none_or(|reason| reason.zh.chars().any(|c| c > '\u{4e00}')));
        }
    }

    #[test]
    fn a_first_sweep_is_not_compared() {
        let thin = Tally { with_contact: 0, with_title: 1, ..usual() };
        assert_eq!(health(&thin, &EXPECT, &[]), Health::Sound);
        let new_and_empty = Tally { pages: 2, lists: 2, empty_lists: 2, ..Tally::default() };
        assert_eq!(health(&new_and_empty, &EXPECT, &[]), Health::Sound);
        assert_eq!(health(&new_and_empty, &EXPECT, &[usual()]).code(), "broken");
    }

    proptest! {
        #[test]
        fn total_and_the_same_in_both_languages(numbers in proptest::collection::vec(any::<u32>(), 22)) {
            let tally = |n: &[u32]| Tally {
                pages: n[0], lists: n[1], rows: n[2], empty_lists: n[3], listings: n[4], with_title: n[5],
                with_body: n[6], with_contact: n[7], walls: n[8], unreadable: n[9], gone: n[10],
            };
            let found = health(&tally(&numbers[..11]), &EXPECT, &[tally(&numbers[11..])]);
            if let Some(reason) = found.reason() {
                prop_assert!(!reason.zh.is_empty() && !reason.en.is_empty());
            }
        }
    }
}
