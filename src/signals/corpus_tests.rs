//! Measures contacts and county over the corpus; the floors fail when a rule breaks.

use super::{Gazetteer, Reader};
use crate::{
    domain::{Contact, Form, Stage, Subject},
    text::{Cleaner, Lexicon},
};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;

static CORPUS: Dir = include_dir!("$CARGO_MANIFEST_DIR/models/corpus");
static LEXICON: Dir = include_dir!("$CARGO_MANIFEST_DIR/models/lexicon");
static PLACES: Dir = include_dir!("$CARGO_MANIFEST_DIR/seeds/places");

/// The files of a folder that end like `ending`, with their names.
fn files(folder: &'static Dir, ending: &str) -> Vec<(&'static str, &'static str)> {
    folder
        .files()
        .filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
        .filter(|(name, _)| name.ends_with(ending))
        .collect()
}

#[derive(Deserialize)]
struct Label {
    kind: String,
    value: String,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    title: String,
    body: String,
    site_city: String,
    verdict: String,
    contacts: Vec<Label>,
    county: String,
    subjects: Vec<Subject>,
    stages: Vec<Stage>,
    forms: Vec<Form>,
}

#[derive(Default)]
struct Tally {
    hit: usize,
    extra: usize,
    missed: usize,
}

impl Tally {
    fn add<T: Ord>(&mut self, found: &BTreeSet<T>, label: &BTreeSet<T>) -> bool {
        let hit = found.intersection(label).count();
        self.hit += hit;
        self.extra += found.len() - hit;
        self.missed += label.len() - hit;
        found != label
    }

    fn line(&self, name: &str) -> (f64, String) {
        let precision = self.hit as f64 / (self.hit + self.extra).max(1) as f64;
        let recall = self.hit as f64 / (self.hit + self.missed).max(1) as f64;
        let f1 = 2.0 * precision * recall / (precision + recall).max(1e-9);
        (f1, format!("{name}: P {precision:.3} R {recall:.3} F1 {f1:.3}"))
    }
}

pub(super) fn tools() -> (Cleaner, Reader) {
    let lexicon = Lexicon::parse(&files(&LEXICON, ".tsv")).expect("good lists");
    let gazetteer = Gazetteer::parse(&files(&PLACES, ".tsv")).expect("good places");
    (Cleaner::new(&lexicon), Reader::new(&lexicon, gazetteer).expect("lists of a reasonable size"))
}

#[test]
fn contacts_and_counties_of_the_corpus() {
    let (cleaner, reader) = tools();
    let (mut contacts, mut subjects, mut stages, mut forms) =
        (Tally::default(), Tally::default(), Tally::default(), Tally::default());
    let (mut rows, mut placed) = (0_usize, 0_usize);
    let mut report = String::new();
    for line in files(&CORPUS, ".jsonl").iter().flat_map(|(_, content)| content.lines()) {
        let row: Row = serde_json::from_str(line).expect("a good row");
        let full = format!("{}\n{}", row.title, row.body);
        let signals = reader.read(&cleaner.clean(&full), &row.site_city);
        rows += 1;
        let found: BTreeSet<_> =
            signals.contacts.iter().map(|Contact { kind, value, .. }| (kind.to_string(), value.clone())).collect();
        let label: BTreeSet<_> = row.contacts.iter().map(|c| (c.kind.clone(), c.value.clone())).collect();
        if contacts.add(&found, &label) {
            let _ = writeln!(report, "CONTACT {} {found:?} {label:?} | {}", row.id, full.replace('\n', "/"));
        }
        if signals.county.as_str() == row.county {
            placed += 1;
        } else {
            let quote = signals.place.as_ref().and_then(|place| place.span).map_or("-", |span| span.slice(&full));
            let _ = writeln!(
                report,
                "COUNTY {} {} [{quote}] {} @{} | {}",
                row.id,
                signals.county,
                row.county,
                row.site_city,
                full.replace('\n', "/")
            );
        }
        if matches!(row.verdict.as_str(), "overt" | "disguised") {
            let set = |found: &[Subject]| found.iter().copied().collect::<BTreeSet<_>>();
            if subjects.add(&set(&signals.subjects), &set(&row.subjects)) {
                let _ = writeln!(
                    report,
                    "SUBJECT {} {:?} {:?} | {}",
                    row.id,
                    signals.subjects,
                    row.subjects,
                    full.replace('\n', "/")
                );
            }
            let set = |found: &[Stage]| found.iter().copied().collect::<BTreeSet<_>>();
            if stages.add(&set(&signals.stages), &set(&row.stages)) {
                let _ = writeln!(
                    report,
                    "STAGE {} {:?} {:?} | {}",
                    row.id,
                    signals.stages,
                    row.stages,
                    full.replace('\n', "/")
                );
            }
            let set =
                |found: &[Form]| found.iter().copied().filter(|form| *form != Form::Plain).collect::<BTreeSet<_>>();
            if forms.add(&set(&signals.forms), &set(&row.forms)) {
                let _ = writeln!(
                    report,
                    "FORM {} {:?} {:?} | {}",
                    row.id,
                    signals.forms,
                    row.forms,
                    full.replace('\n', "/")
                );
            }
        }
    }
    let (contact_f1, contact_line) = contacts.line("contacts");
    let county = placed as f64 / rows as f64;
    println!("{report}");
    println!("{contact_line}\ncounty {county:.3} of {rows}");
    println!("{}\n{}\n{}", subjects.line("subjects").1, stages.line("stages").1, forms.line("forms").1);
    assert!(contact_f1 >= 0.96, "{contact_line}");
    assert!(county >= 0.92, "county {county:.3}");
}
