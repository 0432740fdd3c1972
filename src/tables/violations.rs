//! Rows of past violations.

use super::{Fields, FileKind, TableRecord};
use crate::domain::Violation;

impl TableRecord for Violation {
    const KIND: FileKind = FileKind::Records;

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let (party, decided_on) = (fields.needed_name("party"), fields.needed_day("decided_on"));
        Some(Self {
            party: party?,
            decided_on: decided_on?,
            matter: fields.text("matter"),
            document: fields.text("document"),
            address: fields.text("address"),
            phones: fields.phones("phones"),
            result: fields.text("result"),
            county: fields.text("county"),
        })
    }
}
