//! The lists made searchable: a lead meets only rows that share a telephone, a house, a name or rare pairs of characters.

use super::{
    Certainty, Complaints, Known, LicensedMatch, PastViolation, Standing, StandingParams, Wording,
    names::pairs,
    scoring::{Facts, MatchScore},
};
use crate::domain::{Complaint, Institution, LeadId, TrainingKind, Violation};
use jiff::{Span, civil::Date};
use rustc_hash::{FxHashMap, FxHashSet};

/// An institution with the number of its row.
#[derive(Clone, Debug)]
pub struct HeldInstitution {
    /// Number of the row.
    pub id: i64,
    /// What the row says.
    pub institution: Institution,
}

/// A violation with the number of its row.
#[derive(Clone, Debug)]
pub struct HeldViolation {
    /// Number of the row.
    pub id: i64,
    /// What the row says.
    pub violation: Violation,
}

/// A complaint with the number of its row and what people did with it.
#[derive(Clone, Debug)]
pub struct HeldComplaint {
    /// Number of the row.
    pub id: i64,
    /// What the row says.
    pub complaint: Complaint,
    /// Leads that people tied it to.
    pub leads: Vec<LeadId>,
    /// Leads that people said it has nothing to do with.
    pub not_leads: Vec<LeadId>,
    /// Whether it was answered.
    pub answered: bool,
    /// The last day for an answer.
    pub due_on: Date,
}

/// A pair of characters that more names share tells nothing.
const COMMON_PAIR: usize = 400;
/// So many of the rarest pairs of a name are looked up.
const PAIRS: usize = 4;
/// A telephone, house or name shared by more rows is somebody's default.
const COMMON_KEY: usize = 200;

/// Rows by what they can be found by.
#[derive(Debug, Default)]
struct Index {
    facts: Vec<Facts>,
    keys: FxHashMap<String, Vec<u32>>,
    pairs: FxHashMap<(char, char), Vec<u32>>,
}

impl Index {
    fn of(rows: impl Iterator<Item = Facts>) -> Self {
        let mut index = Self::default();
        for (at, facts) in (0u32..).zip(rows) {
            for key in keys(&facts) {
                index.keys.entry(key).or_default().push(at);
            }
            let mut own: Vec<(char, char)> = facts.names.iter().flat_map(|(name, _)| pairs(&name.core)).collect();
            own.sort_unstable();
            own.dedup();
            for pair in own {
                index.pairs.entry(pair).or_default().push(at);
            }
            index.facts.push(facts);
        }
        index
    }

    /// Rows with at least so many points, most points first, then in their order.
    fn search(&self, seen: &Facts, least: i32) -> Vec<(usize, MatchScore)> {
        let mut rows: FxHashSet<u32> = FxHashSet::default();
        for key in keys(seen) {
            rows.extend(self.keys.get(&key).into_iter().flatten().take(COMMON_KEY));
        }
        for (name, _) in &seen.names {
            let mut lists: Vec<&Vec<u32>> = pairs(&name.core)
                .iter()
                .filter_map(|pair| self.pairs.get(pair))
                .filter(|list| list.len() <= COMMON_PAIR)
                .collect();
            lists.sort_by_key(|list| list.len());
            rows.extend(lists.into_iter().take(PAIRS).flatten());
        }
        let mut found: Vec<(usize, MatchScore)> = rows
            .into_iter()
            .filter_map(|at| Some((at as usize, seen.score(self.facts.get(at as usize)?))))
            .filter(|(_, score)| score.points >= least)
            .collect();
        found.sort_by_key(|(at, score)| (std::cmp::Reverse(score.points), *at));
        found
    }
}

fn keys(facts: &Facts) -> Vec<String> {
    let mut found: Vec<String> = facts.phones.iter().map(|phone| format!("t{phone}")).collect();
    found.extend(facts.addresses.iter().flat_map(|(address, _)| address.keys()).map(|key| format!("a{key}")));
    for (name, _) in &facts.names {
        found.push(format!("f{}", name.full));
        if !name.core.is_empty() {
            found.push(format!("c{}", name.core));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Everything the bureau knows from elsewhere, ready to be asked about any lead.
#[derive(Debug)]
pub struct Registers {
    params: StandingParams,
    words: Wording,
    institutions: Vec<HeldInstitution>,
    violations: Vec<HeldViolation>,
    complaints: Vec<HeldComplaint>,
    by_institution: Index,
    by_violation: Index,
    by_complaint: Index,
    /// Complaints that people tied to a lead.
    tied: FxHashMap<LeadId, Vec<usize>>,
}

impl Registers {
    /// Builds the search; what the lists say is not changed.
    #[must_use]
    pub fn new(
        institutions: Vec<HeldInstitution>,
        violations: Vec<HeldViolation>,
        complaints: Vec<HeldComplaint>,
        params: StandingParams,
        words: Wording,
    ) -> Self {
        let facts = |name: Option<&String>, address: Option<&String>, phones: &[String], county: Option<&String>| {
            let list = |one: Option<&String>| one.cloned().into_iter().collect::<Vec<_>>();
            Facts::new(&list(name), &list(address), phones, &list(county), &words)
        };
        let by_institution = Index::of(institutions.iter().map(|HeldInstitution { institution: row, .. }| {
            facts(Some(&row.name), row.address.as_ref(), &row.phones, row.county.as_ref())
        }));
        let by_violation = Index::of(violations.iter().map(|HeldViolation { violation: row, .. }| {
            facts(Some(&row.party), row.address.as_ref(), &row.phones, row.county.as_ref())
        }));
        let by_complaint = Index::of(complaints.iter().map(|HeldComplaint { complaint: row, .. }| {
            facts(row.target.as_ref(), row.address.as_ref(), &row.phones, row.county.as_ref())
        }));
        let mut tied: FxHashMap<LeadId, Vec<usize>> = FxHashMap::default();
        for (at, held) in complaints.iter().enumerate() {
            for lead in &held.leads {
                tied.entry(*lead).or_default().push(at);
            }
        }
        Self { params, words, institutions, violations, complaints, by_institution, by_violation, by_complaint, tied }
    }

    /// The words names and addresses are read with.
    #[must_use]
    pub fn words(&self) -> &Wording {
        &self.words
    }

    /// Whether there is nothing to be known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.institutions.is_empty() && self.violations.is_empty() && self.complaints.is_empty()
    }

    /// What is known about an operator on a day (Asia/Shanghai).
    #[must_use]
    pub fn standing(&self, known: &Known, today: Date) -> Standing {
        let seen = Facts::of(known, &self.words);
        let complaints = self.complaints(known, &seen, today);
        Standing {
            licensed: self.licensed(known, &seen, today),
            violations: self.past(known, &seen, today),
            many_complaints: complaints.total >= self.params.many_complaints,
            complaints,
        }
    }

    fn licensed(&self, known: &Known, seen: &Facts, today: Date) -> Option<LicensedMatch> {
        let found = self.by_institution.search(seen, self.params.suggest_points);
        let (first, score) = found.first()?;
        let best = self.institutions.get(*first)?;
        let rival = found.iter().skip(1).any(|(at, other)| {
            // Another site of the same institution is no rival, and one that is licensed for the same hardly matters less.
            score.points - other.points < self.params.ambiguous_within
                && self.institutions.get(*at).is_some_and(|row| row.institution.key() != best.institution.key())
        });
        let certainty = match (score.points >= self.params.match_points, rival) {
            (true, false) => Certainty::Matched,
            (true, true) => Certainty::Ambiguous,
            (false, _) => Certainty::Possible,
        };
        let row = &best.institution;
        let beyond = known.stages.iter().filter(|stage| !row.stages.is_empty() && !row.stages.contains(stage));
        Some(LicensedMatch {
            institution: best.id,
            name: row.name.clone(),
            kind: row.kind,
            stages: row.stages.clone(),
            in_force: row.in_force(today),
            valid_until: row.valid_until,
            certainty,
            score: score.clone(),
            offers_subjects: !known.subjects.is_empty(),
            beyond_stages: if row.kind == Some(TrainingKind::Subject) { beyond.copied().collect() } else { Vec::new() },
        })
    }

    fn past(&self, known: &Known, seen: &Facts, today: Date) -> Vec<PastViolation> {
        let found = self.by_violation.search(seen, self.params.suggest_points);
        let mut past: Vec<PastViolation> = found
            .into_iter()
            .filter_map(|(at, score)| {
                let HeldViolation { id, violation } = self.violations.get(at)?;
                let again = known.last_seen.unwrap_or(today);
                let until =
                    violation.decided_on.checked_add(Span::new().months(i64::from(self.params.look_back_months))).ok();
                Some(PastViolation {
                    violation: *id,
                    decided_on: violation.decided_on,
                    matter: violation.matter.clone(),
                    result: violation.result.clone(),
                    document: violation.document.clone(),
                    repeat: again > violation.decided_on && until.is_none_or(|until| again <= until),
                    certainty: if score.points >= self.params.match_points {
                        Certainty::Matched
                    } else {
                        Certainty::Possible
                    },
                    score,
                })
            })
            .collect();
        past.sort_by_key(|one| (std::cmp::Reverse(one.decided_on), one.violation));
        past
    }

    fn complaints(&self, known: &Known, seen: &Facts, today: Date) -> Complaints {
        let mut own: Vec<usize> = known.id.and_then(|id| self.tied.get(&id)).cloned().unwrap_or_default();
        let alike = self.by_complaint.search(seen, self.params.match_points).into_iter().map(|(at, _)| at);
        // What people said goes before what is alike.
        own.extend(alike.filter(|at| {
            self.complaints
                .get(*at)
                .is_some_and(|held| held.leads.is_empty() && !known.id.is_some_and(|id| held.not_leads.contains(&id)))
        }));
        own.sort_unstable();
        own.dedup();
        let mut sum = Complaints::default();
        for held in own.iter().filter_map(|at| self.complaints.get(*at)) {
            sum.total += 1;
            sum.open += usize::from(!held.answered);
            sum.overdue += usize::from(!held.answered && held.due_on < today);
            sum.latest = sum.latest.max(Some(held.complaint.received_on));
        }
        sum
    }

    /// Complaints that nobody has tied to a lead and that look like this one, most points first.
    #[must_use]
    pub fn suggested_complaints(&self, known: &Known) -> Vec<(i64, MatchScore)> {
        let seen = Facts::of(known, &self.words);
        let found = self.by_complaint.search(&seen, self.params.suggest_points);
        found
            .into_iter()
            .filter_map(|(at, score)| {
                let held = self.complaints.get(at)?;
                let free = held.leads.is_empty() && !known.id.is_some_and(|id| held.not_leads.contains(&id));
                free.then_some((held.id, score))
            })
            .collect()
    }
}
