//! The text of an element as a reader sees it.

use scraper::{ElementRef, Node, node::Element};

/// Elements that begin and end a line.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "tr",
    "ul",
];
/// Elements whose content nobody sees.
const UNSEEN: [&str; 5] = ["script", "style", "noscript", "template", "head"];

/// Visible text with lines kept: blocks and `<br>` end a line, other white space is one space, blank lines are dropped.
/// Stops after `limit` bytes.
pub fn lines(root: ElementRef, limit: usize) -> String {
    lines_without(root, limit, &|_| false)
}

/// The same without the elements below `root` that `left_out` names.
pub fn lines_without(root: ElementRef, limit: usize, left_out: &dyn Fn(ElementRef) -> bool) -> String {
    let mut text = String::new();
    // An explicit walk by links between nodes: no recursion, whatever the depth.
    let mut node = *root;
    loop {
        let mut descend = true;
        match node.value() {
            Node::Text(words) => push_words(&mut text, words),
            Node::Element(element) => {
                let out = || node.id() != root.id() && ElementRef::wrap(node).is_some_and(left_out);
                descend = is_seen(element) && !out();
                if descend && is_block(element) {
                    end_line(&mut text);
                }
            }
            _ => {}
        }
        if text.len() > limit {
            break;
        }
        if descend && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        let mut climbing = Some(node);
        let mut next = None;
        while let Some(current) = climbing {
            if current.id() == root.id() {
                break;
            }
            if current.value().as_element().is_some_and(is_block) {
                end_line(&mut text);
            }
            if let Some(sibling) = current.next_sibling() {
                next = Some(sibling);
                break;
            }
            climbing = current.parent();
        }
        match next {
            Some(sibling) => node = sibling,
            None => break,
        }
    }
    while text.ends_with([' ', '\n']) {
        text.pop();
    }
    text
}

/// The same on one line.
pub fn one_line(root: ElementRef, limit: usize) -> String {
    lines(root, limit).replace('\n', " ")
}

/// Whether an element begins and ends a line.
pub fn is_block(element: &Element) -> bool {
    BLOCKS.contains(&element.name())
}

/// Whether a reader sees what is in an element.
pub fn is_seen(element: &Element) -> bool {
    let hidden = element.attr("hidden").is_some()
        || element.attr("style").is_some_and(|style| style.replace(' ', "").contains("display:none"));
    !hidden && !UNSEEN.contains(&element.name())
}

fn push_words(text: &mut String, words: &str) {
    for c in words.chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

fn end_line(text: &mut String) {
    if text.ends_with(' ') {
        text.pop();
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    #[test]
    fn reads_as_a_person_does() {
        let html = Html::parse_fragment(
            "<div>初三 \n 数学<br>一对一<p>电话<b>199</b>0421</p><script>x</script><i style='display: none'>假</i>\
             <ul><li>甲</li><li>乙</li></ul>&nbsp;完</div>",
        );
        assert_eq!(lines(html.root_element(), 1000), "初三 数学\n一对一\n电话1990421\n甲\n乙\n完");
        assert_eq!(one_line(html.root_element(), 1000).lines().count(), 1);
        let rest = lines_without(html.root_element(), 1000, &|element| ["ul", "b"].contains(&element.value().name()));
        assert_eq!(rest, "初三 数学\n一对一\n电话0421\n完");
    }
}
