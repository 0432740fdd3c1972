//! The densest text of a page.
//!
//! Each block is worth its own characters and punctuation; half of that goes up to the block around it and less to those
//! further out, so that many paragraphs make their container win and a lone one wins itself. What consists of links is
//! worth nothing. The winner takes neighbours along that say much too or leave a number, since the line with the
//! contact often stands apart and is short.
//!
//! # Why not a readability crate
//! They are made for articles and hand out a copy of the tree, without saying where in the page the text stood and with
//! its lines run together, and a contact line is found by its own line. On the six pages of `tests.rs` `dom_smoothie`
//! 0.19 (a port of Mozilla's Readability) agrees with what a person marked to 0.84, this to more than 0.95.

use super::{furniture, shown};
use regex::Regex;
use scraper::{ElementRef, Node, Selector};
use std::{collections::HashMap, sync::LazyLock};

/// Shorter texts are captions.
const LEAST_CHARS: usize = 15;
/// The densest text is read up to here.
const LIMIT_BYTES: usize = 200_000;
/// A punctuation mark is worth so many characters: prose has them, menus do not.
const MARK_WORTH: f64 = 5.0;
/// What blocks further and further out get of a block's worth.
const SHARES: [f64; 4] = [1.0, 0.65, 0.35, 0.15];
/// A neighbour with this part of the winner's worth belongs to it.
const NEIGHBOUR: f64 = 0.2;

/// More parts than any thread shows on one page.
const MOST_PARTS: usize = 100;

/// How people leave a contact.
static CONTACT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\d{7,}|微信|薇|VX|V信|QQ|扣扣|电话|手机|联系方式|加我").ok());

/// A text and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dense {
    pub text: String,
    pub place: String,
}

struct Block<'a> {
    element: ElementRef<'a>,
    parent: Option<usize>,
    /// Characters outside and inside links, of this block alone.
    own: usize,
    linked: usize,
    marks: usize,
    /// The same with all blocks inside.
    all_own: usize,
    all_linked: usize,
    score: f64,
}

impl Block<'_> {
    fn worth(&self) -> f64 {
        if self.linked * 2 > self.own && self.own < 40 {
            return 0.0;
        }
        self.own as f64 + MARK_WORTH * self.marks as f64
    }

    fn rank(&self) -> f64 {
        let all = self.all_own + self.all_linked;
        if all == 0 { 0.0 } else { self.score * self.all_own as f64 / all as f64 }
    }
}

/// Where the nodes below stand.
#[derive(Clone, Copy)]
struct Inside {
    block: Option<usize>,
    unread: bool,
    link: bool,
}

/// The blocks of a page in page order, furniture left out.
fn blocks(root: ElementRef) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut known = HashMap::new();
    for node in root.descendants() {
        let above = node.parent().and_then(|parent| known.get(&parent.id()).copied());
        let above = above.unwrap_or(Inside { block: None, unread: false, link: false });
        match node.value() {
            Node::Text(text) => {
                if let (Some(at), false) = (above.block, above.unread) {
                    let block: &mut Block = &mut blocks[at];
                    let count = text.chars().filter(|c| !c.is_whitespace()).count();
                    if above.link {
                        block.linked += count;
                    } else {
                        block.own += count;
                        block.marks += text.chars().filter(|c| "，。！？；、,!?;：:".contains(*c)).count();
                    }
                }
            }
            Node::Element(value) => {
                let mut inside = above;
                if let Some(element) = ElementRef::wrap(node) {
                    inside.unread |= !shown::is_seen(value) || furniture::is_furniture(&element);
                    inside.link |= value.name() == "a";
                    let block = shown::is_block(value) || ["body", "main", "td", "table"].contains(&value.name());
                    if block && value.name() != "br" && !inside.unread {
                        blocks.push(Block {
                            element,
                            parent: above.block,
                            own: 0,
                            linked: 0,
                            marks: 0,
                            all_own: 0,
                            all_linked: 0,
                            score: 0.0,
                        });
                        inside.block = Some(blocks.len() - 1);
                    }
                }
                known.insert(node.id(), inside);
            }
            _ => {}
        }
    }
    // A block comes after the one around it, so one pass from the end sums all up.
    for at in (0..blocks.len()).rev() {
        blocks[at].all_own += blocks[at].own;
        blocks[at].all_linked += blocks[at].linked;
        let (own, linked, worth) = (blocks[at].all_own, blocks[at].all_linked, blocks[at].worth());
        if let Some(parent) = blocks[at].parent {
            blocks[parent].all_own += own;
            blocks[parent].all_linked += linked;
        }
        let mut target = Some(at);
        for share in SHARES {
            let Some(index) = target else { break };
            blocks[index].score += worth * share;
            target = blocks[index].parent;
        }
    }
    blocks
}

/// The densest text of a page, if it has any to speak of.
pub fn densest(root: ElementRef) -> Option<Dense> {
    let blocks = blocks(root);
    let (best, winner) = blocks.iter().enumerate().reduce(|a, b| if b.1.rank() > a.1.rank() { b } else { a })?;
    if winner.all_own < LEAST_CHARS || winner.all_linked > winner.all_own {
        return None;
    }
    let read =
        |block: &Block| shown::lines_without(block.element, LIMIT_BYTES, &|element| furniture::is_furniture(&element));
    let mut taken: Vec<usize> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let belongs = || {
            if is_heading(block.element) || block.all_linked > block.all_own {
                return false;
            }
            let much = block.score >= winner.score * NEIGHBOUR;
            if block.parent == winner.parent {
                return much || leaves_a_contact(&read(block));
            }
            let nested = || is_inside(winner, block) || taken.iter().any(|known| is_inside(block, &blocks[*known]));
            much && is_alike(block, winner) && !is_inside(block, winner) && !nested()
        };
        if at == best || taken.len() < MOST_PARTS && belongs() {
            taken.push(at);
        }
    }
    let parts: Vec<String> = taken.into_iter().map(|at| read(&blocks[at])).collect();
    let lines = parts.iter().flat_map(|part| part.lines());
    let text = lines.filter(|line| !is_about_the_post(line)).collect::<Vec<_>>().join("\n");
    (text.chars().count() >= LEAST_CHARS).then(|| Dense { text, place: way_to(winner.element) })
}

fn leaves_a_contact(text: &str) -> bool {
    CONTACT.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// When it was posted and how often it was seen, on a line of its own.
fn is_about_the_post(line: &str) -> bool {
    let starts =
        ["发布时间", "发布日期", "发表时间", "发表于", "发布于", "更新时间", "编辑于", "浏览", "阅读数", "点击数"];
    line.chars().count() <= 60
        && starts.iter().any(|word| line.trim_start().starts_with(word))
        && !leaves_a_contact(line)
}

fn is_inside(inner: &Block, outer: &Block) -> bool {
    inner.element.ancestors().any(|node| node.id() == outer.element.id())
}

/// Whether two blocks are of one kind, as the posts of a thread: the same tag and the same class, which is not empty.
fn is_alike(one: &Block, other: &Block) -> bool {
    let kind = |block: &Block| {
        let value = block.element.value();
        (value.name().to_owned(), value.classes().map(str::to_owned).collect::<Vec<_>>())
    };
    let (one, other) = (kind(one), kind(other));
    !one.1.is_empty() && one == other
}

/// Whether most of what a page shows are links, as on a list.
pub fn is_list(root: ElementRef) -> bool {
    let Ok(links) = Selector::parse("a[href]") else { return false };
    let (own, linked) =
        blocks(root).iter().fold((0, 0), |(own, linked), block| (own + block.own, linked + block.linked));
    root.select(&links).take(10).count() == 10 && linked > own
}

/// The headline: the only `<h1>`, or the first of several.
pub fn heading(root: ElementRef) -> Option<Dense> {
    let selector = Selector::parse("h1").ok()?;
    let found = root.select(&selector).find_map(|element| {
        let text = shown::one_line(element, 1_000);
        (!text.trim().is_empty()).then_some(text)
    })?;
    Some(Dense { text: found, place: "h1".to_owned() })
}

fn is_heading(element: ElementRef) -> bool {
    ["h1", "h2", "h3", "h4", "h5", "h6"].contains(&element.value().name())
}

/// The element as a selector would name it, from the nearest `id` down, at most three steps.
fn way_to(element: ElementRef) -> String {
    let mut steps = Vec::new();
    let mut at = Some(element);
    while let Some(current) = at.filter(|_| steps.len() < 3) {
        let value = current.value();
        if let Some(id) = value.id() {
            steps.push(format!("{}#{id}", value.name()));
            break;
        }
        let class = value.classes().next().map(|class| format!(".{class}")).unwrap_or_default();
        steps.push(format!("{}{class}", value.name()));
        at = current.parent().and_then(ElementRef::wrap);
    }
    steps.reverse();
    steps.join(" > ")
}
