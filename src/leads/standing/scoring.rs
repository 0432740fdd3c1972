//! How much two sets of facts agree, in points, each with its words.

use super::{
    Known, Wording,
    addresses::{Address, Agreement},
    names::{Name, likeness},
};
use serde::{Deserialize, Serialize};

/// One reason of a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchPart {
    /// `name`, `phone`, `address` or `county`.
    pub what: String,
    /// What it adds; negative when it speaks against.
    pub points: i32,
    /// In Chinese, with what was compared; telephone numbers masked.
    pub zh: String,
}

/// All reasons of a match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchScore {
    /// Their sum.
    pub points: i32,
    /// Them, in a fixed order.
    pub parts: Vec<MatchPart>,
}

impl MatchScore {
    fn add(&mut self, what: &str, points: i32, zh: String) {
        self.points += points;
        self.parts.push(MatchPart { what: what.to_owned(), points, zh });
    }

    /// The sum with its parts.
    #[must_use]
    pub fn zh(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|part| format!("{} {:+}", part.zh, part.points)).collect();
        format!("{} 分（{}）", self.points, parts.join("；"))
    }
}

/// The whole name of an institution; enough alone.
const SAME_FULL_NAME: i32 = 80;
/// What is left of a name without families of words.
const SAME_CORE: i32 = 55;
/// Cores that are nearly the same, at most.
const LIKE_CORE: f64 = 45.0;
/// Less alike says nothing.
const LEAST_LIKENESS: f64 = 0.6;
const SAME_PHONE: i32 = 60;
const SAME_HOUSE: i32 = 30;
const SAME_STREET: i32 = 8;
const SAME_COUNTY: i32 = 5;
const OTHER_COUNTY: i32 = -30;

/// Facts made ready for comparing.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// With the text as written.
    pub names: Vec<(Name, String)>,
    pub addresses: Vec<(Address, String)>,
    pub phones: Vec<String>,
    pub counties: Vec<String>,
}

impl Facts {
    pub(super) fn new(
        names: &[String],
        addresses: &[String],
        phones: &[String],
        counties: &[String],
        words: &Wording,
    ) -> Self {
        let address = |text: &String| (Address::of(text, words), text.clone());
        Self {
            names: names.iter().filter_map(|text| Some((Name::of(text, words)?, text.clone()))).collect(),
            addresses: addresses.iter().map(address).filter(|(one, _)| *one != Address::default()).collect(),
            phones: phones.iter().map(|phone| local(phone).to_owned()).collect(),
            counties: counties.iter().map(|county| squeezed(county)).filter(|county| !county.is_empty()).collect(),
        }
    }

    pub(super) fn of(known: &Known, words: &Wording) -> Self {
        Self::new(&known.names, &known.addresses, &known.phones, &known.counties, words)
    }

    /// How much these facts agree with those of a list.
    pub(super) fn score(&self, held: &Self) -> MatchScore {
        let mut score = MatchScore::default();
        if let Some((points, zh)) =
            best(self.names.iter().flat_map(|a| held.names.iter().filter_map(move |b| names_agree(a, b))))
        {
            score.add("name", points, zh);
        }
        if let Some(phone) = self.phones.iter().find(|phone| held.phones.contains(phone)) {
            let tail: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
            score.add("phone", SAME_PHONE, format!("电话相同（尾号 {tail}）"));
        }
        let agreements =
            self.addresses.iter().flat_map(|a| held.addresses.iter().filter_map(move |b| addresses_agree(a, b)));
        if let Some((points, zh)) = best(agreements) {
            score.add("address", points, zh);
        }
        // Only together with something else: a county alone is no match, and no match needs a county against it.
        if score.points > 0 && !self.counties.is_empty() && !held.counties.is_empty() {
            if self.counties.iter().any(|a| held.counties.iter().any(|b| same_county(a, b))) {
                score.add("county", SAME_COUNTY, "县区相同".to_owned());
            } else {
                score.add(
                    "county",
                    OTHER_COUNTY,
                    format!("县区不同（{}，名册{}）", self.counties.join("、"), held.counties.join("、")),
                );
            }
        }
        score
    }
}

fn best(found: impl Iterator<Item = (i32, String)>) -> Option<(i32, String)> {
    // The first of the best, so that the order of facts decides and not chance.
    found.fold(None, |best, next| match best {
        Some(known) if known.0 >= next.0 => Some(known),
        _ => Some(next),
    })
}

fn names_agree((a, seen): &(Name, String), (b, held): &(Name, String)) -> Option<(i32, String)> {
    let both = format!("页面“{seen}”，名册“{held}”");
    if a.full == b.full && a.is_institution() {
        return Some((SAME_FULL_NAME, format!("全称相同（{both}）")));
    }
    if a.core.is_empty() || b.core.is_empty() {
        return None;
    }
    if a.core == b.core {
        return Some((SAME_CORE, format!("字号相同“{}”（{both}）", a.core)));
    }
    let like = likeness(&a.core, &b.core);
    (like >= LEAST_LIKENESS)
        .then(|| ((like * LIKE_CORE).round() as i32, format!("字号相似 {:.0}%（{both}）", like * 100.0)))
}

fn addresses_agree((a, seen): &(Address, String), (b, held): &(Address, String)) -> Option<(i32, String)> {
    let both = format!("页面“{seen}”，名册“{held}”");
    Some(match a.agreement(b)? {
        Agreement::House => (SAME_HOUSE, format!("地址相同（{both}）")),
        Agreement::Street => (SAME_STREET, format!("同一道路或小区（{both}）")),
    })
}

/// A land line without its area code: lists give it, pages do not.
fn local(phone: &str) -> &str {
    match phone.strip_prefix('0') {
        Some(rest) if phone.len() == 11 => rest.get(3..).unwrap_or(phone),
        Some(rest) if phone.len() == 12 => rest.get(3..).unwrap_or(phone),
        _ => phone,
    }
}

fn squeezed(county: &str) -> String {
    county.chars().filter(|c| !c.is_whitespace()).collect()
}

/// 喀喇沁左翼蒙古族自治县 is 喀左县 and 双塔 is 双塔区; 朝阳县 is not 朝阳市.
fn same_county(a: &str, b: &str) -> bool {
    let stem = |name: &str| name.trim_end_matches("自治县").trim_end_matches(['区', '县', '市']).to_owned();
    let (x, y) = (stem(a), stem(b));
    // A short form takes characters of the long one in their order.
    let short_of = |short: &str, long: &str| {
        let mut long = long.chars();
        short.chars().count() >= 2 && short.chars().all(|c| long.any(|other| other == c))
    };
    a == b || ((x == y || short_of(&x, &y) || short_of(&y, &x)) && same_end(a, b))
}

fn same_end(a: &str, b: &str) -> bool {
    let end = |name: &str| name.chars().last().filter(|c| matches!(c, '区' | '县' | '市'));
    match (end(a), end(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counties_by_long_and_short_names() {
        assert!(
            same_county("喀喇沁左翼蒙古族自治县", "喀左县")
                && same_county("双塔", "双塔区")
                && same_county("朝阳县", "朝阳县")
        );
        assert!(!same_county("双塔区", "龙城区") && !same_county("朝阳县", "朝阳市"));
        assert_eq!(
            (local("04212812345"), local("2812345"), local("13900000001")),
            ("2812345", "2812345", "13900000001")
        );
    }
}
