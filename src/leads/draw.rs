//! 双随机: draws subjects to be inspected, and two inspectors for each, so that anyone can draw again and compare.
//!
//! # The method, in words (`tanzhao-draw/1`)
//! Everything is whole numbers and SHA-256, so that any language gives the same draw.
//!
//! 1. *Order.* Subjects are sorted by the bytes of their ids in UTF-8, inspectors by the bytes of their names. Subjects that
//!    are left out (`excluded`) are not in the pool.
//! 2. *Numbers.* A stream of numbers has a label. Its number at position `n` (0, 1, 2, …) is made of the text of four lines
//!    `tanzhao-draw/1`, the seed, the label and `n` in decimal, joined by a line feed without one at the end, in UTF-8: the
//!    first eight bytes of its SHA-256, as an unsigned big-endian number. Numbers are used in the order of their positions.
//! 3. *A number below W.* Let `R` be 2^64 mod W. A number that is 2^64 - R or more is passed by, and the next one taken; the
//!    first other one, mod W, is the result. So each result is exactly as likely as any other.
//! 4. *One of a list with weights.* Let `W` be the sum of the weights of those still in the list, and `r` a number below W. Go
//!    through the list in order and take each one's weight away from `r`; the first whose weight is larger than what is left of
//!    `r` is drawn and leaves the list.
//! 5. *Subjects.* With the stream labelled `subjects`, step 4 is made `count` times on the pool.
//! 6. *Inspectors.* For every subject drawn, with the stream labelled `inspectors ` (one blank) and the subject's id, step 4 is
//!    made twice, with weight 1, on all inspectors who need not keep away from that subject.
//!
//! Before anything is drawn every subject of the pool must have two inspectors who need not keep away: a draw that fails on the
//! subject it hit could be repeated until it hits another.
//!
//! The seed should be something that nobody could know when the lists were closed, for example the numbers of a lottery named
//! beforehand; the digest of the inputs ([`Inputs::digest_text`]) can be published before it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The name of the method.
pub const METHOD: &str = "tanzhao-draw/1";
/// The largest weight.
pub const HEAVIEST: u32 = 1000;
/// Inspectors for each subject, as the law has it.
pub const INSPECTORS: usize = 2;
/// The longest id, name or seed, in characters.
const LONGEST: usize = 200;

/// Somebody or something that may be inspected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawSubject {
    /// A stable id.
    pub id: String,
    /// How often it is drawn against one of weight 1, from 1 to [`HEAVIEST`]: more for those with complaints or a record.
    pub weight: u32,
    /// Whether it is left out this time.
    pub excluded: bool,
}

/// Somebody who inspects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    /// The name.
    pub name: String,
    /// Ids of the subjects they have to keep away from.
    pub avoid: BTreeSet<String>,
}

/// All that a draw depends on; sorted, checked, and so the same however the lists were ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawInputs")]
pub struct Inputs {
    seed: String,
    count: usize,
    subjects: Vec<DrawSubject>,
    inspectors: Vec<Inspector>,
}

/// As stored or sent; checked when it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInputs {
    seed: String,
    count: usize,
    subjects: Vec<DrawSubject>,
    inspectors: Vec<Inspector>,
}

impl TryFrom<RawInputs> for Inputs {
    type Error = DrawError;

    fn try_from(raw: RawInputs) -> Result<Self, DrawError> {
        Self::new(&raw.seed, raw.count, raw.subjects, raw.inspectors)
    }
}

/// One subject with its inspectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// The subject's id.
    pub subject: String,
    /// The inspectors' names, in the order they were drawn.
    pub inspectors: Vec<String>,
}

/// Why nothing can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// A text that is empty, too long or holds control characters.
    #[error("{what}“{found}”不可用：应为 1 至 {LONGEST} 个字符，首尾无空格，不含控制字符")]
    Text {
        /// What it is.
        what: &'static str,
        /// The text, without control characters.
        found: String,
    },
    /// Twice in one list.
    #[error("{what}“{found}”重复")]
    Double {
        /// What it is.
        what: &'static str,
        /// The text.
        found: String,
    },
    /// A weight outside its range.
    #[error("对象“{subject}”的权重为 {found}，应为 1 至 {HEAVIEST}")]
    Weight {
        /// Whose.
        subject: String,
        /// The weight.
        found: u32,
    },
    /// More to be drawn than there are, or nothing.
    #[error("抽取数为 {count}，应为 1 至 {pool}（名单中未排除的对象数）")]
    Count {
        /// How many were wanted.
        count: usize,
        /// How many there are.
        pool: usize,
    },
    /// Too few inspectors.
    #[error("对象“{subject}”回避后只余 {left} 名检查人员，每个对象需要 {INSPECTORS} 名；抽取前须补充人员")]
    Inspectors {
        /// The subject.
        subject: String,
        /// Who is left.
        left: usize,
    },
}

impl Inputs {
    /// Sorts and checks.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn new(
        seed: &str,
        count: usize,
        mut subjects: Vec<DrawSubject>,
        mut inspectors: Vec<Inspector>,
    ) -> Result<Self, DrawError> {
        text("种子", seed)?;
        subjects.sort();
        inspectors.sort();
        for subject in &subjects {
            text("对象编号", &subject.id)?;
            if !(1..=HEAVIEST).contains(&subject.weight) {
                return Err(DrawError::Weight { subject: subject.id.clone(), found: subject.weight });
            }
        }
        for inspector in &inspectors {
            text("检查人员姓名", &inspector.name)?;
            inspector.avoid.iter().try_for_each(|id| text("回避对象编号", id))?;
        }
        double("对象编号", subjects.iter().map(|one| &one.id))?;
        double("检查人员姓名", inspectors.iter().map(|one| &one.name))?;
        let pool: Vec<&DrawSubject> = subjects.iter().filter(|one| !one.excluded).collect();
        if !(1..=pool.len()).contains(&count) {
            return Err(DrawError::Count { count, pool: pool.len() });
        }
        for one in pool {
            let left = inspectors.iter().filter(|inspector| !inspector.avoid.contains(&one.id)).count();
            if left < INSPECTORS {
                return Err(DrawError::Inspectors { subject: one.id.clone(), left });
            }
        }
        Ok(Self { seed: seed.to_owned(), count, subjects, inspectors })
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// How many subjects are drawn.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The text whose SHA-256 stands for the lists, without the seed, so that it can be published before: the lines
    /// `tanzhao-draw/1`, the count, then for each subject `S`, id, weight and 1 if it is left out or else 0, then for each
    /// inspector `I`, name and the ids to keep away from, sorted by bytes. Fields are separated by tabs, every line ends with a
    /// line feed.
    #[must_use]
    pub fn digest_text(&self) -> String {
        let mut lines = vec![METHOD.to_owned(), self.count.to_string()];
        for one in &self.subjects {
            lines.push(format!("S\t{}\t{}\t{}", one.id, one.weight, u8::from(one.excluded)));
        }
        for one in &self.inspectors {
            let fields: Vec<&str> =
                ["I", one.name.as_str()].into_iter().chain(one.avoid.iter().map(String::as_str)).collect();
            lines.push(fields.join("\t"));
        }
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// Draws, by the method of this module.
    ///
    /// ```
    /// use tanzhao::leads::draw::{DrawSubject, Inputs, Inspector};
    /// let subjects = ["甲", "乙", "丙"].map(|id| DrawSubject { id: id.into(), weight: 1, excluded: false });
    /// let inspectors = ["张三", "李四", "王五"].map(|name| Inspector { name: name.into(), avoid: [].into() });
    /// let inputs = Inputs::new("体彩大乐透 2026-12-01", 2, subjects.into(), inspectors.into()).unwrap();
    /// assert_eq!(inputs.draw(), inputs.draw());
    /// assert_eq!(inputs.draw().len(), 2);
    /// ```
    #[must_use]
    pub fn draw(&self) -> Vec<Drawn> {
        let pool = self.subjects.iter().filter(|one| !one.excluded).map(|one| (one.id.as_str(), one.weight)).collect();
        let subjects = pick(&mut Numbers::new(&self.seed, "subjects"), pool, self.count);
        let drawn = subjects.into_iter().map(|subject| {
            let free = self.inspectors.iter().filter(|one| !one.avoid.contains(subject));
            let free = free.map(|one| (one.name.as_str(), 1)).collect();
            let inspectors = pick(&mut Numbers::new(&self.seed, &format!("inspectors {subject}")), free, INSPECTORS);
            Drawn { subject: subject.to_owned(), inspectors: inspectors.into_iter().map(str::to_owned).collect() }
        });
        drawn.collect()
    }
}

/// Draws some of a sorted list, without putting back.
fn pick<'a>(numbers: &mut Numbers, mut list: Vec<(&'a str, u32)>, count: usize) -> Vec<&'a str> {
    let mut picked = Vec::with_capacity(count);
    let mut total: u64 = list.iter().map(|(_, weight)| u64::from(*weight)).sum();
    while picked.len() < count && total > 0 {
        let mut rest = numbers.below(total);
        let Some(at) = list.iter().position(|(_, weight)| match rest.checked_sub(u64::from(*weight)) {
            Some(less) => {
                rest = less;
                false
            }
            None => true,
        }) else {
            break;
        };
        let (id, weight) = list.remove(at);
        total -= u64::from(weight);
        picked.push(id);
    }
    picked
}

/// A stream of numbers.
struct Numbers {
    head: String,
    position: u64,
}

impl Numbers {
    fn new(seed: &str, label: &str) -> Self {
        Self { head: format!("{METHOD}\n{seed}\n{label}\n"), position: 0 }
    }

    fn next(&mut self) -> u64 {
        let hash = Sha256::digest(format!("{}{}", self.head, self.position));
        self.position += 1;
        hash.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// Below `bound`, which is not 0.
    fn below(&mut self, bound: u64) -> u64 {
        // 2^64 mod bound, in 64 bits.
        let rest = (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.next();
            if number <= u64::MAX - rest {
                return number % bound;
            }
        }
    }
}

fn text(what: &'static str, text: &str) -> Result<(), DrawError> {
    let usable = !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= LONGEST
        && !text.chars().any(char::is_control);
    if usable {
        return Ok(());
    }
    Err(DrawError::Text { what, found: text.chars().filter(|c| !c.is_control()).take(LONGEST).collect() })
}

/// Refuses doubles in a sorted list.
fn double<'a>(what: &'static str, sorted: impl Iterator<Item = &'a String>) -> Result<(), DrawError> {
    let mut last: Option<&String> = None;
    for one in sorted {
        if last == Some(one) {
            return Err(DrawError::Double { what, found: one.clone() });
        }
        last = Some(one);
    }
    Ok(())
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
