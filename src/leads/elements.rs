//! What a lead says of the eight elements that make a case (domain guide 0), each with its words or shown as missing.

use super::Member;
use crate::domain::{Element, ListingId, Span};
use serde::{Deserialize, Serialize};

/// Quotes kept of one element.
const KEPT: usize = 6;

/// One element of a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadElement {
    /// Which one.
    pub element: Element,
    /// The words that show it; none when no listing does.
    pub quotes: Vec<LeadQuote>,
}

/// Words of one listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadQuote {
    /// The listing.
    pub listing: ListingId,
    /// What the words say, in Chinese.
    pub says: String,
    /// The original characters.
    pub quote: String,
    /// Where they stand in that listing.
    pub span: Span,
}

impl LeadElement {
    /// Whether any listing shows it.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        !self.quotes.is_empty()
    }

    /// What its words say, each once, in the order found.
    #[must_use]
    pub fn says(&self) -> Vec<&str> {
        let mut said: Vec<&str> = Vec::new();
        for quote in &self.quotes {
            if !said.contains(&quote.says.as_str()) {
                said.push(&quote.says);
            }
        }
        said
    }
}

/// All eight elements in their order, from a lead's listings in the order of their numbers.
///
/// Of many quotes those are kept that say different things, so that one long listing does not hide the others.
#[must_use]
pub fn elements(members: &[&Member]) -> Vec<LeadElement> {
    Element::ALL.iter().map(|element| LeadElement { element: *element, quotes: quotes(members, *element) }).collect()
}

fn quotes(members: &[&Member], element: Element) -> Vec<LeadQuote> {
    let all = members.iter().flat_map(|member| {
        // A quote that is, or holds, a contact would be shown in full wherever elements are.
        let reaches = |span: &Span| member.assessment.contacts.iter().any(|contact| contact.span.overlaps(*span));
        let told = member.assessment.elements.iter().filter(move |quote| quote.element == element);
        let own = told.filter(move |quote| !reaches(&quote.span));
        own.map(|quote| (member.id, quote))
    });
    let mut kept: Vec<LeadQuote> = Vec::new();
    let mut more: Vec<LeadQuote> = Vec::new();
    for (listing, quote) in all {
        if kept.iter().chain(&more).any(|known| known.quote == quote.quote && known.says == quote.says) {
            continue;
        }
        let new = !kept.iter().any(|known| known.says == quote.says);
        let found = LeadQuote { listing, says: quote.says.clone(), quote: quote.quote.clone(), span: quote.span };
        if new { kept.push(found) } else { more.push(found) }
    }
    more.truncate(KEPT.saturating_sub(kept.len()));
    kept.extend(more);
    kept
}

/// Whether the words show the three things that make an organisation: rooms, two or more who teach, a division of work.
#[must_use]
pub fn is_organised(elements: &[LeadElement]) -> bool {
    let org = elements.iter().find(|one| one.element == Element::Org);
    org.is_some_and(|org| {
        let said = org.says();
        ["专门场所", "两名以上从业人员", "组织分工"].iter().all(|aspect| said.contains(aspect))
    })
}

/// Whether an element is shown.
#[must_use]
pub fn is_shown(elements: &[LeadElement], element: Element) -> bool {
    elements.iter().any(|one| one.element == element && one.is_shown())
}

/// The elements that no listing shows, in their order.
#[must_use]
pub fn missing(elements: &[LeadElement]) -> Vec<Element> {
    Element::ALL.iter().copied().filter(|element| !is_shown(elements, *element)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Contact, ElementQuote};
    use crate::leads::samples;

    fn with(id: i64, quotes: &[(Element, &str, &str)]) -> Member {
        let mut member = samples::member(id, "正文");
        member.assessment.elements = quotes
            .iter()
            .map(|(element, says, quote)| ElementQuote {
                element: *element,
                says: (*says).to_owned(),
                quote: (*quote).to_owned(),
                span: Span::new(0, 1),
            })
            .collect();
        member
    }

    #[test]
    fn an_organisation_may_show_itself_over_several_listings() {
        let a = with(1, &[(Element::Org, "专门场所", "校区"), (Element::Paid, "写明收费", "60一次")]);
        let b = with(2, &[(Element::Org, "两名以上从业人员", "三位老师"), (Element::Org, "组织分工", "教务")]);
        let found = elements(&[&a, &b]);
        assert_eq!(found.len(), 8);
        assert!(is_organised(&found) && !is_organised(&elements(&[&a])));
        assert!(is_shown(&found, Element::Paid));
        assert_eq!(missing(&found).len(), 6);
        let listings: Vec<i64> = found
            .iter()
            .filter(|one| one.element == Element::Org)
            .flat_map(|one| one.quotes.iter().map(|quote| quote.listing.0))
            .collect();
        assert_eq!(listings, [1, 2, 2]);
    }

    #[test]
    fn a_quote_never_shows_how_to_reach_anybody() {
        let mut member = with(1, &[(Element::Actor, "称谓", "数学wx99"), (Element::Paid, "写明收费", "60一次")]);
        member.assessment.elements[1].span = Span::new(20, 24);
        let contact = Contact {
            kind: crate::domain::ContactKind::Wechat,
            value: "wx99".into(),
            span: Span::new(0, 6),
            disguised: false,
        };
        member.assessment.contacts.push(contact);
        let found = elements(&[&member]);
        assert!(!is_shown(&found, Element::Actor) && is_shown(&found, Element::Paid));
    }

    #[test]
    fn different_statements_go_before_more_of_the_same() {
        let many: Vec<String> = (0..20).map(|n| format!("{n}元")).collect();
        let mut quotes: Vec<(Element, &str, &str)> =
            many.iter().map(|quote| (Element::Paid, "写明收费", quote.as_str())).collect();
        quotes.push((Element::Paid, "分期或贷款交费", "可分期"));
        let member = with(1, &quotes);
        let found = elements(&[&member]);
        let paid = found.iter().find(|one| one.element == Element::Paid).expect("always there");
        assert_eq!(paid.quotes.len(), KEPT);
        assert_eq!(paid.says(), ["写明收费", "分期或贷款交费"]);
    }
}
