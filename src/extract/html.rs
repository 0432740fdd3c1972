//! Listings and links of an HTML page, by selectors.

use super::{
    Context, Yielded,
    items::{self, MAX_ITEMS},
    links::{Collector, MAX_LINKS},
    look,
    lookup::{self, Around, Node},
    nesting, paging,
    robots_tag::{Wishes, rel_nofollow},
};
use crate::sources::{CssPath, ItemsAt, LinkPlace, LinkRule, Paging};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

/// Reads an HTML page.
pub fn read(text: &str, mut context: Context, wishes: &mut Wishes) -> Yielded {
    let mut yielded = Yielded::default();
    let (kept, cut) = nesting::affordable(text);
    if cut {
        yielded.notes.push(format!("nested too deeply, cut after {} of {} bytes", kept.len(), text.len()));
    }
    let html = Html::parse_document(kept);
    let root = html.root_element();
    each(root, "meta[name][content]", |meta| {
        let (name, directives) = (meta.attr("name").unwrap_or_default(), meta.attr("content").unwrap_or_default());
        wishes.add_meta(name, directives, context.page.fetched_at);
    });
    if let Some(base) = first(root, "base[href]").and_then(|base| context.base.join(base.attr("href")?).ok()) {
        context.base = base;
    }
    yielded.look = look::look(root, &context.base);
    let rows = listings(root, &context, *wishes, &mut yielded);
    let mut collector = Collector::new(&context, wishes.nofollow);
    let mut found = rows;
    for rule in &context.definition.links {
        found += follow(root, rule, &mut collector);
    }
    next_page(root, &context, found, &mut collector, &mut yielded.notes);
    yielded.look.asked_off = (wishes.noindex || wishes.nofollow) && found > 0;
    yielded.links = collector.finish(&mut yielded.notes);
    yielded
}

/// Reads the items and says how many there were before the page's wishes took any away.
fn listings(root: ElementRef, context: &Context, wishes: Wishes, yielded: &mut Yielded) -> usize {
    let Some(rule) = &context.definition.items else { return 0 };
    let state = rule.state.as_ref().and_then(|marker| state(root, marker));
    if let (Some(marker), None) = (&rule.state, &state) {
        yielded.notes.push(format!("no readable state object after `{marker}`"));
    }
    let elements: Vec<ElementRef> = match &rule.each {
        ItemsAt::Css(CssPath { selector: Some(selector), .. }) => root.select(selector).take(MAX_ITEMS + 1).collect(),
        ItemsAt::Css(_) | ItemsAt::Page => vec![root],
        ItemsAt::Pointer(_) => Vec::new(),
    };
    let around = Around { page: root, state: state.as_ref(), drop: &rule.drop };
    let nodes = elements.into_iter().map(|element| Node::Element { element, around });
    let found = items::listings(nodes, rule, context, &mut yielded.notes);
    let count = found.len();
    if wishes.noindex && count > 0 {
        yielded.notes.push(format!("noindex: {count} listings not kept"));
    } else {
        yielded.listings = found;
    }
    count
}

fn follow(root: ElementRef, rule: &LinkRule, collector: &mut Collector) -> usize {
    let LinkPlace::Css(CssPath { selector: Some(selector), attr, .. }) = &rule.from else { return 0 };
    let mut count = 0;
    for element in root.select(selector).take(MAX_LINKS) {
        count += 1;
        let nofollow = rel_nofollow(element.attr("rel"));
        match &rule.template {
            Some(template) => {
                let around = Around { page: root, state: None, drop: &[] };
                let address = lookup::fill(&Node::Element { element, around }, template);
                collector.add(address.as_deref(), rule.to, nofollow);
            }
            None => collector.add(element.attr(attr.as_deref().unwrap_or("href")), rule.to, nofollow),
        }
    }
    count
}

fn next_page(root: ElementRef, context: &Context, found: usize, collector: &mut Collector, notes: &mut Vec<String>) {
    match &context.definition.paging {
        Paging::NextLink { selector: CssPath { selector: Some(selector), attr, .. } } => {
            if let Some(link) = root.select(selector).next() {
                let address = link.attr(attr.as_deref().unwrap_or("href"));
                collector.add(address, context.page.role, rel_nofollow(link.attr("rel")));
            }
        }
        Paging::PageNumber { place, first, max } if found > 0 => {
            collector.page(paging::next_number(&context.page.request, place, (*first, *max), notes));
        }
        Paging::Offset { place, step, max } if found > 0 => {
            collector.page(paging::next_offset(&context.page.request, place, (*step, *max), notes));
        }
        _ => {}
    }
}

/// The object after the marker in a script, or the whole of a JSON script whose `id` is the marker.
fn state(root: ElementRef, marker: &str) -> Option<Value> {
    let selector = Selector::parse("script").ok()?;
    root.select(&selector).find_map(|script| {
        let text: String = script.text().collect();
        let rest = if script.attr("id") == Some(marker) { text.as_str() } else { text.split_once(marker)?.1 };
        let object = &rest[rest.find('{')?..];
        first_value(object).or_else(|| first_value(&object.replace(":undefined", ":null")))
    })
}

/// The first JSON value of a text; what follows it is the script's business.
fn first_value(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()
}

/// The first element that a constant selector finds.
pub fn first<'a>(root: ElementRef<'a>, selector: &str) -> Option<ElementRef<'a>> {
    let selector = Selector::parse(selector).ok()?;
    root.select(&selector).next()
}

/// Acts on every element that a constant selector finds.
pub fn each<'a>(root: ElementRef<'a>, selector: &str, act: impl FnMut(ElementRef<'a>)) {
    if let Ok(selector) = Selector::parse(selector) {
        root.select(&selector).for_each(act);
    }
}
