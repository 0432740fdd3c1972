//! Names of institutions as written -> what tells them apart.

use super::Wording;
use unicode_normalization::UnicodeNormalization;

/// Longer names are cut.
const LONGEST: usize = 80;

/// A name for comparing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// Everything but the place in front, width, spaces and marks.
    pub full: String,
    /// What is left without the families of words; empty when nothing tells.
    pub core: String,
}

impl Name {
    /// Squeezes a name; `None` when it names nobody: a masked name, a few signs.
    pub(super) fn of(text: &str, words: &Wording) -> Option<Self> {
        let squeezed: String = text
            .nfkc()
            .filter(|c| c.is_alphanumeric() || matches!(c, '*' | '×'))
            .flat_map(char::to_lowercase)
            .take(LONGEST)
            .collect();
        if squeezed.chars().any(|c| matches!(c, '*' | '×' | '某')) || squeezed.chars().count() < 2 {
            return None;
        }
        let full = words.without_places(&squeezed, 2).to_owned();
        let mut core = full.clone();
        for word in words.families.iter().chain(&words.places) {
            // A name that is nothing but such a word says at least that.
            if core.contains(word.as_str()) {
                core = core.replace(word.as_str(), "");
            }
        }
        // 第3分校 and 3号 number sites.
        let core = core.trim_matches(|c: char| c.is_ascii_digit() || matches!(c, '第' | '号')).to_owned();
        let telling = core.chars().count() >= 2 && !is_person(&core, words);
        Some(Self { full, core: if telling { core } else { String::new() } })
    }

    /// Whether it has a word of an institution, so that equality is no accident.
    pub(super) fn is_institution(&self) -> bool {
        let (full, core) = (self.full.chars().count(), self.core.chars().count());
        !self.core.is_empty() && full > core + 1 && full >= 5
    }
}

fn is_person(core: &str, words: &Wording) -> bool {
    let titled = |title: &String| core.ends_with(title.as_str()) && core.chars().count() <= title.chars().count() + 2;
    words.titles.iter().any(titled)
        || words.anonymous.iter().any(|word| core.starts_with(word.as_str()))
        || core.chars().all(|c| c.is_ascii_digit())
}

/// The name of an institution at the beginning of a title: characters without a gap that end as such names do.
pub(super) fn in_title(title: &str, words: &Wording) -> Option<String> {
    let chars: Vec<char> = title.nfkc().take(60).collect();
    chars.split(|c| !c.is_alphanumeric()).find_map(|run| {
        let run: String = run.iter().collect();
        let end = words.name_ends.iter().filter_map(|word| run.find(word.as_str()).map(|at| at + word.len())).max()?;
        let name = run.get(..end)?;
        (4..=16).contains(&name.chars().count()).then(|| name.to_owned())
    })
}

/// How alike two cores are, 0 to 1: shared pairs of characters.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let shared = a.iter().filter(|pair| b.contains(pair)).count();
    2.0 * shared as f64 / (a.len() + b.len()) as f64
}

/// The pairs of neighbouring characters, each once.
pub(super) fn pairs(text: &str) -> Vec<(char, char)> {
    let mut found: Vec<(char, char)> = text.chars().zip(text.chars().skip(1)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::standing::wording::committed;

    #[test]
    fn what_tells_names_apart() {
        let words = committed();
        for (text, core) in [
            ("朝阳市双塔区晨星文化艺术培训学校有限公司", "晨星"),
            ("晨星教育", "晨星"),
            ("晨 星（双塔校区）", "晨星"),
            ("ＡＢＣ英语培训中心", "abc"),
            ("王老师", ""),
            ("用户8321", ""),
            ("教育咨询有限公司", ""),
            ("新起点第3分校", "新起点"),
        ] {
            assert_eq!(Name::of(text, &words).map(|name| name.core).as_deref(), Some(core), "{text}");
        }
        for text in ["王某某", "张**", "李", "！！！", ""] {
            assert_eq!(Name::of(text, &words), None, "{text}");
        }
        assert!(Name::of("晨星培训学校", &words).is_some_and(|name| name.is_institution()));
        assert!(Name::of("晨星", &words).is_some_and(|name| !name.is_institution()));
        assert_eq!(in_title("【双塔】晨星教育 寒假班招生", &words).as_deref(), Some("晨星教育"));
        assert_eq!(in_title("初三数学一对一", &words), None);
    }

    #[test]
    fn likeness_of_cores() {
        assert!(likeness("新起点英才", "新起点英材") > 0.7);
        assert!(likeness("晨星", "启航") < 0.1);
    }
}
