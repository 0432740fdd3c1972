//! The whole judgement never panics, its probabilities sum to one and its quotes stand in the original.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tanzhao::{app::builtin, assess::Toolkit, domain::ListingText};

static TOOLKIT: LazyLock<Toolkit> = LazyLock::new(|| builtin::toolkit(None).expect("the built-in model"));

fuzz_target!(|parts: (&str, &str, &str)| {
    let (title, body, city) = parts;
    let text = ListingText { title: title.to_owned(), body: body.to_owned(), site_city: city.to_owned() };
    let found = TOOLKIT.assess(&text);
    assert!((found.probabilities.to_array().iter().sum::<f64>() - 1.0).abs() < 1e-6);
    let full = text.full();
    for one in &found.evidence {
        assert_eq!(one.span.slice(&full), one.quote);
    }
    for one in &found.findings {
        assert_eq!(one.span.slice(&full), one.quote);
    }
});
