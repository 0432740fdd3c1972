//! What stands next to a place of a text.

/// The longest of the words that the text begins with.
pub(super) fn starts_with_any(text: &str, words: &[&'static str]) -> Option<&'static str> {
    words.iter().filter(|word| text.starts_with(**word)).max_by_key(|word| word.len()).copied()
}

/// The longest of the words that the text ends with.
pub(super) fn ends_with_any(text: &str, words: &[&'static str]) -> Option<&'static str> {
    words.iter().filter(|word| text.ends_with(**word)).max_by_key(|word| word.len()).copied()
}

/// The last characters of the clause that ends with the text.
pub(super) fn tail(text: &str, chars: usize) -> &str {
    let mut start = text.len();
    for (at, ch) in text.char_indices().rev().take(chars) {
        if ends_clause(ch) {
            break;
        }
        start = at;
    }
    text.get(start..).unwrap_or_default()
}

/// The first characters of the clause that begins with the text.
pub(super) fn head(text: &str, chars: usize) -> &str {
    let end = text.char_indices().take(chars).take_while(|(_, ch)| !ends_clause(*ch)).last();
    end.map_or("", |(at, ch)| text.get(..at + ch.len_utf8()).unwrap_or_default())
}

/// Whether the words right in front deny what follows.
pub(super) fn denied(before: &str) -> bool {
    tail(before, 5).contains(['不', '没', '无', '非', '未', '别', '免'])
}

fn ends_clause(ch: char) -> bool {
    matches!(ch, ',' | '。' | '!' | '?' | ';' | '\n' | '、')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_bound_what_is_near() {
        assert!(denied("我们不做提分"));
        assert!(!denied("不补课,"));
        assert_eq!(head("休息。上课", 9), "休息");
        assert_eq!(tail("周六,晚上", 9), "晚上");
        assert_eq!(starts_with_any("一学期6800", &["一学", "一学期"]), Some("一学期"));
        assert_eq!(ends_with_any("", &["一"]), None);
    }
}
