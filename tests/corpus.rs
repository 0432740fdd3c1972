//! The corpus keeps its word: schema, spread, no near-duplicates, contacts that really stand in the text.

#[path = "support/ordinary.rs"]
mod ordinary;

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use tanzhao::domain::{ContactKind, Form, Jurisdiction, Stage, Subject, Verdict};

/// Every sub-form of the taxonomy (domain guide, section 2).
const SUBFORMS: [&str; 40] = [
    "live_class",
    "recorded_switch",
    "wechat_qa",
    "miniprogram_shop",
    "residential",
    "hotel",
    "cafe_office",
    "basement",
    "planning",
    "culture_media",
    "diagnosis",
    "thinking",
    "reading_writing",
    "foreign_lang_wrap",
    "guoxue",
    "competition",
    "preschool_bridge",
    "steam_wrap",
    "live_in_tutor",
    "nanny_bundle",
    "family_guidance",
    "parent_pool",
    "class_group",
    "summer_camp",
    "closed_camp",
    "campus_camp",
    "study_tour",
    "afterschool",
    "study_room",
    "ai_study_room",
    "homework_companion",
    "small_table",
    "school_joint",
    "goods_bundle",
    "adult_cover",
    "art_exam_culture",
    "nonsubject_overreach",
    "fulltime_replacement",
    "implicit_hint",
    "cross_region",
];
/// Words that stand in offers and in harmless texts alike; each must do so here.
const HOT_WORDS: [&str; 10] = ["数学", "英语", "辅导", "老师", "一对一", "寒假", "提分", "作业", "补课", "小班"];
/// Listings of one verdict must not share more of their runs of five characters than this.
const MOST_ALIKE: f64 = 0.6;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contact {
    kind: ContactKind,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    source_kind: String,
    title: String,
    body: String,
    #[allow(dead_code, reason = "part of the schema")]
    site_city: String,
    verdict: Verdict,
    forms: Vec<Form>,
    subjects: Vec<Subject>,
    stages: Vec<Stage>,
    contacts: Vec<Contact>,
    county: Jurisdiction,
    obfuscation: u8,
    subforms: Vec<String>,
    pair: String,
    #[allow(dead_code, reason = "part of the schema")]
    why: String,
}

impl Row {
    fn text(&self) -> String {
        format!("{}\n{}", self.title, self.body)
    }

    fn is_lead(&self) -> bool {
        matches!(self.verdict, Verdict::Overt | Verdict::Disguised)
    }
}

/// File and line with the row.
fn corpus() -> Vec<(String, Row)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut rows = Vec::new();
    for path in files.iter().filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for (line, text) in std::fs::read_to_string(path).expect("UTF-8").lines().enumerate() {
            let place = format!("{name}:{}", line + 1);
            rows.push((place.clone(), serde_json::from_str(text).unwrap_or_else(|error| panic!("{place}: {error}"))));
        }
    }
    rows
}

/// What is wrong with one row by itself.
fn complaints(row: &Row) -> Vec<String> {
    let mut out = Vec::new();
    let mut check = |good: bool, what: &str| {
        if !good {
            out.push(what.to_owned());
        }
    };
    let length = row.text().chars().count();
    check(["classified", "social", "mini_program", "sms", "other"].contains(&row.source_kind.as_str()), "source_kind");
    check((15..=900).contains(&length), "length outside 15 to 900 characters");
    check(row.obfuscation <= 3, "obfuscation is 0 to 3");
    check(row.verdict != Verdict::Overt || row.forms.contains(&Form::Plain), "overt carries plain");
    check(row.verdict != Verdict::Disguised || !row.forms.is_empty(), "disguised carries a form");
    check(
        row.is_lead() || (row.forms.is_empty() && row.subjects.is_empty() && row.subforms.is_empty()),
        "negatives carry no forms and no subjects",
    );
    check(row.verdict != Verdict::Irrelevant || row.stages.is_empty(), "irrelevant carries no stages");
    check(row.subforms.iter().all(|code| SUBFORMS.contains(&code.as_str())), "unknown sub-form");
    for contact in &row.contacts {
        let what = format!("{} {} is not in the text", contact.kind.code(), contact.value);
        check(stands_in(&row.text(), contact), &what);
    }
    out
}

/// Whether a contact can be read off the text by a patient person.
fn stands_in(text: &str, contact: &Contact) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let folded: Vec<char> = text.nfkd().flat_map(char::to_lowercase).collect();
    if contact.kind == ContactKind::Wechat && contact.value.chars().any(|ch| !ch.is_ascii_digit()) {
        let letters: String = folded.iter().filter(|ch| ch.is_ascii_alphanumeric() || "_-".contains(**ch)).collect();
        let joined: String = contact.value.chars().filter(|ch| letters.contains(*ch)).collect();
        return letters.contains(&contact.value) || (joined == contact.value && in_order(&folded, &contact.value, 6));
    }
    let digits: Vec<char> = folded.iter().map(|ch| digit(*ch).unwrap_or(*ch)).collect();
    in_order(&digits, &contact.value, 14)
}

/// Whether the characters of `value` follow one another in `text` with at most `gap` others between two of them.
fn in_order(text: &[char], value: &str, gap: usize) -> bool {
    let wanted: Vec<char> = value.chars().collect();
    let starts = (0..text.len()).filter(|at| Some(&text[*at]) == wanted.first());
    // Each step keeps every place a character could stand at, so that a digit of another number leads nobody astray.
    starts.into_iter().any(|start| {
        let mut places = BTreeSet::from([start]);
        for ch in &wanted[1..] {
            places = places
                .iter()
                .flat_map(|at| at + 1..(at + 2 + gap).min(text.len()))
                .filter(|at| text[*at] == *ch)
                .collect();
        }
        !places.is_empty()
    })
}

fn digit(ch: char) -> Option<char> {
    const LIKE: [(char, &str); 10] = [
        ('0', "零〇oоοø洞⓪⓿"),
        ('1', "一壹幺么lⅼi|丨①⒈❶➀㈠⓵"),
        ('2', "二贰两俩②❷➁㈡⓶z"),
        ('3', "三叁仨③❸➂㈢⓷зӡ"),
        ('4', "四肆④❹➃㈣⓸"),
        ('5', "五伍⑤❺➄㈤⓹s"),
        ('6', "六陆⑥❻➅㈥⓺б"),
        ('7', "七柒拐⑦❼➆㈦⓻"),
        ('8', "八捌⑧❽➇㈧⓼"),
        ('9', "九玖久酒勾⑨❾➈㈨⓽"),
    ];
    LIKE.iter().find(|(_, forms)| forms.contains(ch)).map(|(digit, _)| *digit)
}

#[test]
fn every_row_is_in_order() {
    let rows = corpus();
    let mut out: Vec<String> = rows
        .iter()
        .flat_map(|(place, row)| complaints(row).into_iter().map(move |what| format!("{place}: {}: {what}", row.id)))
        .collect();
    let mut seen = BTreeSet::new();
    out.extend(
        rows.iter()
            .filter(|(_, row)| !seen.insert(&row.id))
            .map(|(place, row)| format!("{place}: {} stands twice", row.id)),
    );
    let mut pairs: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for (_, row) in rows.iter().filter(|(_, row)| !row.pair.is_empty()) {
        pairs.entry(&row.pair).or_default().push(row);
    }
    let uneven = pairs.iter().filter(|(_, two)| two.len() != 2 || two[0].verdict == two[1].verdict);
    out.extend(uneven.map(|(label, _)| format!("pair {label}: expected two rows of different verdicts")));
    assert!(out.is_empty(), "{} problems\n{}", out.len(), out.join("\n"));
}

#[test]
fn no_two_rows_of_a_verdict_are_alike() {
    let rows = corpus();
    let grams = |row: &Row| -> BTreeSet<String> {
        let letters: Vec<char> = row.text().chars().filter(|ch| ch.is_alphabetic()).collect();
        letters.windows(5).map(|five| five.iter().collect()).collect()
    };
    let all: Vec<BTreeSet<String>> = rows.iter().map(|(_, row)| grams(row)).collect();
    let mut index: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    let mut out = Vec::new();
    for (at, mine) in all.iter().enumerate() {
        let verdict = rows[at].1.verdict.code();
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for gram in mine {
            let places = index.entry((verdict, gram.as_str())).or_default();
            for other in places.iter() {
                *shared.entry(*other).or_default() += 1;
            }
            places.push(at);
        }
        for (other, common) in shared {
            let alike = common as f64 / (mine.len() + all[other].len() - common) as f64;
            if alike > MOST_ALIKE {
                out.push(format!("{} and {}: {alike:.2}", rows[other].1.id, rows[at].1.id));
            }
        }
    }
    assert!(out.is_empty(), "{} near-duplicates\n{}", out.len(), out.join("\n"));
}

#[test]
fn the_spread_is_wide_enough() {
    let rows: Vec<Row> = corpus().into_iter().map(|(_, row)| row).collect();
    let mut out = Vec::new();
    let mut least = |what: &str, found: usize, expected: usize| {
        if found < expected {
            out.push(format!("{what}: found {found}, expected at least {expected}"));
        }
    };
    let count = |test: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| test(row)).count();
    least("listings", rows.len(), 5000);
    for (verdict, expected) in
        [(Verdict::Overt, 1000), (Verdict::Disguised, 1500), (Verdict::NonSubject, 900), (Verdict::Irrelevant, 1600)]
    {
        least(verdict.code(), count(&|row| row.verdict == verdict), expected);
    }
    for form in Form::ALL {
        least(form.code(), count(&|row| row.forms.contains(form)), 60);
    }
    for code in SUBFORMS {
        least(code, count(&|row| row.subforms.iter().any(|own| own == code)), 60);
    }
    for level in 0..=3 {
        least(
            &format!("disguised at obfuscation {level}"),
            count(&|row| row.verdict == Verdict::Disguised && row.obfuscation == level),
            100,
        );
    }
    let near_miss = |row: &Row| row.verdict == Verdict::Irrelevant && !ordinary::is_ordinary(&row.id);
    let irrelevant = count(&near_miss);
    for word in HOT_WORDS {
        let found = count(&|row| near_miss(row) && row.text().contains(word));
        least(&format!("irrelevant with {word}"), found, irrelevant * 15 / 100);
    }
    for county in ["双塔区", "龙城区", "朝阳县", "建平县", "喀左县", "北票市", "凌源市", "outside", "unknown"]
    {
        least(county, count(&|row| row.county.to_string() == county), 150);
    }
    let pairs: BTreeSet<&str> = rows.iter().map(|row| row.pair.as_str()).filter(|pair| !pair.is_empty()).collect();
    least("contrast pairs", pairs.len(), 300);
    for contacts in [ContactKind::Phone, ContactKind::Wechat, ContactKind::Qq] {
        least(contacts.code(), count(&|row| row.contacts.iter().any(|one| one.kind == contacts)), 100);
    }
    for (from, to) in [(15, 60), (60, 120), (120, 200), (200, 900)] {
        let inside = count(&|row| (from..to).contains(&row.text().chars().count()));
        least(&format!("{from} to {to} characters"), inside, 150);
    }
    assert!(out.is_empty(), "\n{}", out.join("\n"));
}
