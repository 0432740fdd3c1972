//! Readers of recordings (HAR, WARC, WACZ, HTML, MHTML) never panic, keep to their limits and give only pages of the web.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::{io::Cursor, ops::ControlFlow};
use tanzhao::capture_files::{Found, Limits, read};

/// So that a finding costs memory before it costs the machine.
const LIMITS: Limits = Limits { body_bytes: 1 << 16, record_bytes: 1 << 17, total_bytes: 1 << 22, records: 1000 };

fuzz_target!(|bytes: &[u8]| {
    let _ = read(Cursor::new(bytes), &LIMITS, &mut |found| {
        if let Found::Page(page) = found {
            assert!(page.url.starts_with("http://") || page.url.starts_with("https://"));
            assert!(page.body.len() <= LIMITS.body_bytes && !page.where_in_file.is_empty());
            assert!(matches!(page.method.as_str(), "GET" | "POST"));
        }
        ControlFlow::Continue(())
    });
});
