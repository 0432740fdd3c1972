//! What of a text can be searched for, and what a person's query asks of it.
//!
//! A text is indexed after its disguise was undone: every pair of neighbouring characters (so that anything of two characters
//! or more is found, wherever words are cut), Latin words and numbers as they are, and the initials of each word's sounds
//! (北京 -> `bj`). A query goes through the same cleaning, so that 数xue finds 数学 and the other way round.

use super::{Cleaner, ClearText, Token};
use pinyin::ToPinyin;
use std::ops::Range;

/// The searchable form of a text: terms separated by blanks, ready for a full-text index that cuts at blanks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexText {
    /// Pairs of characters and Latin words, in their order.
    pub said: String,
    /// Initials of words.
    pub initials: String,
}

impl IndexText {
    /// Adds a clean text without its `hidden` byte ranges, which are in order and do not overlap.
    pub fn add(&mut self, clear: &ClearText, tokens: &[Token], hidden: &[Range<usize>]) {
        let ends = hidden.iter().map(|range| range.start).chain([clear.as_str().len()]);
        let starts = [0].into_iter().chain(hidden.iter().map(|range| range.end));
        for shown in starts.zip(ends).filter_map(|(start, end)| clear.as_str().get(start..end)) {
            runs(shown).for_each(|run| push_terms(run, &mut self.said));
        }
        let is_shown = |token: &&Token| {
            let next = hidden.partition_point(|range| range.end <= token.range.start);
            hidden.get(next).is_none_or(|range| range.start >= token.range.end)
        };
        for token in tokens.iter().filter(is_shown) {
            if let Some(initials) = initials(token.word(clear)) {
                push(&initials, &mut self.initials);
            }
        }
    }
}

/// A query as understood. Any text is a query; what is no known form is taken as words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these.
    pub wanted: Vec<String>,
    /// None of these.
    pub unwanted: Vec<String>,
    /// `county:`, the county of the lead.
    pub county: Option<String>,
    /// `level:`, the level of the lead.
    pub level: Option<String>,
    /// `state:`, the state of the lead.
    pub state: Option<String>,
    /// `source:`, the id of the source.
    pub source: Option<String>,
}

impl Query {
    /// Reads words, `"phrases"`, `-unwanted` and `county:`, `level:`, `state:`, `source:`.
    ///
    /// ```
    /// use tanzhao::text::search::Query;
    /// let query = Query::parse("数学 \"一对 一\" -全托 county:北票市");
    /// assert_eq!(query.wanted, ["数学", "一对 一"]);
    /// assert_eq!((query.unwanted.as_slice(), query.county.as_deref()), (["全托".to_owned()].as_slice(), Some("北票市")));
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (word, quoted) in words(text) {
            if quoted {
                query.wanted.push(word);
                continue;
            }
            if let Some(unwanted) = word.strip_prefix(['-', '－']).filter(|rest| is_searchable(rest)) {
                query.unwanted.push(unwanted.to_owned());
                continue;
            }
            let named = word.split_once([':', '：']).filter(|(_, value)| !value.is_empty());
            let field = match named {
                Some(("county", _)) => &mut query.county,
                Some(("level", _)) => &mut query.level,
                Some(("state", _)) => &mut query.state,
                Some(("source", _)) => &mut query.source,
                _ => {
                    query.wanted.push(word);
                    continue;
                }
            };
            *field = named.map(|(_, value)| value.to_owned());
        }
        query.wanted.retain(|word| is_searchable(word));
        // Everything but something is no question an index can answer.
        if query.wanted.is_empty() {
            query.wanted = std::mem::take(&mut query.unwanted);
        }
        query
    }

    /// The question to an FTS5 table with the columns of [`IndexText`]; `None` when no words are asked for.
    #[must_use]
    pub fn expression(&self, cleaner: &Cleaner) -> Option<String> {
        let all = |words: &[String]| words.iter().filter_map(|word| term(word, cleaner)).collect::<Vec<_>>();
        let wanted = all(&self.wanted);
        if wanted.is_empty() {
            return None;
        }
        let mut expression = wanted.join(" AND ");
        for unwanted in all(&self.unwanted) {
            expression = format!("({expression}) NOT {unwanted}");
        }
        Some(expression)
    }
}

/// The expression of one word or phrase.
fn term(word: &str, cleaner: &Cleaner) -> Option<String> {
    let clear = cleaner.clean(word);
    let runs: Vec<&str> = runs(clear.as_str()).collect();
    let parts = runs.iter().map(|run| {
        let count = run.chars().count();
        if run.is_ascii() {
            // Initials of a word look the same as a Latin word.
            let initials = run.bytes().all(|byte| byte.is_ascii_lowercase()) && (2..=8).contains(&count);
            return if initials { format!("{{said initials}} : \"{run}\"") } else { format!("said : \"{run}\" *") };
        }
        if count == 1 {
            return format!("said : \"{run}\" *");
        }
        let mut terms = String::new();
        push_pairs(run, &mut terms);
        format!("said : \"{}\"", terms.trim_end())
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { None } else { Some(format!("({})", parts.join(" AND "))) }
}

/// Words and phrases; a quotation mark without its end quotes the rest.
fn words(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for c in text.chars() {
        let ends =
            if quoted { matches!(c, '"' | '”') } else { c.is_whitespace() || matches!(c, '"' | '“' | '”') };
        if !ends {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            found.push((std::mem::take(&mut word), quoted));
        }
        quoted = !quoted && !c.is_whitespace();
    }
    if !word.is_empty() {
        found.push((word, quoted));
    }
    found
}

fn is_searchable(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// Stretches of letters: either all ASCII or none of it.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        rest = rest.get(start..)?;
        let ascii = rest.chars().next()?.is_ascii();
        let end = rest.find(|c: char| !c.is_alphanumeric() || c.is_ascii() != ascii).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(run)
    })
}

fn push(term: &str, into: &mut String) {
    into.push_str(term);
    into.push(' ');
}

/// A run as it is indexed. The last character stands alone as well, so that each character begins a term.
fn push_terms(run: &str, into: &mut String) {
    if run.is_ascii() {
        return push(run, into);
    }
    push_pairs(run, into);
    if let Some(last) = run.chars().next_back() {
        into.push(last);
        into.push(' ');
    }
}

fn push_pairs(run: &str, into: &mut String) {
    for (one, next) in run.chars().zip(run.chars().skip(1)) {
        into.extend([one, next, ' ']);
    }
}

/// The initials of a word of two characters or more.
fn initials(word: &str) -> Option<String> {
    let mut letters = String::new();
    for sound in word.to_pinyin() {
        letters.extend(sound?.plain().chars().next());
    }
    (letters.len() >= 2).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Lexicon, Tokenizer};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static TOOLS: LazyLock<(Cleaner, Tokenizer)> = LazyLock::new(|| {
        let lexicon = Lexicon::parse(&[("pinyin.tsv", "数学\tshu xue\n")]).expect("a list");
        (Cleaner::new(&lexicon), Tokenizer::new(&lexicon))
    });

    fn index(text: &str) -> IndexText {
        let (cleaner, tokenizer) = &*TOOLS;
        let clear = cleaner.clean(text);
        let mut index = IndexText::default();
        index.add(&clear, &tokenizer.tokens(&clear), &[]);
        index
    }

    fn ask(text: &str) -> Option<String> {
        Query::parse(text).expression(&TOOLS.0)
    }

    #[test]
    fn texts_become_pairs_words_and_initials() {
        let text = index("初三数xue,北京ABC班");
        assert_eq!(text.said.trim_end(), "初三 三数 数学 学 北京 京 abc 班");
        assert!(text.initials.split(' ').any(|one| one == "bj"), "{}", text.initials);
    }

    #[test]
    fn what_is_hidden_is_not_found() {
        let (cleaner, tokenizer) = &*TOOLS;
        let clear = cleaner.clean("北京数学19904210000,微信北京");
        let mut index = IndexText::default();
        index.add(&clear, &tokenizer.tokens(&clear), &[6..9, 12..23]);
        assert_eq!(index.said.trim_end(), "北京 京 学 微信 信北 北京 京");
        index.add(&cleaner.clean("李"), &[], &[]);
        assert_eq!(index.said.trim_end(), "北京 京 学 微信 信北 北京 京 李");
        assert_eq!(index.initials.split(' ').filter(|one| *one == "bj").count(), 2, "{}", index.initials);
    }

    #[test]
    fn queries_ask_for_the_same_terms() {
        for (text, expression) in [
            ("数xue", Some("(said : \"数学\")")),
            ("初三数学 -全托", Some("((said : \"初三 三数 数学\")) NOT (said : \"全托\")")),
            ("学", Some("(said : \"学\" *)")),
            ("bj", Some("({said initials} : \"bj\")")),
            ("120", Some("(said : \"120\" *)")),
            ("-全托", Some("(said : \"全托\")")),
            ("county:北票市", None),
            ("\"", None),
            ("- AND * ( \"", Some("({said initials} : \"and\")")),
            ("other:word", Some("({said initials} : \"other\" AND {said initials} : \"word\")")),
        ] {
            assert_eq!(ask(text).as_deref(), expression, "{text}");
        }
        let query = Query::parse("level:red state：new source:a county:");
        assert_eq!((query.level.as_deref(), query.state.as_deref()), (Some("red"), Some("new")));
        assert_eq!(
            (query.source.as_deref(), query.county, query.wanted),
            (Some("a"), None, vec!["county:".to_owned()])
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(text in "\\PC{0,40}") {
            // Nothing a person typed may end a quoted term.
            if let Some(expression) = ask(&text) {
                prop_assert_eq!(expression.matches('"').count() % 2, 0);
            }
        }

        #[test]
        fn any_part_of_a_text_is_among_its_terms(text in "[一-龥]{2,12}", at in 0_usize..10, length in 2_usize..5) {
            let (cleaner, _) = &*TOOLS;
            let clean = cleaner.clean(&text);
            let chars: Vec<char> = clean.as_str().chars().collect();
            let part: String = chars.iter().skip(at).take(length).collect();
            let mut terms = String::new();
            push_pairs(&part, &mut terms);
            let said = format!(" {}", index(&text).said);
            let found = said.contains(&format!(" {terms}"));
            prop_assert!(found || part.chars().count() < 2);
        }
    }
}
