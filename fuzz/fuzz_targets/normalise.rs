//! Cleaning never panics, changes nothing when done twice and always quotes the original.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tanzhao::{app::builtin, assess::Reading};

static READING: LazyLock<Reading> = LazyLock::new(|| builtin::reading().expect("the built-in word lists"));

fuzz_target!(|text: &str| {
    let clear = READING.cleaner.clean(text);
    assert_eq!(READING.cleaner.clean(clear.as_str()).as_str(), clear.as_str());
    let span = clear.span(0..clear.as_str().len());
    assert!(span.start <= span.end && span.end <= text.chars().count());
    assert_eq!(clear.quote(span), span.slice(text));
});
