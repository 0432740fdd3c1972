//! Readers of spreadsheets never panic, keep to their limits, and give only rows that hold together.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use tanzhao::{
    domain::{Complaint, Institution, Violation},
    tables::{Feedback, Limits, read},
};

/// So that a finding costs memory before it costs the machine.
const LIMITS: Limits = Limits { file_bytes: 1 << 20, inflated_bytes: 1 << 22, rows: 1000 };

fuzz_target!(|bytes: &[u8]| {
    let today = date(2026, 11, 30);
    if let Ok(sheet) = read::<Institution>(bytes, &LIMITS, today) {
        assert!(sheet.rows.len() <= LIMITS.rows);
        assert!(sheet.rows.iter().all(|row| !row.value.name.is_empty() && row.place.row > 0));
    }
    if let Ok(sheet) = read::<Violation>(bytes, &LIMITS, today) {
        assert!(sheet.rows.iter().all(|row| row.value.decided_on <= today));
    }
    let _ = read::<Feedback>(bytes, &LIMITS, today);
    if let Ok(sheet) = read::<Complaint>(bytes, &LIMITS, today) {
        assert!(sheet.rows.iter().all(|row| row.value.due_on.is_none_or(|due| due >= row.value.received_on)));
    }
});
