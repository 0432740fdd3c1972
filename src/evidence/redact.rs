//! Taking the contacts out of a listing for good, where they may not be kept any longer.

use super::mask::{mask_spans, mask_text};
use crate::domain::{Assessment, Contact, ElementQuote, Finding, Listing, OtherPlace, PlaceEvidence, Span};

/// A listing and its judgement without any contact: fields are masked in place, findings point at the new text, and reasons
/// for the score, whose places are lost, go.
///
/// Accounts and names stay where they are no contacts themselves.
#[must_use]
pub fn without_contacts(listing: &Listing, judged: &Assessment) -> (Listing, Assessment) {
    let contacts = &judged.contacts;
    // Spans count in `title + "\n" + body`; in other fields only the values are known.
    let body_starts = listing.title.chars().count() + 1;
    let values: Vec<Contact> = contacts.iter().map(|one| Contact { span: Span::new(0, 0), ..one.clone() }).collect();
    let in_body: Vec<Contact> = contacts
        .iter()
        .map(|one| {
            let place = |at: usize| at.saturating_sub(body_starts);
            Contact { span: Span::new(place(one.span.start), place(one.span.end)), ..one.clone() }
        })
        .collect();
    let field = |text: &Option<String>| text.as_deref().map(|text| mask_text(text, &values));
    let masked = Listing {
        title: mask_text(&listing.title, contacts),
        body: mask_text(&listing.body, &in_body),
        author: field(&listing.author),
        price: field(&listing.price),
        location: field(&listing.location),
        ..listing.clone()
    };
    let full = format!("{}\n{}", masked.title, masked.body);
    let findings = judged.findings.iter().filter(|one| mask_spans(&one.quote, &values).is_empty());
    let findings = findings.filter_map(|one| Some(Finding { span: place_of(&full, &one.quote)?, ..one.clone() }));
    let elements = judged.elements.iter().filter(|one| mask_spans(&one.quote, &values).is_empty());
    let elements = elements.filter_map(|one| Some(ElementQuote { span: place_of(&full, &one.quote)?, ..one.clone() }));
    let placed =
        |one: &PlaceEvidence| PlaceEvidence { span: one.span.and_then(|_| place_of(&full, &one.quote)), ..one.clone() };
    let judged = Assessment {
        contacts: Vec::new(),
        evidence: Vec::new(),
        findings: findings.collect(),
        elements: elements.collect(),
        place: judged.place.as_ref().map(placed),
        other_places: judged
            .other_places
            .iter()
            .map(|one| OtherPlace { evidence: placed(&one.evidence), ..one.clone() })
            .collect(),
        ..judged.clone()
    };
    (masked, judged)
}

/// Where a quote stands, in characters.
fn place_of(text: &str, quote: &str) -> Option<Span> {
    let start = text.get(..text.find(quote)?)?.chars().count();
    Some(Span::new(start, start + quote.chars().count()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ContactKind, Element, Jurisdiction, Probabilities, SourceId, SourceKind, UrlKey, UrlRule, Verdict,
    };

    #[test]
    fn nothing_that_reaches_anybody_is_left() {
        let url = url::Url::parse("http://a.cn/1").expect("an address");
        let listing = Listing {
            url: url.to_string(),
            canonical_url: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
            source: SourceId("a".into()),
            source_kind: SourceKind::Classified,
            title: "初三数学小班".into(),
            body: "加v shuxue_w 报名,电话一九九零四二一三五幺七,周末上课".into(),
            author: Some("shuxue_w".into()),
            price: None,
            location: Some("文化路".into()),
            site_city: None,
            posted_at: None,
            fetched_at: jiff::Timestamp::UNIX_EPOCH,
            origins: Vec::new(),
        };
        let contact = |kind, value: &str, start, end| Contact {
            kind,
            value: value.into(),
            span: Span::new(start, end),
            disguised: false,
        };
        let finding = |quote: &str| Finding {
            matter: "M01".into(),
            rule: "r".into(),
            quote: quote.into(),
            span: Span::new(0, 1),
            basis_zh: String::new(),
        };
        let element = |quote: &str| ElementQuote {
            element: Element::Time,
            says: "s".into(),
            quote: quote.into(),
            span: Span::new(0, 1),
        };
        let judged = Assessment {
            verdict: Verdict::Overt,
            score: 0.9,
            probabilities: Probabilities::default(),
            forms: Vec::new(),
            subjects: Vec::new(),
            stages: Vec::new(),
            contacts: vec![
                contact(ContactKind::Wechat, "shuxue_w", 10, 18),
                contact(ContactKind::Phone, "19904213517", 24, 35),
            ],
            county: Jurisdiction::Unknown,
            place: None,
            other_places: Vec::new(),
            findings: vec![finding("周末上课"), finding("v shuxue_w")],
            elements: vec![element("周末上课"), element("shuxue_w 报名")],
            evidence: Vec::new(),
            flags: Vec::new(),
        };
        let (masked, after) = without_contacts(&listing, &judged);
        assert_eq!(masked.body, "加v sh*** 报名,电话199****3517,周末上课");
        assert_eq!(masked.author.as_deref(), Some("sh***"));
        assert_eq!((masked.title.as_str(), masked.location.as_deref()), ("初三数学小班", Some("文化路")));
        assert!(after.contacts.is_empty());
        assert_eq!(after.elements.iter().map(|one| one.quote.as_str()).collect::<Vec<_>>(), ["周末上课"]);
        let [finding] = after.findings.as_slice() else { panic!("one finding names no contact") };
        let full: Vec<char> = format!("{}\n{}", masked.title, masked.body).chars().collect();
        assert_eq!(full[finding.span.start..finding.span.end].iter().collect::<String>(), "周末上课");
    }
}
