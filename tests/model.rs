//! The committed model is what training gives on the committed corpus and word lists.

#[path = "support/corpus.rs"]
mod corpus;

use corpus::corpus;
use linfa::ParamGuard;
use std::{fs, path::Path};
use tanzhao::assess::{Knowledge, Toolkit, corpus_digest, train};
use tanzhao::classify::{Features, Model, TrainParams};
use tanzhao::domain::{ListingText, Verdict};

type Files = Vec<(String, String)>;

fn files(dir: &str, ext: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let mut out: Files = fs::read_dir(&root)
        .expect("a folder of the repository")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == ext))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("UTF-8"))
        })
        .collect();
    out.sort();
    out
}

fn pairs(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

fn with_knowledge<T>(run: impl FnOnce(&Knowledge) -> T) -> T {
    let (lexicon, places) = (files("models/lexicon", "tsv"), files("seeds/places", "tsv"));
    let matters = include_str!("../seeds/matters.toml");
    run(&Knowledge { lexicon: &pairs(&lexicon), places: &pairs(&places), matters: ("matters.toml", matters) })
}

fn committed() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tanzhao.model")).expect("the committed model")
}

#[test]
fn the_committed_model_is_what_training_gives() {
    with_knowledge(|knowledge| {
        let reading = Toolkit::reading(knowledge).expect("word lists in order");
        let model = Model::from_bytes(&committed()).expect("a whole model");
        let provenance = &model.card().provenance;
        assert_eq!(provenance.corpus_digest, corpus_digest(&corpus()), "the corpus has changed: train again");
        assert_eq!(provenance.lexicon_digest, reading.lexicon.digest(), "the lexicon has changed: train again");
        let params = TrainParams::default().check().expect("defaults are allowed");
        let trained = train(&corpus(), &reading, &params).expect("a corpus to learn from");
        assert_eq!(trained.card(), model.card(), "the program or its data have changed: train again");
        assert!(trained.to_bytes() == committed(), "the bytes differ: train again");
    });
}

#[test]
fn damage_and_other_versions_are_refused_with_a_sentence() {
    let good = committed();
    for at in [20, 200, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(Model::from_bytes(&bad).is_err(), "byte {at}");
    }
    for length in [0, 13, 14, 18, 40, 500, good.len() - 1] {
        assert!(Model::from_bytes(&good[..length]).is_err(), "cut at {length}");
    }
    let mut other = good.clone();
    other[14] = 99;
    let says = Model::from_bytes(&other).expect_err("version 99").to_string();
    assert!(says.contains("version 99") && says.contains("train again"), "{says}");
    assert!(Model::from_bytes(&good).expect("good").to_bytes() == good, "reading and writing again changes the file");
}

#[test]
fn removing_a_reason_lowers_the_score() {
    with_knowledge(|knowledge| {
        let toolkit = Toolkit::build(knowledge, &committed()).expect("a toolkit");
        let (mut lower, mut all) = (0_u32, 0_u32);
        for row in corpus().into_iter().step_by(23) {
            let full = row.text();
            let found = toolkit.assess(&full);
            let Some(reason) = found.evidence.first().filter(|one| found.is_suspect() && one.weight >= 0.2) else {
                continue;
            };
            let chars: Vec<char> = full.full().chars().collect();
            let rest: String = chars[..reason.span.start].iter().chain(&chars[reason.span.end..]).collect();
            let (title, body) = rest.split_once('\n').unwrap_or(("", &rest));
            let text = ListingText { title: title.into(), body: body.into(), site_city: full.site_city.clone() };
            all += 1;
            lower += u32::from(toolkit.score(&text).score() < found.score);
        }
        // Cutting a word out can also join its neighbours into another word, so not every cut must obey.
        assert!(all > 60 && f64::from(lower) >= 0.95 * f64::from(all), "{lower} of {all}");
    });
}

#[test]
fn a_judgement_quotes_the_original() {
    with_knowledge(|knowledge| {
        let toolkit = Toolkit::build(knowledge, &committed()).expect("a toolkit");
        let rows = [
            ("初中数学一对一", "周末在家上课,一次80,讲题提分,电话19904210001", Verdict::Overt),
            ("小饭桌晚托", "接孩子、热饭,三年级数学老师每晚讲一小时题,名额8个,月付", Verdict::Disguised),
            ("少儿美术寒假班", "素描水彩,大班到初中都收,一期600", Verdict::NonSubject),
            ("招初中数学老师", "周末有课,待遇面议,五险一金,简历发来", Verdict::Irrelevant),
        ];
        for (title, body, verdict) in rows {
            let text = ListingText { title: title.into(), body: body.into(), site_city: "朝阳".into() };
            let found = toolkit.assess(&text);
            assert_eq!(found.verdict, verdict, "{title}: {:?}", found.probabilities);
            let full = text.full();
            for (quote, span) in found
                .evidence
                .iter()
                .map(|one| (&one.quote, one.span))
                .chain(found.findings.iter().map(|one| (&one.quote, one.span)))
            {
                assert_eq!(span.slice(&full), quote, "{title}");
            }
            assert_eq!(found.is_suspect(), !found.findings.is_empty() && found.score >= 0.5, "{title}");
            assert!(found.evidence.iter().all(|one| !one.quote.contains("1990421")), "a number is no reason");
        }
    });
}

/// Whatever comes in, an answer comes out and its quotes stand in the original.
fn answers(toolkit: &Toolkit, title: &str, body: &str) {
    let text = ListingText { title: title.to_owned(), body: body.to_owned(), site_city: "朝阳".to_owned() };
    let found = toolkit.assess(&text);
    assert!((found.probabilities.to_array().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let full = text.full();
    for one in &found.evidence {
        assert_eq!(one.span.slice(&full), one.quote);
    }
    for one in &found.contacts {
        assert!(one.span.start < one.span.end && one.span.end <= full.chars().count());
    }
}

#[test]
fn odd_texts_get_an_answer() {
    with_knowledge(|knowledge| {
        let toolkit = Toolkit::build(knowledge, &committed()).expect("a toolkit");
        let mixed = "初三数xue小班,周末💯 电话1①9 九0421 V:abc_1\u{202e}\u{200b} 不讲题。\n";
        let longest = mixed.repeat((1 << 20) / mixed.len());
        // Many different contacts: whatever is done for each of them must not walk through the whole text.
        let numbers = (0..50_000).map(|i| format!("电话1990{i:07} ")).collect::<Vec<String>>().concat();
        let names = (0..50_000).map(|i| format!("微信ab_{i:05}, ")).collect::<Vec<String>>().concat();
        let odd = [
            "",
            "\n\n",
            "🐧",
            "学",
            "\u{0}\u{1}\u{7f}\u{ad}",
            "\u{202e}学数\u{202c}\u{2066}补\u{2069}课",
            "\u{fffd}\u{10ffff}",
            &"数学".repeat(20_000),
            &"🔥".repeat(10_000),
            &"e\u{301}".repeat(10_000),
            &longest,
            &numbers,
            &names,
        ];
        for body in odd {
            answers(&toolkit, "", body);
        }
        // The work grows with the text: the features of two texts in a row are those of both.
        let size = |times: usize| {
            let read = toolkit.reading.read(&ListingText { body: mixed.repeat(times), ..ListingText::default() });
            Features::of(&read.text, &read.tokens, &read.signals).len()
        };
        let (short, long) = (size(50), size(500));
        assert!(long < 11 * short, "{long} features after {short}");
    });
}

#[test]
fn any_text_gets_an_answer() {
    use proptest::prelude::*;
    with_knowledge(|knowledge| {
        let toolkit = Toolkit::build(knowledge, &committed()).expect("a toolkit");
        let piece = prop_oneof![
            3 => prop::sample::select(vec![
                "数学", "小班", "1990421", "V:", "🐧", "不", "讲题", "。", "\n", "一对一", "①⑨", "托管", "元", " ", "shu",
            ]).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        let text = prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat());
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
        let checked = runner.run(&(text.clone(), text), |(title, body)| {
            answers(&toolkit, &title.replace('\n', " "), &body);
            Ok(())
        });
        checked.expect("an answer to any text");
    });
}
