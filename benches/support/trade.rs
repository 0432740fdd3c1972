//! A made-up trade: operators with their phones, accounts and counties, and what they would post, put together from clauses of the
//! corpus; beside them people who sell no training, and numbers that belong to everybody. The same seed gives the same trade.

#[path = "../../tests/support/corpus.rs"]
mod corpus;

pub use corpus::corpus;
use tanzhao::{
    assess::Toolkit,
    classify::Labelled,
    domain::{Contact, ContactKind, Listing, SourceId, SourceKind, Span, UrlKey, Verdict},
};

const COUNTIES: [&str; 7] = ["双塔区", "龙城区", "朝阳县", "建平县", "喀左县", "北票市", "凌源市"];
const SOURCES: [(&str, SourceKind); 3] =
    [("classified", SourceKind::Classified), ("social", SourceKind::Social), ("mini", SourceKind::MiniProgram)];
const COMMON_AUTHORS: [&str; 5] = ["王老师", "李女士", "小张", "朵朵妈妈", "匿名用户"];
const HANZI: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// The site's own number, which it prints under some posts of anybody.
pub const HOTLINE: &str = "04212800000";
/// A message group that many operators post in.
pub const GROUP: &str = "712345678";

/// One advertisement with the truth about it.
pub struct Ad {
    /// As a site would show it.
    pub listing: Listing,
    /// Who wrote it; `None` for those who sell no training.
    pub operator: Option<u32>,
    /// What it is.
    pub verdict: Verdict,
    /// The contacts in it, normalised.
    pub contacts: Vec<Contact>,
    /// The county it names.
    pub county: &'static str,
}

struct Operator {
    number: u32,
    county: &'static str,
    contacts: Vec<(ContactKind, String)>,
    author: Option<String>,
    texts: Vec<Vec<String>>,
    verdict: Verdict,
    left: u32,
}

/// Writes advertisements without end.
pub struct Trade {
    dice: Dice,
    offers: Vec<Vec<String>>,
    others: Vec<(Vec<String>, Verdict)>,
    active: Vec<Operator>,
    operators: u32,
    written: usize,
}

/// Splitmix64.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `sides`.
    pub fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll() % (sides as u64)).expect("below a usize")
    }

    fn chance(&mut self, per_cent: usize) -> bool {
        self.below(100) < per_cent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The clauses of a text that name neither a contact nor a place.
fn clauses(toolkit: &Toolkit, row: &Labelled) -> Vec<String> {
    let text = row.text().full();
    let mut found = Vec::new();
    for clause in text.split_inclusive(['\n', '。', '!', '！', '?', '？', ',', '，', ';', '；']) {
        let plain = tanzhao::domain::ListingText { body: clause.into(), ..Default::default() };
        let read = toolkit.reading.read(&plain).signals;
        let digits = clause.chars().filter(|c| c.is_numeric() || HANZI.contains(c)).count();
        if read.contacts.is_empty() && read.place.is_none() && digits < 5 && clause.chars().count() > 2 {
            found.push(clause.to_owned());
        }
    }
    found
}

impl Trade {
    /// From the clauses of the corpus.
    pub fn new(toolkit: &Toolkit, rows: &[Labelled], seed: u64) -> Self {
        let (mut offers, mut others) = (Vec::new(), Vec::new());
        for row in rows {
            let parts = clauses(toolkit, row);
            let length: usize = parts.iter().map(|part| part.chars().count()).sum();
            match row.verdict {
                Verdict::Overt | Verdict::Disguised if length > 40 => offers.push(parts),
                Verdict::NonSubject | Verdict::Irrelevant if length > 20 => others.push((parts, row.verdict)),
                _ => {}
            }
        }
        Self { dice: Dice(seed), offers, others, active: Vec::new(), operators: 0, written: 0 }
    }

    fn operator(&mut self) -> Operator {
        let dice = &mut self.dice;
        self.operators += 1;
        let number = self.operators;
        let phone = format!("19{:09}", (u64::from(number) * 7_654_321) % 1_000_000_000);
        let mut contacts = vec![(ContactKind::Phone, phone.clone())];
        match dice.below(4) {
            0 => contacts.push((ContactKind::Wechat, format!("laoshi_{}", number * 13))),
            1 => contacts.push((ContactKind::Wechat, format!("wx{phone}"))),
            2 => contacts.push((ContactKind::Qq, format!("{}", 31_000_000_u64 + u64::from(number) * 7))),
            _ => {}
        }
        let mut county = *dice.pick(&COUNTIES);
        let mut texts: Vec<Vec<String>> = (0..=dice.below(3))
            .map(|_| {
                let mut text = Vec::new();
                for _ in 0..3 {
                    let row = dice.pick(&self.offers);
                    let from = dice.below(row.len());
                    text.extend(row.iter().cycle().skip(from).take(row.len().div_ceil(2)).cloned());
                }
                text
            })
            .collect();
        // Three in a hundred copy somebody's text; most of them elsewhere.
        if let Some(other) = (!self.active.is_empty() && dice.chance(3)).then(|| dice.pick(&self.active)) {
            texts.clone_from(&other.texts);
            if dice.chance(70) {
                let at = COUNTIES.iter().position(|one| *one == other.county).unwrap_or_default();
                county = COUNTIES[(at + 1 + dice.below(6)) % 7];
            } else {
                county = other.county;
            }
        }
        let left = match dice.below(10) {
            0..6 => 1 + dice.below(2),
            6..9 => 3 + dice.below(8),
            _ => 10 + dice.below(50),
        };
        Operator {
            number,
            county,
            contacts,
            author: dice.chance(50).then(|| format!("user_{}", 10_000 + number)),
            texts,
            verdict: if dice.chance(40) { Verdict::Overt } else { Verdict::Disguised },
            left: u32::try_from(left).expect("small"),
        }
    }

    /// A listing of somebody.
    fn listing(&mut self, body: String, author: Option<String>) -> Listing {
        self.written += 1;
        let (source, source_kind) = SOURCES[self.dice.below(SOURCES.len())];
        let author = author.unwrap_or_else(|| (*self.dice.pick(&COMMON_AUTHORS)).to_owned());
        let url = format!("http://{source}.example.cn/{}", self.written);
        let day = i64::try_from(self.dice.below(120)).expect("small");
        Listing {
            canonical_url: UrlKey::from_stored(url.clone()),
            url,
            source: SourceId(source.into()),
            source_kind,
            title: String::new(),
            body,
            author: Some(author),
            price: None,
            location: None,
            site_city: None,
            posted_at: jiff::civil::date(2026, 8, 1).checked_add(jiff::Span::new().days(day)).ok(),
            fetched_at: "2026-12-01T00:00:00Z".parse().expect("a time"),
            origins: Vec::new(),
        }
    }

    fn other(&mut self) -> Ad {
        let (parts, verdict) = self.dice.pick(&self.others).clone();
        let own = (ContactKind::Phone, format!("18{:09}", self.dice.roll() % 1_000_000_000));
        let mut shown = vec![own];
        if self.dice.chance(10) {
            shown.push((ContactKind::Phone, HOTLINE.to_owned()));
        }
        let county = *self.dice.pick(&COUNTIES);
        let author = format!("somebody_{}", self.dice.below(1_000_000));
        let mut body: String = parts.concat();
        body.push_str(county);
        let contacts = self.write(&mut body, &shown);
        Ad { listing: self.listing(body, Some(author)), operator: None, verdict, contacts, county }
    }

    /// Writes contacts at the end of a text, some in disguise; gives them as they should be read.
    fn write(&mut self, body: &mut String, shown: &[(ContactKind, String)]) -> Vec<Contact> {
        let mut contacts = Vec::new();
        for (kind, value) in shown {
            let mut disguised = false;
            let written = match (kind, self.dice.below(5)) {
                (ContactKind::Phone, 0) => {
                    disguised = true;
                    let hanzi = |c: char| c.to_digit(10).map_or(c, |digit| HANZI[digit as usize]);
                    format!(" 电话{}", value.chars().map(hanzi).collect::<String>())
                }
                (ContactKind::Phone, 1) => format!(" 电话 {} {} {}", &value[..3], &value[3..7], &value[7..]),
                (ContactKind::Phone, _) => format!(" 电话{value}"),
                (ContactKind::Wechat, 0..2) => {
                    disguised = true;
                    format!(" 薇{value}")
                }
                (ContactKind::Wechat, _) => format!(" 微信{value}"),
                (ContactKind::Qq, _) => format!(" QQ{value}"),
            };
            let start = body.chars().count();
            body.push_str(&written);
            let span = Span::new(start, body.chars().count());
            contacts.push(Contact { kind: *kind, value: value.clone(), span, disguised });
        }
        contacts
    }

    fn offer(&mut self) -> Ad {
        if self.active.len() < 400 {
            let new = self.operator();
            self.active.push(new);
        }
        let at = self.dice.below(self.active.len());
        let mut parts = {
            let texts = &self.active[at].texts;
            texts[self.dice.below(texts.len())].clone()
        };
        // No two posts are quite the same.
        if parts.len() > 4 && self.dice.chance(60) {
            let gone = self.dice.below(parts.len());
            parts.remove(gone);
        }
        let mut body: String = parts.concat();
        let end = self.dice.pick(&["", "\n", "[玫瑰]", "~~", " 名额不多", " 抓紧", "!!"]);
        body.push_str(end);
        let known = self.active[at].contacts.clone();
        let mut shown: Vec<(ContactKind, String)> = Vec::new();
        if !self.dice.chance(4) {
            shown.push(known[0].clone());
            shown.extend(known[1..].iter().filter(|_| self.dice.chance(60)).cloned());
            // Some show only the other one, so that two posts of one operator need a third between them.
            if shown.len() > 1 && self.dice.chance(25) {
                shown.remove(0);
            }
        }
        if self.dice.chance(3) {
            shown.push((ContactKind::Phone, HOTLINE.to_owned()));
        }
        if self.dice.chance(2) {
            shown.push((ContactKind::Qq, GROUP.to_owned()));
        }
        let operator = &mut self.active[at];
        operator.left -= 1;
        let (number, county, author, verdict) =
            (operator.number, operator.county, operator.author.clone(), operator.verdict);
        if operator.left == 0 {
            self.active.swap_remove(at);
        }
        body.push_str(county);
        let contacts = self.write(&mut body, &shown);
        Ad { listing: self.listing(body, author), operator: Some(number), verdict, contacts, county }
    }
}

impl Iterator for Trade {
    type Item = Ad;

    /// Half of what is posted sells no training.
    fn next(&mut self) -> Option<Ad> {
        Some(if self.dice.chance(50) { self.offer() } else { self.other() })
    }
}

/// Precision, recall and F1 over pairs of listings that are together.
pub fn pairwise(groups: &[Vec<u32>]) -> (f64, f64, f64) {
    use std::collections::HashMap;
    let pairs = |n: u64| (n * n.saturating_sub(1) / 2) as f64;
    let mut of_operator: HashMap<u32, u64> = HashMap::new();
    let (mut found, mut right) = (0.0, 0.0);
    for group in groups {
        let mut here: HashMap<u32, u64> = HashMap::new();
        for operator in group {
            *here.entry(*operator).or_default() += 1;
            *of_operator.entry(*operator).or_default() += 1;
        }
        found += pairs(group.len() as u64);
        right += here.into_values().map(pairs).sum::<f64>();
    }
    let truth: f64 = of_operator.into_values().map(pairs).sum();
    let (precision, recall) = (right / found.max(1.0), right / truth.max(1.0));
    (precision, recall, 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE))
}
