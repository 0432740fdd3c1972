//! Whose matter a listing is (ruling 17): the text beats the site, the smallest unit wins, the neighbours' names are traps.

use super::gazetteer::{Gazetteer, PlaceKind};
use crate::domain::{Jurisdiction, PlaceHow};
use std::{collections::HashMap, ops::Range};

/// Words behind a short name that show it is meant as a place.
const BEHIND: [&str; 38] = [
    "这边",
    "那边",
    "附近",
    "小区",
    "楼下",
    "楼上",
    "旁",
    "对面",
    "对过",
    "后面",
    "门口",
    "街道",
    "镇",
    "乡",
    "中学",
    "小学",
    "广场",
    "家园",
    "的来",
    "的宝",
    "那疙瘩",
    "这疙瘩",
    "大集",
    "集上",
    "村",
    "社区",
    "农场",
    "街里",
    "的姐妹",
    "的老姐妹",
    "老场地",
    "水库",
    "这块",
    "那块",
    "人家",
    "底商",
    "路口",
    "新区",
];

/// Words behind another city's name that show the listing is not there.
const NOT_THERE: [&str; 22] = [
    "师范",
    "大学",
    "研学",
    "游",
    "回来",
    "理工",
    "师大",
    "牌照",
    "户口",
    "老家",
    "话",
    "师专",
    "读",
    "上",
    "毕业",
    "的大学",
    "清北",
    "外院",
    "来的",
    "总部",
    "品牌",
    "学院",
];

/// Words near another city's name that speak of a journey there.
const JOURNEY: [&str; 12] = ["日", "游", "营", "团", "海", "滑雪", "机票", "包车", "顺风车", "高铁", "馆", "专线"];

/// Words before it.
const NOT_FROM: [&str; 13] = ["去", "到", "考", "赴", "从", "在读", "带队", "往", "跑", "来自", "发", "回", "至"];

/// Levels of signs: a county by name, names that exist elsewhere too, townships, villages, short names.
const COUNTY: u8 = 2;
const SHARED: u8 = 3;
const TOWN: u8 = 4;
const VILLAGE: u8 = 5;
const SHORT: u8 = 6;

/// One sign of place in the text.
struct Sign<'a> {
    level: u8,
    how: PlaceHow,
    places: &'a [String],
    range: Range<usize>,
}

/// What the site's city field says.
enum Site {
    Ours(String),
    Foreign,
    Silent,
}

/// What was decided, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Located {
    /// Whose matter it is.
    pub county: Jurisdiction,
    /// By what kind of sign; `None` when nothing says.
    pub how: Option<PlaceHow>,
    /// Where in the clear text; `None` when only the site says so.
    pub range: Option<Range<usize>>,
    /// Other counties that the text names for certain.
    pub others: Vec<(String, PlaceHow, Range<usize>)>,
}

impl Located {
    fn new(county: Jurisdiction, how: PlaceHow, range: Option<Range<usize>>) -> Self {
        Self { county, how: Some(how), range, others: Vec::new() }
    }
}

/// Decides the jurisdiction and what in the clear text decided it.
pub(super) fn locate(gazetteer: &Gazetteer, clear: &str, site_city: &str) -> Located {
    let site = read_site(gazetteer, site_city);
    let found = Found::read(gazetteer, clear);
    let ours_named = found.signs.iter().any(|sign| matches!(sign.level, COUNTY | TOWN)) || found.city.is_some();
    let local = matches!(site, Site::Ours(_)) || ours_named || found.area_code.is_some();
    // A trap decides unless the text names a county of ours first.
    if let Some(trap) = found.outside.clone()
        && !found.signs.iter().any(|sign| matches!(sign.level, COUNTY | TOWN) && sign.range.start < trap.start)
    {
        return Located::new(Jurisdiction::Outside, PlaceHow::CountyName, Some(trap));
    }
    if let Some(located) = best(&found, &site, local, &gazetteer.city) {
        return located;
    }
    if let Some(range) = found.elsewhere(clear, &site) {
        return Located::new(Jurisdiction::Outside, PlaceHow::CountyName, Some(range));
    }
    match (site, found.city, found.bare, found.area_code) {
        (Site::Ours(place), ..) => Located::new(Jurisdiction::Place(place), PlaceHow::SiteCity, None),
        (Site::Foreign, ..) => Located::new(Jurisdiction::Outside, PlaceHow::SiteCity, None),
        (Site::Silent, Some((place, range)), ..) => {
            Located::new(Jurisdiction::Place(place), PlaceHow::CountyName, Some(range))
        }
        (Site::Silent, None, Some((place, range)), Some(_)) => {
            Located::new(Jurisdiction::Place(place), PlaceHow::AreaCode, Some(range))
        }
        // The code alone says no more than the city; ruling 17 leaves the listing unplaced, the lead's route may use it.
        (Site::Silent, None, None, Some(range)) => Located::new(Jurisdiction::Unknown, PlaceHow::AreaCode, Some(range)),
        (Site::Silent, None, _, None) => Located::default(),
    }
}

struct Found<'a> {
    signs: Vec<Sign<'a>>,
    city: Option<(String, Range<usize>)>,
    bare: Option<(String, Range<usize>)>,
    outside: Option<Range<usize>>,
    elsewhere: Vec<Range<usize>>,
    /// Where a telephone number of ours shows its code.
    area_code: Option<Range<usize>>,
}

impl<'a> Found<'a> {
    fn read(gazetteer: &'a Gazetteer, clear: &str) -> Self {
        let mut found = Self {
            signs: Vec::new(),
            city: None,
            bare: None,
            outside: None,
            elsewhere: Vec::new(),
            area_code: gazetteer.area_codes.iter().find_map(|code| area_code(clear, code)),
        };
        for hit in gazetteer.words.find_iter(clear) {
            let range = hit.range();
            let behind = &clear[range.end..];
            for (kind, places) in &gazetteer.names[hit.pattern().as_usize()].senses {
                let mut how = PlaceHow::CountyName;
                let level = match kind {
                    PlaceKind::City => {
                        found.city.get_or_insert_with(|| (places[0].clone(), range.clone()));
                        continue;
                    }
                    PlaceKind::Bare => {
                        found.bare.get_or_insert_with(|| (places[0].clone(), range.clone()));
                        continue;
                    }
                    PlaceKind::Outside => {
                        found.outside.get_or_insert_with(|| range.clone());
                        continue;
                    }
                    PlaceKind::Elsewhere => {
                        found.elsewhere.push(range.clone());
                        continue;
                    }
                    PlaceKind::Site | PlaceKind::Neutral | PlaceKind::AreaCode => continue,
                    PlaceKind::County => COUNTY,
                    PlaceKind::Town => {
                        how = PlaceHow::Township;
                        TOWN
                    }
                    PlaceKind::Common | PlaceKind::Landmark | PlaceKind::Road | PlaceKind::School => {
                        how = match kind {
                            PlaceKind::Common => PlaceHow::Township,
                            PlaceKind::Road => PlaceHow::Address,
                            PlaceKind::School => PlaceHow::School,
                            _ => PlaceHow::Landmark,
                        };
                        SHARED
                    }
                    PlaceKind::Village => {
                        how = PlaceHow::Village;
                        VILLAGE
                    }
                    PlaceKind::Hint => {
                        if !BEHIND.iter().any(|word| behind.starts_with(word)) {
                            continue;
                        }
                        how = PlaceHow::Landmark;
                        SHORT
                    }
                };
                found.signs.push(Sign { level, how, places, range: range.clone() });
            }
        }
        found
    }

    /// Another city that the listing is in, and not merely mentions.
    fn elsewhere(&self, clear: &str, site: &Site) -> Option<Range<usize>> {
        self.elsewhere
            .iter()
            .find(|range| {
                let behind = &clear[range.end..];
                let before = clear[..range.start].trim_end();
                if NOT_THERE.iter().any(|word| behind.starts_with(word))
                    || NOT_FROM.iter().any(|word| before.ends_with(word))
                {
                    return false;
                }
                let head = before.chars().filter(|ch| ch.is_alphanumeric()).count() <= 2 && !before.contains('—');
                let announced =
                    ["坐标", "城市:", "所在地:", "地点:", "地址:"].iter().any(|word| before.ends_with(word));
                match site {
                    Site::Ours(_) => {
                        let near: String = behind.chars().take(12).collect();
                        (head || announced) && !JOURNEY.iter().any(|word| near.contains(word))
                    }
                    Site::Foreign | Site::Silent => true,
                }
            })
            .cloned()
    }
}

/// The sign of the smallest unit; ties go to the county most often named, then to the first.
fn best(found: &Found, site: &Site, local: bool, city: &str) -> Option<Located> {
    let home = match site {
        Site::Ours(place) if place != city => Some(place.as_str()),
        _ => None,
    };
    // The county the text names outright; small units of other counties are namesakes then.
    let named = found.signs.iter().filter(|sign| sign.level == COUNTY).map(|sign| sign.places[0].as_str()).next();
    let anchor = named.or(home);
    let mut votes: HashMap<&str, usize> = HashMap::new();
    for sign in found.signs.iter().filter(|sign| sign.places.len() == 1) {
        *votes.entry(sign.places[0].as_str()).or_default() += 1;
    }
    let mut chosen: Option<((u8, usize), &Sign, &str)> = None;
    let mut certain: Vec<(&Sign, &str)> = Vec::new();
    for sign in &found.signs {
        let sure = matches!(sign.level, COUNTY | TOWN);
        if !sure && !local || matches!(site, Site::Foreign) && named.is_none() {
            continue;
        }
        let fits = |place: &&String| anchor == Some(place.as_str()) || votes.contains_key(place.as_str());
        let Some(place) = (if let [only] = sign.places { Some(only) } else { sign.places.iter().find(fits) }) else {
            continue;
        };
        if !sure && anchor.is_some_and(|anchor| anchor != place) {
            continue;
        }
        certain.push((sign, place));
        let rank = match sign.level {
            COUNTY => 1,
            TOWN | VILLAGE => 3,
            _ => 2,
        };
        let key = (rank, votes.get(place.as_str()).copied().unwrap_or(0));
        if chosen.as_ref().is_none_or(|(known, ..)| key > *known) {
            chosen = Some((key, sign, place));
        }
    }
    // Several counties in one breath (双塔、龙城均可) are the whole city.
    if let Some((_, first, place)) = &chosen
        && matches!(first.level, COUNTY | SHARED)
        && found.signs.iter().any(|sign| {
            let gap = sign.range.start.max(first.range.start)
                - sign.range.end.min(first.range.end).min(sign.range.start.max(first.range.start));
            matches!(sign.level, COUNTY | SHARED) && gap <= 3 && sign.places.len() == 1 && sign.places[0] != *place
        })
        && found.signs.iter().all(|sign| matches!(sign.level, COUNTY | SHARED))
    {
        let whole = Located::new(Jurisdiction::Place(city.to_owned()), PlaceHow::CountyName, Some(first.range.clone()));
        return Some(Located { others: others(&certain, city), ..whole });
    }
    chosen.map(|(_, sign, place)| Located {
        others: others(&certain, place),
        ..Located::new(Jurisdiction::Place(place.to_owned()), sign.how, Some(sign.range.clone()))
    })
}

/// Every other county among the signs that count, each with its surest sign.
fn others(certain: &[(&Sign, &str)], decided: &str) -> Vec<(String, PlaceHow, Range<usize>)> {
    let mut found: Vec<(String, PlaceHow, Range<usize>)> = Vec::new();
    for (sign, place) in certain.iter().filter(|(_, place)| *place != decided) {
        match found.iter_mut().find(|(known, ..)| known == place) {
            Some(known) if sign.how < known.1 => *known = ((*place).to_owned(), sign.how, sign.range.clone()),
            Some(_) => {}
            None => found.push(((*place).to_owned(), sign.how, sign.range.clone())),
        }
    }
    found
}

/// The code in front of a number, as 0421-2812345 or (0421)2812345; inside longer numbers it says nothing.
fn area_code(clear: &str, code: &str) -> Option<Range<usize>> {
    clear.match_indices(code).map(|(start, _)| start..start + code.len()).find(|range| {
        let digit_before = clear[..range.start].ends_with(|ch: char| ch.is_ascii_digit());
        !digit_before && (clear[range.end..].starts_with(['-', ')']))
    })
}

fn read_site(gazetteer: &Gazetteer, site_city: &str) -> Site {
    let text = site_city.trim();
    if text.is_empty() {
        return Site::Silent;
    }
    // The field may hold city and district: the smallest of ours wins.
    let mut ours: Option<(u8, String)> = None;
    let mut neutral = false;
    let mut foreign = false;
    for hit in gazetteer.words.find_iter(text) {
        for (kind, places) in &gazetteer.names[hit.pattern().as_usize()].senses {
            let level = match kind {
                PlaceKind::Site | PlaceKind::City | PlaceKind::Bare => 1,
                PlaceKind::County => 2,
                PlaceKind::Town | PlaceKind::Common | PlaceKind::Village if places.len() == 1 => 3,
                PlaceKind::Neutral => {
                    neutral = true;
                    continue;
                }
                PlaceKind::Outside | PlaceKind::Elsewhere => {
                    foreign = true;
                    continue;
                }
                _ => continue,
            };
            if ours.as_ref().is_none_or(|(known, _)| level > *known) {
                ours = Some((level, places[0].clone()));
            }
        }
    }
    match ours {
        Some((_, place)) if !foreign => Site::Ours(place),
        None if neutral && !foreign => Site::Silent,
        _ => Site::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> Gazetteer {
        Gazetteer::parse(&[(
            "t.tsv",
            "city\t朝阳市\t朝阳市\nsite\t朝阳\t朝阳市\ncounty\t凌源\t凌源市\ncounty\t建平\t建平县\ntown\t桃花吐镇\t双塔区\n\
             common\t红山街道\t凌源市|建平县\nhint\t燕湖\t双塔区\noutside\t朝阳区\toutside\nelsewhere\t沈阳\toutside\n\
             road\t朝阳大街\t双塔区\nneutral\t全国\t\nareacode\t0421\t朝阳市",
        )])
        .expect("a good table")
    }

    #[test]
    fn text_beats_site_and_small_beats_large() {
        let gazetteer = tables();
        for (text, site, expected) in [
            ("初二数学", "", "unknown"),
            ("初二数学", "朝阳", "朝阳市"),
            ("初二数学", "凌源", "凌源市"),
            ("初二数学", "沈阳", "outside"),
            ("凌源初二数学", "沈阳", "凌源市"),
            ("朝阳市桃花吐镇小学旁", "", "双塔区"),
            ("红山街道三楼", "建平", "建平县"),
            ("红山街道三楼", "赤峰", "outside"),
            ("燕湖这边我家", "朝阳", "双塔区"),
            ("燕湖这边我家", "", "unknown"),
            ("朝阳区国贸附近", "朝阳", "outside"),
            ("沈阳家教招聘", "朝阳", "outside"),
            ("老师沈阳师范毕业", "朝阳", "朝阳市"),
            ("朝阳大街集合", "朝阳", "双塔区"),
            ("初二数学", "全国", "unknown"),
        ] {
            assert_eq!(locate(&gazetteer, text, site).county.as_str(), expected, "{text} @ {site}");
        }
    }

    #[test]
    fn every_decision_names_what_decided_it() {
        use PlaceHow::{Address, AreaCode, CountyName, Landmark, SiteCity, Township};
        let gazetteer = tables();
        for (text, site, how, quote) in [
            ("朝阳市桃花吐镇小学旁", "", Some(Township), "桃花吐镇"),
            ("朝阳大街集合", "朝阳", Some(Address), "朝阳大街"),
            ("燕湖这边我家", "朝阳", Some(Landmark), "燕湖"),
            ("凌源初二数学", "", Some(CountyName), "凌源"),
            ("初二数学 0421-2812345", "", Some(AreaCode), "0421"),
            ("初二数学", "朝阳", Some(SiteCity), ""),
            ("初二数学 19904213168", "", None, ""),
        ] {
            let found = locate(&gazetteer, text, site);
            let words = found.range.map_or("", |range| &text[range]);
            assert_eq!((found.how, words), (how, quote), "{text} @ {site}");
        }
    }

    #[test]
    fn further_counties_are_named_with_their_words() {
        let gazetteer = tables();
        let found = locate(&gazetteer, "桃花吐镇一校,建平二校", "");
        assert_eq!(found.county.as_str(), "双塔区");
        let others: Vec<&str> = found.others.iter().map(|(place, ..)| place.as_str()).collect();
        assert_eq!(others, ["建平县"]);
    }
}
