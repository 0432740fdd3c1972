//! Addresses -> road with number, community with building, as far as a text tells them.

use super::Wording;
use unicode_normalization::UnicodeNormalization;

/// Longer addresses are cut.
const LONGEST: usize = 120;

/// What of an address can be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// The road and its number: `新华路二段` and `125`.
    pub road: Option<(String, Option<String>)>,
    /// The community, square or building by name, and the number in it: `凤凰城小区` and `12`.
    pub estate: Option<(String, Option<String>)>,
}

/// How much two addresses agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Agreement {
    /// The same road or the same community.
    Street,
    /// The same house.
    House,
}

impl Address {
    /// Reads an address; parts that are not there stay empty.
    pub(super) fn of(text: &str, words: &Wording) -> Self {
        let text: String = text.nfkc().filter(|c| !c.is_whitespace()).take(LONGEST).map(arabic).collect();
        // Brackets hold remarks such as 原实验小学对面.
        let mut rest = below_divisions(text.split('(').next().unwrap_or_default(), words);
        let mut address = Self::default();
        if let Some((name, tail)) = first_name(rest, &words.roads) {
            // 二段 belongs to the road.
            let section: String = tail.chars().take_while(char::is_ascii_digit).collect();
            let (name, tail) = match tail.get(section.len()..).and_then(|tail| tail.strip_prefix('段')) {
                Some(tail) if !section.is_empty() => (format!("{name}{section}段"), tail),
                _ => (name, tail),
            };
            address.road = Some((name, leading_number(tail, &["号", "-", "甲", "附"])));
            rest = tail.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').trim_start_matches('号');
        }
        if let Some((name, tail)) = first_name(rest, &words.estates) {
            let own = words.without_places(&name, 4).to_owned();
            let houses: Vec<&str> = words.houses.iter().map(String::as_str).collect();
            address.estate = Some((own, leading_number(tail, &houses)));
        }
        address
    }

    /// The keys under which a house is found; the exact ones first.
    pub(super) fn keys(&self) -> Vec<String> {
        let key = |part: &Option<(String, Option<String>)>| {
            part.as_ref().and_then(|(name, number)| number.as_ref().map(|number| format!("{name}#{number}")))
        };
        [key(&self.road), key(&self.estate)].into_iter().flatten().collect()
    }

    /// How much the two agree.
    pub(super) fn agreement(&self, other: &Self) -> Option<Agreement> {
        let part = |a: &Option<(String, Option<String>)>, b: &Option<(String, Option<String>)>| {
            let ((road, number), (other_road, other_number)) = a.as_ref().zip(b.as_ref())?;
            if road != other_road {
                return None;
            }
            Some(if number.is_some() && number == other_number { Agreement::House } else { Agreement::Street })
        };
        part(&self.road, &other.road).max(part(&self.estate, &other.estate))
    }
}

/// What stands below the province, city, county, town and community that an address begins with.
fn below_divisions<'a>(text: &'a str, words: &Wording) -> &'a str {
    let mut rest = text;
    // 朝阳 in 朝阳大街 is the name of the road.
    let is_name = |tail: &str| {
        let mut ends = words.roads.iter().chain(&words.estates);
        tail.is_empty() || ends.any(|word| tail.starts_with(word.as_str()))
    };
    while let Some(tail) =
        words.places.iter().filter_map(|place| rest.strip_prefix(place.as_str())).find(|tail| !is_name(tail))
    {
        rest = tail;
    }
    while let Some(end) = words
        .divisions
        .iter()
        .filter_map(|word| rest.find(word.as_str()).map(|at| (at, at + word.len())))
        .filter(|(at, _)| rest.get(..*at).is_some_and(|head| (2..=8).contains(&head.chars().count())))
        .filter(|(at, _)| first_name(rest.get(..*at).unwrap_or_default(), &words.roads).is_none())
        // 小区 is an estate, no division.
        .filter(|(at, _)| !rest.get(..*at).is_some_and(|head| head.ends_with('小') || head.ends_with('园')))
        .map(|(_, end)| end)
        .min()
    {
        match rest.get(end..).filter(|tail| !tail.is_empty()) {
            Some(tail) => rest = tail,
            None => break,
        }
    }
    rest
}

/// The first name that ends with one of the words, and what follows it: the characters directly in front of the word.
fn first_name<'a>(text: &'a str, words: &[String]) -> Option<(String, &'a str)> {
    let end = words
        .iter()
        .filter_map(|word| {
            let found = text.match_indices(word.as_str()).map(|(at, _)| at + word.len());
            found
                .filter(|end| text.get(..*end).is_some_and(|name| name.chars().count() > word.chars().count() + 1))
                .min()
        })
        .min()?;
    // 凤凰城 is the beginning of 凤凰城小区.
    let mut end = end;
    while let Some(word) = words.iter().find(|word| text.get(end..).is_some_and(|tail| tail.starts_with(word.as_str())))
    {
        end += word.len();
    }
    let (name, tail) = text.split_at_checked(end)?;
    let gap = name
        .char_indices()
        .filter(|(_, c)| !('\u{4e00}'..='\u{9fff}').contains(c))
        .map(|(at, c)| at + c.len_utf8())
        .next_back();
    let name = name.get(gap.unwrap_or(0)..)?;
    (2..=10).contains(&name.chars().count()).then(|| (name.to_owned(), tail))
}

/// The number at the beginning, when one of the words follows it.
fn leading_number(text: &str, words: &[&str]) -> Option<String> {
    let digits: String =
        text.trim_start_matches(['-', '第', '#']).chars().take_while(char::is_ascii_alphanumeric).collect();
    let tail = text.trim_start_matches(['-', '第', '#']).strip_prefix(digits.as_str())?;
    let fits = words.iter().any(|word| tail.starts_with(word)) || tail.starts_with('#');
    (!digits.is_empty() && digits.len() <= 6 && fits).then(|| digits.to_lowercase())
}

/// Chinese digits one by one; tens stay, nobody numbers houses with them on web pages.
fn arabic(c: char) -> char {
    const DIGITS: &str = "〇一二三四五六七八九";
    let value = DIGITS.chars().position(|known| known == c).and_then(|at| u32::try_from(at).ok());
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::standing::wording::committed;

    fn read(text: &str) -> (String, String) {
        let shown = |part: Option<(String, Option<String>)>| {
            part.map(|(name, number)| format!("{name}#{}", number.unwrap_or_default())).unwrap_or_default()
        };
        let address = Address::of(text, &committed());
        (shown(address.road), shown(address.estate))
    }

    #[test]
    fn parts_of_addresses() {
        for (text, road, estate) in [
            ("辽宁省朝阳市双塔区文化路二段125号", "文化路2段#125", ""),
            ("双塔区凌河街道新华路88号凤凰城小区12号楼3单元", "新华路#88", "凤凰城小区#12"),
            ("双塔凤凰城小区12栋", "", "凤凰城小区#12"),
            ("龙城区 朝阳大街３号", "朝阳大街#3", ""),
            ("凤凰城小区", "", "凤凰城小区#"),
            ("网上授课", "", ""),
        ] {
            assert_eq!(read(text), (road.to_owned(), estate.to_owned()), "{text}");
        }
    }

    #[test]
    fn agreement_of_addresses() {
        let a = Address::of("朝阳市双塔区新华路88号", &committed());
        let with = |text: &str| a.agreement(&Address::of(text, &committed()));
        assert_eq!(with("新华路88号二楼"), Some(Agreement::House));
        assert_eq!(with("新华路90号"), Some(Agreement::Street));
        assert_eq!(with("中山大街88号"), None);
    }

    proptest::proptest! {
        #[test]
        fn total_on_any_text(text in "\\PC{0,40}") {
            let _ = Address::of(&text, &committed());
        }

        #[test]
        fn total_on_addresses(text in "[双塔区新华路段号楼小区栋凤凰城0-9一二三()（市县镇街道]{0,24}") {
            let _ = Address::of(&text, &committed());
        }
    }
}
