//! The contract of the command line: exit codes, error words, JSON shapes.

use crate::support::{run, tanzhao};
use serde_json::{Value, json};
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn classify_keeps_order_and_spans_point_at_the_original() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = [
        json!({"id": "a", "title": "初二数xue一V一", "body": "提分快,①⑨⑨⓪④②①③③⑤⑤,双塔区凌河街道,一次90", "site_city": "朝阳"}).to_string(),
        "not json".to_owned(),
        json!({"id": "c", "title": "没有正文"}).to_string(),
        json!({"id": "d", "body": "转让二手钢琴一架,九成新,自提", "url": "http://x.cn/1", "extra": [1]}).to_string(),
        json!({"id": "e", "body": "长".repeat(400_000)}).to_string(),
    ];
    std::fs::write(dir.path().join("in.jsonl"), rows.join("\n")).expect("input");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["classify", "--input", "in.jsonl", "--output", "-"]));
    assert_eq!(code, 3, "two bad lines and one too long: {errors}");
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON Lines")).collect();
    assert_eq!(answers.len(), rows.len());
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!("a"), &Value::Null, &json!("c"), &json!("d"), &json!("e")]);
    assert!([1, 2, 4].iter().all(|index| answers[*index]["error"].is_string()));

    let first = &answers[0];
    assert_eq!(first["verdict"], "overt");
    assert_eq!(first["county"], "双塔区");
    assert_eq!(first["contacts"][0]["value"], "19904213355");
    assert_eq!(first["contacts"][0]["disguised"], true);
    let text: Vec<char> = "初二数xue一V一\n提分快,①⑨⑨⓪④②①③③⑤⑤,双塔区凌河街道,一次90".chars().collect();
    let pointed =
        [&first["evidence"], &first["findings"]].into_iter().flat_map(|list| list.as_array().expect("a list"));
    let mut checked = 0;
    for one in pointed {
        let at = |index: usize| usize::try_from(one["span"][index].as_u64().expect("a place")).expect("small");
        assert_eq!(one["quote"].as_str().expect("a quote"), text[at(0)..at(1)].iter().collect::<String>());
        checked += 1;
    }
    assert!(checked > 2, "evidence and findings are given");
    let sum: f64 = ["overt", "disguised", "non_subject", "irrelevant"]
        .iter()
        .filter_map(|class| first["probabilities"][class].as_f64())
        .sum();
    assert!((sum - 1.0).abs() < 1e-9);
    assert_eq!(answers[3]["verdict"], "irrelevant");
}

#[test]
fn wrong_use_is_two_and_says_what_was_expected() {
    let dir = tempfile::tempdir().expect("a folder");
    let sources = root().join("seeds/sources");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["source", "check"]).arg(&sources));
    assert_eq!(code, 0, "the committed definitions are valid: {errors}");
    assert!(out.contains("sample-mini"), "{out}");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["sweep", "--sources"]).arg(&sources));
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("contact: found ``"), "no sweep of the internet without a contact: {errors}");

    std::fs::write(dir.path().join("bad.toml"), "id = \"x\"\nignore_robots = true\n").expect("a definition");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["source", "check", "bad.toml"]));
    assert_eq!(code, 2);
    assert!(errors.contains("bad.toml:2") && errors.contains("ignore_robots"), "{errors}");

    let (code, _, errors) = run(tanzhao(dir.path()).args(["leads", "list"]));
    assert_eq!(code, 4, "no data yet: {errors}");
    std::fs::write(dir.path().join("data"), "a file where the folder should be").expect("a file");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["demo", "--once"]));
    assert_eq!(code, 4, "{errors}");
}

#[test]
fn a_damaged_model_or_package_is_refused_with_a_sentence() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut model = std::fs::read(root().join("models/tanzhao.model")).expect("the model");
    let middle = model.len() / 2;
    model[middle] ^= 0x20;
    std::fs::write(dir.path().join("bad.model"), model).expect("a damaged copy");
    std::fs::write(dir.path().join("in.jsonl"), "{\"body\":\"书桌\"}\n").expect("input");
    let (code, out, errors) =
        run(tanzhao(dir.path()).args(["classify", "--input", "in.jsonl", "--output", "-", "--model", "bad.model"]));
    assert_eq!((code, out.as_str()), (2, ""), "{errors}");
    assert!(errors.len() > 20 && !errors.contains("panicked"), "{errors}");
    std::fs::write(dir.path().join("p.zip"), "no zip").expect("a file");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["verify", "p.zip"]));
    assert_eq!(code, 5, "{errors}");
}

#[test]
fn evaluate_reports_what_the_contract_names() {
    let dir = tempfile::tempdir().expect("a folder");
    let corpus = root().join("models/corpus/general.jsonl");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["evaluate", "--input"]).arg(corpus));
    assert_eq!(code, 0, "{errors}");
    let report: Value = serde_json::from_str(&out).expect("one JSON object");
    assert_eq!(report["n"], 274);
    assert!(report["macro_f1"].is_object() || report["macro_f1"].is_number(), "{report:#}");
}

#[test]
fn source_check_tries_the_golden_pages_and_names_what_differs() {
    let dir = tempfile::tempdir().expect("a folder");
    let sources = root().join("seeds/sources");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["source", "check"]).arg(&sources));
    assert_eq!(code, 0, "{errors}");
    assert_eq!(out.matches("一致").count(), 4, "{out}");

    std::fs::create_dir(dir.path().join("golden")).expect("a folder");
    for file in ["sample-classified-index.html", "sample-classified-detail.html"] {
        std::fs::copy(sources.join("golden").join(file), dir.path().join("golden").join(file)).expect("a copy");
    }
    let text = std::fs::read_to_string(sources.join("sample-classified.toml")).expect("a definition");
    let changed = text.replace("span.price", "span.cost");
    std::fs::write(dir.path().join("site.toml"), &changed).expect("a definition");
    let (code, out, errors) = run(tanzhao(dir.path()).args(["source", "check", "site.toml"]));
    assert_eq!(code, 5, "a definition that does not fit its pages: {errors}");
    assert!(out.contains("price") && out.contains("应为 30元"), "{out}");

    std::fs::write(dir.path().join("site.toml"), text.replace("classified-index", "classified-nowhere")).expect("one");
    let (code, out, _) = run(tanzhao(dir.path()).args(["source", "check", "site.toml"]));
    assert_eq!(code, 5);
    assert!(out.contains("sample-classified-nowhere.html: cannot be read"), "{out}");
}

#[test]
fn source_try_shows_both_readings() {
    let dir = tempfile::tempdir().expect("a folder");
    let sources = root().join("seeds/sources");
    let page = "<meta charset=utf-8><h1 class=title>初三数学小班</h1>\
        <article>周末上课,六人一班,讲练结合,先试听再交费,电话13904210000。</article><p>价格:80元/次</p>";
    std::fs::write(dir.path().join("page.html"), page).expect("a page");
    let url = "http://127.0.0.1:18731/ad/c001.html";
    let (code, out, errors) = run(tanzhao(dir.path())
        .args(["source", "try", "sample-classified", "page.html", "--url", url, "--sources"])
        .arg(&sources));
    assert_eq!(code, 0, "{errors}");
    for words in ["判断 按定义", "定义未取到", "13904210000", "<text:价格>", "<h1.title#0>"] {
        assert!(out.contains(words), "{words}: {out}");
    }
    std::fs::write(dir.path().join("wall.html"), "<meta charset=utf-8><title>安全验证</title><p>请完成验证后继续访问")
        .expect("a page");
    let (_, out, _) = run(tanzhao(dir.path())
        .args(["source", "try", "sample-classified", "wall.html", "--url", url, "--sources"])
        .arg(&sources));
    assert!(out.contains("按定义：验证码或浏览器检测页"), "{out}");
}
