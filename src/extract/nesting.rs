//! A guard in front of the HTML parser.
//!
//! The parser builds a flat arena and neither it nor the drop recurses, so depth costs no stack; but it searches its
//! stack of open elements on many tags (quadratic in depth) and reopens unclosed formatting elements in every block
//! (which multiplies nodes). A page made for that would take minutes and gigabytes. The guard counts both in one pass
//! and cuts the page before it becomes too dear; browsers stop at 512 open elements too.

const MAX_DEPTH: usize = 512;
const MAX_NODES: usize = 600_000;
/// Identical formatting elements are reopened at most three times (the parser's «Noah's Ark» rule).
const NOAHS_ARK: usize = 3;

const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Never have children.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Closed by the next of their kind, so that leaving out the end tag nests nothing.
const SELF_CLOSING: [&str; 10] = ["p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead"];
/// Their content is text.
const RAW: [&str; 5] = ["script", "style", "textarea", "title", "xmp"];

/// The part of the page that can be parsed at a bounded price, and whether that is less than all.
pub fn affordable(html: &str) -> (&str, bool) {
    let bytes = html.as_bytes();
    let mut open: Vec<&str> = Vec::new();
    let mut formatting: Vec<&str> = Vec::new();
    let mut nodes = 0_usize;
    let mut foreign = 0_usize;
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let rest = &html[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = comment.find("-->").map_or(html.len(), |end| start + end + "<!---->".len()).min(html.len());
            continue;
        }
        let closing = bytes.get(start + 1) == Some(&b'/');
        let name_at = start + 1 + usize::from(closing);
        if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) {
            at = start + 1;
            continue;
        }
        let name_end = html[name_at..].find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
        let name = &html[name_at..name_end.map_or(html.len(), |end| name_at + end)];
        let tag_end = html[start..].find('>').map_or(html.len(), |end| start + end + 1);
        let tag = &html[start..tag_end];
        at = tag_end;
        let is = |list: &[&str]| list.iter().any(|known| name.eq_ignore_ascii_case(known));
        if closing {
            close(&mut open, name);
            if let Some(last) = formatting.iter().rposition(|tag| tag_name(tag).eq_ignore_ascii_case(name)) {
                formatting.remove(last);
            }
            foreign -= usize::from(foreign > 0 && is(&["svg", "math"]));
            continue;
        }
        nodes += 2 + formatting.len();
        if is(&FORMATTING) {
            if formatting.iter().filter(|known| **known == tag).count() < NOAHS_ARK {
                formatting.push(tag);
            }
        } else if !(is(&VOID) || is(&SELF_CLOSING) || foreign > 0 && tag.ends_with("/>")) {
            // In HTML the slash means nothing, so `<div/>` opens; in SVG it closes.
            open.push(name);
        }
        foreign += usize::from(is(&["svg", "math"]));
        if foreign == 0 && is(&RAW) {
            at = end_of_raw(html, at, name);
        }
        if open.len() > MAX_DEPTH || formatting.len() > MAX_DEPTH || nodes > MAX_NODES {
            return (&html[..start], true);
        }
    }
    (html, false)
}

/// Takes the element off, with what was left open inside it; an end tag without a start changes nothing.
fn close(open: &mut Vec<&str>, name: &str) {
    if let Some(at) = open.iter().rposition(|known| known.eq_ignore_ascii_case(name)) {
        open.truncate(at);
    }
}

fn tag_name(tag: &str) -> &str {
    let inner = tag.trim_start_matches('<');
    &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())]
}

fn end_of_raw(html: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(found) = html[at..].find("</") {
        let start = at + found;
        let after = html.as_bytes().get(start + 2..start + 2 + name.len());
        if after.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())) {
            return start;
        }
        at = start + 2;
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_pages_pass_whole() {
        let rows = "<tr><td><font color=red>出售<p>二手课桌<br><img src=a><li>面议".repeat(5000);
        for html in [
            rows.as_str(),
            "<script>for(i=0;i<n;i++){if(a<b)x='<div>'}</script><p>好",
            &format!("<script>{}</script>", "a<b;".repeat(2000)),
            &format!("<!-- {} -->", "<div>".repeat(2000)),
            &"<div><span>数学</span></div>".repeat(20_000),
            &format!("<svg>{}</svg>", "<path d=m0 />".repeat(2000)),
        ] {
            assert!(!affordable(html).1, "{}", html.chars().take(60).collect::<String>());
        }
    }

    #[test]
    fn bombs_are_cut() {
        for bomb in [
            "<div>".repeat(50_000),
            "<svg><g>".to_owned() + &"<g>".repeat(50_000),
            (0..2_000).map(|n| format!("<b id={n}>")).collect::<Vec<_>>().concat() + &"<p>a".repeat(100_000),
        ] {
            let (kept, cut) = affordable(&bomb);
            assert!(cut && kept.len() < bomb.len());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_on_a_boundary(html in "[<>/!a-z初 -]{0,200}") {
            let _ = affordable(&html);
        }
    }
}
