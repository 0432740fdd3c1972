//! Where a lead belongs: which county handles it, which others get a copy, and why.

use super::Member;
use crate::domain::{Form, Jurisdiction, ListingId, PlaceHow};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Who handles a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// The county that handles it; the city when no listing names a county.
    pub main: Jurisdiction,
    /// Other counties named, sorted.
    pub copies: Vec<Jurisdiction>,
    /// Why, in Chinese, with the words quoted.
    pub why: String,
    /// Several counties are named equally surely: the city co-ordinates.
    pub ambiguous: bool,
}

impl Route {
    /// How many counties the operator shows itself in; 0 when none is known.
    #[must_use]
    pub fn counties(&self, city: &str) -> usize {
        self.copies.len() + usize::from(is_county(&self.main, city))
    }
}

/// One listing's word for a place.
struct Sign<'a> {
    place: &'a Jurisdiction,
    how: PlaceHow,
    quote: &'a str,
    /// Whether the listing can still be seen: what an operator said earlier counts when nothing newer says otherwise.
    gone: bool,
    /// An undated listing says nothing about who was first.
    first: (Date, ListingId),
}

impl Sign<'_> {
    fn key(&self) -> (bool, PlaceHow, (Date, ListingId)) {
        (self.gone, self.how, self.first)
    }

    fn words(&self) -> String {
        if self.quote.is_empty() { self.how.zh().to_owned() } else { format!("{}「{}」", self.how.zh(), self.quote) }
    }
}

/// Finds the county of a group (domain guide 4.3).
///
/// The surest words for a county decide: an address before a township, that before a village, a school or landmark, the
/// county's name, and last the site's own city. Listings on line go before those that are gone. Several counties named
/// equally surely leave the lead with the one named first, copies for the others, and the city to co-ordinate. A county
/// goes before the whole `city`, the city before a place elsewhere, and that before nothing known.
#[must_use]
pub fn route(members: &[&Member], city: &str) -> Route {
    let mut signs: Vec<Sign> = members.iter().flat_map(|member| signs(member)).collect();
    signs.sort_by_key(Sign::key);
    let counties = || signs.iter().filter(|sign| is_county(sign.place, city));
    let outside = members.iter().filter(|member| member.assessment.county == Jurisdiction::Outside).count();
    let Some(main) = counties().next() else { return without_county(members, &signs, city, outside) };
    let mut copies: Vec<&Sign> = Vec::new();
    for sign in counties().filter(|sign| sign.place != main.place) {
        if !copies.iter().any(|known| known.place == sign.place) {
            copies.push(sign);
        }
    }
    let equals = copies.iter().filter(|sign| (sign.gone, tier(sign.how)) == (main.gone, tier(main.how))).count();
    let mut why = format!("{}：{}", main.place.zh(), main.words());
    if main.gone {
        why.push_str("（信息已下线）");
    }
    for sign in &copies {
        why.extend(["；", sign.place.zh(), "：", &sign.words()]);
    }
    if equals > 0 {
        why.push_str("；跨县，由市级协调，主办为最先出现的一处");
    }
    set_apart(&mut why, outside);
    let mut others: Vec<Jurisdiction> = copies.iter().map(|sign| sign.place.clone()).collect();
    others.sort_unstable();
    Route { main: main.place.clone(), copies: others, why, ambiguous: equals > 0 }
}

/// Signs as sure as one another: two addresses, or two places of the smallest units.
fn tier(how: PlaceHow) -> u8 {
    match how {
        PlaceHow::Address => 0,
        PlaceHow::Township | PlaceHow::Village => 1,
        PlaceHow::School | PlaceHow::Landmark => 2,
        PlaceHow::CountyName => 3,
        PlaceHow::AreaCode => 4,
        PlaceHow::SiteCity => 5,
    }
}

/// The city, a place elsewhere, or nothing known.
fn without_county(members: &[&Member], signs: &[Sign], city: &str, outside: usize) -> Route {
    let whole = Jurisdiction::Place(city.to_owned());
    let ours = signs.iter().find(|sign| *sign.place == whole);
    // Where the operator sits is what counts for lessons on line, and the site's city says nothing about that.
    let online = !members.is_empty() && members.iter().all(|member| is_online_only(member));
    let seated = ours.is_some_and(|sign| sign.how != PlaceHow::SiteCity);
    let code = members.iter().any(|member| {
        let place = member.assessment.place.as_ref();
        member.assessment.county == Jurisdiction::Unknown && place.is_some_and(|place| place.how == PlaceHow::AreaCode)
    });
    let mut route = match ours {
        _ if online && !seated && !code && outside == 0 => Route {
            main: whole,
            why: "线上未明：仅有线上授课，经营主体所在地不明，列入市级".to_owned(),
            ..Route::default()
        },
        Some(sign) => {
            let why = format!("{}：{}，未写明县区", sign.place.zh(), sign.words());
            Route { main: whole, why, ..Route::default() }
        }
        None if code => {
            Route { main: whole, why: format!("{city}：座机区号，未写明县区"), ..Route::default() }
        }
        None if outside > 0 => {
            let words = signs.iter().find(|sign| *sign.place == Jurisdiction::Outside).map(Sign::words);
            return Route {
                main: Jurisdiction::Outside,
                why: format!("市外：{}，单列不移交", words.unwrap_or_else(|| "信息指向外地".to_owned())),
                ..Route::default()
            };
        }
        None => return Route { why: "没有任何属地线索，列入市级待核".to_owned(), ..Route::default() },
    };
    set_apart(&mut route.why, outside);
    route
}

fn set_apart(why: &mut String, outside: usize) {
    if outside > 0 {
        why.extend(["；另有 ", &outside.to_string(), " 条信息指向市外"]);
    }
}

fn is_online_only(member: &Member) -> bool {
    let forms = &member.assessment.forms;
    forms.contains(&Form::OnlineLive)
        && !forms
            .iter()
            .any(|form| matches!(form, Form::HomePremises | Form::Care | Form::TravelCamp | Form::DomesticService))
}

fn signs(member: &Member) -> Vec<Sign<'_>> {
    let assessment = &member.assessment;
    let first = (member.posted_at.unwrap_or(Date::MAX), member.id);
    let evidence = assessment.place.as_ref();
    let mut found = Vec::new();
    if assessment.county != Jurisdiction::Unknown {
        found.push(Sign {
            place: &assessment.county,
            // Judgements of older versions hold no evidence; most were placed by name.
            how: evidence.map_or(PlaceHow::CountyName, |evidence| evidence.how),
            quote: evidence.map_or("", |evidence| evidence.quote.as_str()),
            gone: member.gone,
            first,
        });
    }
    found.extend(assessment.other_places.iter().map(|other| Sign {
        place: &other.county,
        how: other.evidence.how,
        quote: &other.evidence.quote,
        gone: member.gone,
        first,
    }));
    found
}

fn is_county(place: &Jurisdiction, city: &str) -> bool {
    matches!(place, Jurisdiction::Place(name) if name != city)
}

#[cfg(test)]
mod tests;
