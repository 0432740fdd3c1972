//! The licensed institutions of the store as subjects of a draw.

use super::{App, draw_lists::Heavier, lists::registers};
use crate::{
    domain::Institution,
    leads::{
        StandingParams,
        draw::{DrawSubject, Inspector},
        standing::{HeldInstitution, Known, Standing},
    },
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name in an id, in characters; a draw takes ids of 200.
const NAME_CHARS: usize = 120;

/// Institutions as subjects.
#[derive(Debug, Default)]
pub struct Pool {
    /// One for each institution however many sites it has; one whose licence does not hold today is left out of the draw and
    /// stands in its inputs.
    pub subjects: Vec<DrawSubject>,
    /// What people may call an institution: its id here, its name, credit code or licence.
    called: BTreeMap<String, BTreeSet<String>>,
}

/// The pool of a draw over the imported lists of institutions. `weights` say how often one that breached the rules within the
/// look-back window, or that many people complained of, is drawn against one of weight 1; of both the larger counts.
///
/// # Errors
/// The store's.
pub async fn pool(app: &App, params: &StandingParams, weights: &BTreeMap<Heavier, u32>) -> anyhow::Result<Pool> {
    let held = app.records.institutions().await?;
    let today = app.today();
    if weights.is_empty() {
        return Ok(Pool::of(&held, today, |_| 1));
    }
    let (registers, weights) = (registers(app, params).await?, weights.clone());
    // A hundred thousand look-ups take a moment.
    let pool = tokio::task::spawn_blocking(move || {
        Pool::of(&held, today, |sites| {
            let standings = sites.iter().map(|site| registers.standing(&known(site), today));
            standings.map(|standing| weight(&standing, &weights)).max().unwrap_or(1)
        })
    });
    Ok(pool.await?)
}

impl Pool {
    fn of(held: &[HeldInstitution], today: Date, weight: impl Fn(&[&Institution]) -> u32) -> Self {
        let mut sites: BTreeMap<String, Vec<&Institution>> = BTreeMap::new();
        for one in held {
            sites.entry(one.institution.key()).or_default().push(&one.institution);
        }
        let mut pool = Self::default();
        for sites in sites.values() {
            let Some(first) = sites.first() else { continue };
            let id = id(first);
            let own = sites.iter().flat_map(|site| {
                [Some(&site.name), site.credit_code.as_ref(), site.licence.as_ref()].into_iter().flatten()
            });
            for name in own.chain([&id]) {
                pool.called.entry(name.trim().to_owned()).or_default().insert(id.clone());
            }
            let excluded = !sites.iter().any(|site| site.in_force(today));
            pool.subjects.push(DrawSubject { id, weight: weight(sites), excluded });
        }
        pool
    }

    /// Gives inspectors the ids of those they have to keep away from, whatever the list calls them; also gives what it calls nobody
    /// in the registry, which somebody should look at.
    #[must_use]
    pub fn keep_away(&self, inspectors: Vec<Inspector>) -> (Vec<Inspector>, BTreeSet<String>) {
        let mut strangers = BTreeSet::new();
        let mut resolved = |avoid: BTreeSet<String>| {
            let ids = avoid.into_iter().flat_map(|name| {
                self.called.get(&name).cloned().unwrap_or_else(|| {
                    strangers.insert(name.clone());
                    BTreeSet::from([name])
                })
            });
            ids.collect()
        };
        let inspectors =
            inspectors.into_iter().map(|one| Inspector { avoid: resolved(one.avoid), name: one.name }).collect();
        (inspectors, strangers)
    }
}

/// The name, and what tells it from others of that name.
fn id(institution: &Institution) -> String {
    let name: String = institution.name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    let code = institution.credit_code.as_deref().or(institution.licence.as_deref());
    let code = code.map(|code| code.chars().filter(|c| !c.is_control()).take(60).collect::<String>());
    match code {
        Some(code) => format!("{}（{}）", name.trim(), code.trim()),
        None => name.trim().to_owned(),
    }
}

fn known(institution: &Institution) -> Known {
    Known {
        names: vec![institution.name.clone()],
        addresses: institution.address.iter().cloned().collect(),
        phones: institution.phones.clone(),
        counties: institution.county.iter().cloned().collect(),
        ..Known::default()
    }
}

fn weight(standing: &Standing, weights: &BTreeMap<Heavier, u32>) -> u32 {
    let grounds = [(Heavier::Violations, standing.repeats()), (Heavier::Complaints, standing.many_complaints)];
    let heavier = grounds.into_iter().filter(|(_, applies)| *applies).filter_map(|(ground, _)| weights.get(&ground));
    heavier.copied().max().unwrap_or(1)
}
