use super::*;
use crate::{
    domain::{
        Assessment, Contact, ContactKind, Evidence, Finding, Form, Jurisdiction, LeadId, Listing, ListingId,
        Probabilities, Request, SourceId, SourceKind, Span, Subject, UrlKey, Verdict,
    },
    evidence::{
        Capture, CaptureRecord, Chain, Circumstances, MerkleTree, RevisitProfile, Revisits, read_capture, write_capture,
    },
    export::{CaptureFile, County, Duty, verify::Fault},
    leads::{Lead, Part, Rank, SeenContact},
};
use jiff::{Timestamp, civil::date};
use std::io::{Cursor, Read};

const TITLE: &str = "初二数学小班";
const BODY: &str = "期末冲刺<b>一对一</b>,王老师 1990421-3517";

fn span_of(needle: &str) -> Span {
    let text = format!("{TITLE}\n{BODY}");
    let at = text.find(needle).expect("a part of the text");
    let start = text[..at].chars().count();
    Span::new(start, start + needle.chars().count())
}

/// A capture of a page with this body at this second, or a revisit of such a capture.
fn archive(body: &str, second: i64, original: Option<&Capture>) -> Vec<u8> {
    let record = CaptureRecord {
        request: &Request::get("http://example.cn/1"),
        request_headers: &[],
        final_url: "http://example.cn/1",
        status: 200,
        raw_headers: &[],
        raw_body: body.as_bytes(),
        ip: None,
        fetched_at: Timestamp::from_second(1_795_000_000 + second).expect("in range"),
        robots_rule: String::new(),
        software: "tanzhao/0.1.0".to_owned(),
        notes: &[],
        circumstances: Circumstances::default(),
        revisit: original.map(|original| Revisits {
            profile: RevisitProfile::IdenticalPayload,
            url: &original.target_uri,
            fetched_at: original.fetched_at,
            payload_sha256: &original.payload_sha256,
        }),
        rendition: None,
    };
    let mut file = Vec::new();
    write_capture(&mut file, &record).expect("a vector takes all");
    file
}

fn capture_file(name: &str, bytes: Vec<u8>) -> CaptureFile {
    CaptureFile { name: name.to_owned(), sha256: sha256_hex(&bytes), bytes, sealed: None }
}

fn lead_file(id: i64) -> LeadFile {
    let contact = Contact {
        kind: ContactKind::Phone,
        value: "19904213517".to_owned(),
        span: span_of("1990421-3517"),
        disguised: true,
    };
    let listing = Listing {
        url: "http://127.0.0.1:1/ad/c002.html?from=list".to_owned(),
        canonical_url: UrlKey::from_stored("http://127.0.0.1:1/ad/c002.html"),
        source: SourceId("sample-classified".to_owned()),
        source_kind: SourceKind::Classified,
        title: TITLE.to_owned(),
        body: BODY.to_owned(),
        author: Some("王老师19904213517".to_owned()),
        price: Some("=100元/次".to_owned()),
        location: Some("双塔区 文化路二段".to_owned()),
        site_city: Some("朝阳".to_owned()),
        posted_at: Some(date(2026, 11, 2)),
        fetched_at: Timestamp::from_second(1_795_000_000).expect("in range"),
        origins: Vec::new(),
    };
    let assessment = Assessment {
        verdict: Verdict::Overt,
        score: 0.97,
        probabilities: Probabilities::from_array([0.9, 0.07, 0.02, 0.01]),
        forms: vec![Form::Plain],
        subjects: vec![Subject::Math],
        stages: Vec::new(),
        contacts: vec![contact.clone()],
        county: Jurisdiction::parse("双塔区"),
        place: None,
        other_places: Vec::new(),
        elements: Vec::new(),
        findings: vec![Finding {
            matter: "M01".to_owned(),
            rule: "写明学科并招收中小学生".to_owned(),
            basis_zh: "校外培训行政处罚暂行办法第十七条".to_owned(),
            quote: "初二数学".to_owned(),
            span: span_of("初二数学"),
        }],
        evidence: vec![
            Evidence { quote: "期末冲刺".to_owned(), span: span_of("期末冲刺"), weight: 1.5 },
            Evidence { quote: "1990421-3517".to_owned(), span: contact.span, weight: 0.4 },
        ],
        flags: Vec::new(),
    };
    let bytes = archive(&format!("archived page {id}"), id, None);
    let name = "captures/2026/11/20/../ab12.warc.gz".to_owned();
    let capture = CaptureFile { name, sha256: sha256_hex(&bytes), bytes, sealed: None };
    let lead = Lead {
        id: Some(LeadId(id)),
        members: vec![ListingId(7)],
        county: Jurisdiction::parse("双塔区"),
        rank: Rank {
            value: 1.25,
            parts: vec![Part { name_zh: "把握".to_owned(), value: 0.97, words: "最高分 0.97".to_owned() }],
            ..Rank::default()
        },
        contacts: vec![SeenContact { contact, seen_in: vec![ListingId(7)] }],
        matters: vec!["M01".to_owned()],
        subjects: vec![Subject::Math],
        forms: vec![Form::Plain],
        ..Lead::default()
    };
    LeadFile {
        lead,
        duty: Duty::Handles,
        handled_by: "211302".to_owned(),
        due: Some(date(2026, 12, 9)),
        listings: vec![(listing, assessment, Some(capture))],
        originals: Vec::new(),
        pictures: BTreeMap::new(),
    }
}

fn spec() -> PackageSpec {
    PackageSpec {
        county: County { code: "211302".to_owned(), name: "双塔区".to_owned() },
        previous_digest: Some("ab".repeat(32)),
        generated_at: Timestamp::from_second(1_795_622_400).expect("in range"),
        versions: BTreeMap::from([("software".to_owned(), "tanzhao/0.1.0".to_owned())]),
        matter_names: BTreeMap::from([("M01".to_owned(), "擅自有偿开展学科类培训".to_owned())]),
        audit: None,
        draft: false,
    }
}

fn packed() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    pack(&mut out, &spec(), &[lead_file(42), lead_file(43)]).expect("a sound package");
    out.into_inner()
}

fn unpack(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).expect("an entry");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("readable");
            (file.name().expect("a text").into_owned(), bytes)
        })
        .collect()
}

/// Packs the files again as they are, so that only the manifest can tell.
fn repack(files: &BTreeMap<String, Vec<u8>>) -> Cursor<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("a vector takes all");
        zip.write_all(bytes).expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all")
}

#[test]
fn the_same_leads_give_the_same_bytes() {
    let bytes = packed();
    assert_eq!(sha256_hex(&bytes), sha256_hex(&packed()));
    let report = verify(Cursor::new(&bytes)).expect("our own package");
    assert!(report.is_intact(), "{:?}", report.problems);
    assert_eq!(
        (report.intact, report.manifest.counts),
        (5, Counts { leads: 2, listings: 2, captures: 2, pictures: 0 })
    );
    let names: Vec<String> = unpack(&bytes).into_keys().collect();
    assert_eq!(
        names,
        [
            "L000042/存档/ab12.warc.gz",
            "L000042/证据说明.html",
            "L000043/存档/ab12.warc.gz",
            "L000043/证据说明.html",
            "manifest.json",
            "线索清单.xlsx",
        ]
    );
}

#[test]
fn no_working_copy_shows_a_contact() {
    let files = unpack(&packed());
    let ledger = unpack(&files[LEDGER_NAME]);
    let sheet = &files["L000042/证据说明.html"];
    for (name, bytes) in ledger.iter().map(|(name, bytes)| (name.as_str(), bytes)).chain([("sheet", sheet)]) {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("19904213517") && !text.contains("1990421-3517"), "{name}");
    }
    assert!(String::from_utf8_lossy(&ledger["xl/sharedStrings.xml"]).contains("199****3517"));
    assert!(String::from_utf8_lossy(&ledger["xl/worksheets/sheet1.xml"]).contains("orientation=\"landscape\""));
    for word in ["办理分工", "主办", "办理期限", "2026-12-09"] {
        assert!(String::from_utf8_lossy(&ledger["xl/sharedStrings.xml"]).contains(word), "{word}");
    }
    assert!(!String::from_utf8_lossy(&ledger["xl/worksheets/sheet1.xml"]).contains("<f>"), "no cell is a formula");
}

#[test]
fn the_sheet_quotes_the_original_words() {
    let files = unpack(&packed());
    let sheet = String::from_utf8_lossy(&files["L000042/证据说明.html"]).into_owned();
    for part in [
        "<mark class=\"finding\">初二数学</mark>小班\n<mark class=\"reason\">期末冲刺</mark>&lt;b&gt;一对一&lt;/b&gt;",
        "<mark class=\"reason\">199****3517</mark>",
        "涉嫌 M01 擅自有偿开展学科类培训",
        "最高分 0.97",
        "未经核实",
        &sha256_hex(&archive("archived page 42", 42, None)),
    ] {
        assert!(sheet.contains(part), "{part}\n{sheet}");
    }
}

#[test]
fn verification_names_the_file() {
    let files = unpack(&packed());
    let problem = |files: &BTreeMap<String, Vec<u8>>| {
        let report = verify(repack(files)).expect("a package with a fault");
        assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
        (report.problems[0].file.clone(), report.problems[0].what.clone())
    };
    let page = "L000043/存档/ab12.warc.gz".to_owned();

    let mut changed = files.clone();
    let stated = files[&page].len() as u64;
    changed.get_mut(&page).expect("the page")[20] ^= 1;
    assert_eq!(problem(&changed), (page.clone(), Fault::Digest));
    changed.insert(page.clone(), vec![b'x'; 10_000]);
    assert_eq!(problem(&changed), (page.clone(), Fault::Size { stated, found: stated + 1 }));
    changed.remove(&page);
    assert_eq!(problem(&changed), (page, Fault::Missing));

    let mut added = files.clone();
    added.insert("L000042/补充.txt".to_owned(), b"later".to_vec());
    assert_eq!(problem(&added), ("L000042/补充.txt".to_owned(), Fault::Unlisted));

    let mut bare = files;
    bare.remove(MANIFEST_NAME);
    assert!(verify(repack(&bare)).is_err());
    assert!(verify(Cursor::new(b"no zip")).is_err());
}

#[test]
fn a_byte_changed_in_the_zip_is_noticed() {
    let bytes = packed();
    for at in (0..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        // Time stamps and permissions of the zip directory carry nothing; everything else must show, and nothing may panic.
        if let Ok(report) = verify(Cursor::new(&changed))
            && report.is_intact()
        {
            assert_eq!(
                unpack(&changed).into_values().collect::<Vec<_>>(),
                unpack(&bytes).into_values().collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn packages_of_a_day_are_numbered_and_faulty_ones_leave_nothing() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let first = write_bundle(dir.path(), &spec(), &[lead_file(1)]).expect("a sound package");
    assert!(first.path.ends_with("211302_20261126_1.zip"), "{}", first.path.display());
    assert_eq!(first.sha256, sha256_hex(&fs::read(&first.path).expect("it is there")));
    let second = PackageSpec { previous_digest: Some(first.sha256.clone()), ..spec() };
    let second = write_bundle(dir.path(), &second, &[]).expect("an empty package is one too");
    assert!(second.path.ends_with("211302_20261126_2.zip"));
    assert_eq!(second.manifest.previous_package_sha256, Some(first.sha256));

    let mut damaged = lead_file(1);
    if let Some((.., Some(capture))) = damaged.listings.first_mut() {
        capture.bytes.push(b'!');
    }
    let error = write_bundle(dir.path(), &spec(), &[damaged]).expect_err("a changed capture");
    assert!(error.to_string().contains("ab12.warc.gz") && error.to_string().contains("L000001"), "{error}");
    assert!(matches!(
        write_bundle(dir.path(), &spec(), &[lead_file(1), lead_file(1)]),
        Err(ExportError::Double { .. })
    ));
    let bad = PackageSpec { county: County { code: "../..".to_owned(), name: String::new() }, ..spec() };
    assert!(matches!(write_bundle(dir.path(), &bad, &[]), Err(ExportError::CountyCode { .. })));
    assert_eq!(fs::read_dir(dir.path()).expect("readable").count(), 2);
}

/// Leads 42 and 43 with their captures under one seal among others.
fn sealed_leads() -> Vec<LeadFile> {
    let mut leads = vec![lead_file(42), lead_file(43)];
    let mut digests: Vec<String> = (0..5).map(|other: u8| sha256_hex(&[other])).collect();
    digests.extend(leads.iter().filter_map(|lead| lead.listings[0].2.as_ref()).map(|capture| capture.sha256.clone()));
    let tree = MerkleTree::over(&digests).expect("digests").expect("not empty");
    let (root, previous) = (tree.root(), "ab".repeat(32));
    let head = Chain::from_head(previous.as_str()).push(&root).to_owned();
    let day = jiff::civil::date(2026, 11, 20);
    let seal = SealedRoot { number: 3, day, leaves: 7, root, previous, head };
    for (index, lead) in (5..).zip(&mut leads) {
        if let Some(capture) = &mut lead.listings[0].2 {
            capture.sealed = tree.prove(index).map(|proof| (seal.clone(), proof));
        }
    }
    leads
}

#[test]
fn proofs_travel_with_the_captures_and_one_of_another_capture_is_no_proof() {
    let packed = |leads: &[LeadFile]| {
        let mut out = Cursor::new(Vec::new());
        let manifest = pack(&mut out, &spec(), leads).expect("a package");
        (manifest, verify(out).expect("readable").problems)
    };
    let (manifest, problems) = packed(&sealed_leads());
    assert_eq!((manifest.seals.len(), manifest.proofs.len(), problems.len()), (1, 2, 0));

    let mut exchanged = sealed_leads();
    let other = exchanged[0].listings[0].2.as_ref().and_then(|capture| capture.sealed.clone());
    exchanged[1].listings[0].2.as_mut().expect("a capture").sealed = other;
    let (_, problems) = packed(&exchanged);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].what, Fault::Proof);

    for change in 0..3 {
        let mut forged = sealed_leads();
        for lead in &mut forged {
            let Some((seal, _)) = lead.listings[0].2.as_mut().and_then(|capture| capture.sealed.as_mut()) else {
                continue;
            };
            match change {
                0 => seal.root = "cd".repeat(32),
                1 => seal.previous = "cd".repeat(32),
                _ => seal.leaves = 8,
            }
        }
        assert_eq!(packed(&forged).1.len(), 2, "change {change}");
    }
}

#[test]
fn archives_are_opened_and_a_revisit_needs_its_original() {
    let problems = |lead: LeadFile| {
        let mut out = Cursor::new(Vec::new());
        pack(&mut out, &spec(), &[lead]).expect("a package");
        let problems = verify(out).expect("readable").problems;
        problems.into_iter().map(|problem| (problem.file, problem.what)).collect::<Vec<_>>()
    };
    let original = archive("archived page", 1, None);
    let revisit = archive("archived page", 2, Some(&read_capture(&original).expect("our own file")));
    let mut lead = lead_file(42);
    lead.listings[0].2 = Some(capture_file("b.warc.gz", revisit));
    assert_eq!(problems(lead.clone()), [("L000042/存档/b.warc.gz".to_owned(), Fault::NoOriginal)]);
    lead.originals = vec![capture_file("a.warc.gz", archive("another page", 1, None))];
    assert_eq!(problems(lead.clone()), [("L000042/存档/b.warc.gz".to_owned(), Fault::NoOriginal)]);
    lead.originals = vec![capture_file("a.warc.gz", original)];
    assert_eq!(problems(lead), []);

    // A forger who fits the manifest to a changed archive still has to fit the records inside.
    let mut plain = Vec::new();
    let packed = archive("archived page", 1, None);
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut plain).expect("our own gzip");
    let at = plain.windows(13).position(|window| window == b"archived page").expect("the body is there");
    plain[at] = b'A';
    let mut lead = lead_file(42);
    lead.listings[0].2 = Some(capture_file("a.warc", plain));
    assert!(matches!(problems(lead).as_slice(), [(_, Fault::Archive(why))] if why.contains("digest")));
}
