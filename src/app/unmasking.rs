//! Contacts in full: only for a purpose, and only after the log has it.

use super::App;
use crate::{
    domain::{Act, AuditKind, LeadId, ListingId, Purpose},
    evidence::mask_text,
    leads::{Identifier, IdentifierKind},
    store::{Hit, StoreError},
};
use serde_json::json;

/// Writes down that the contacts of a lead are read in full; only after this may they be shown.
///
/// # Errors
/// The store's; nothing may be shown then.
pub async fn unmask(app: &App, lead: LeadId, listings: &[ListingId], purpose: &Purpose) -> Result<(), StoreError> {
    let details = json!({"listings": listings, "purpose": purpose.code, "note": mask_text(&purpose.note, &[])});
    let act = Act { who: app.who.clone(), kind: AuditKind::ContactsUnmasked, object: lead.label(), details };
    app.audit.append(act).await?;
    Ok(())
}

/// Listings that show a contact, newest first. The answer tells who uses it, so it needs a purpose too.
///
/// # Errors
/// The store's.
pub async fn who_shows(app: &App, contact: &str, purpose: &Purpose, limit: u32) -> Result<Vec<Hit>, StoreError> {
    let details = json!({"purpose": purpose.code, "note": mask_text(&purpose.note, &[])});
    let act = Act { who: app.who.clone(), kind: AuditKind::ContactSearched, object: "contact".to_owned(), details };
    let identifier = Identifier { kind: IdentifierKind::Contact, value: normal(contact) };
    app.search.showing(vec![identifier.key()], limit, act).await
}

/// A contact as the linker compares it: without what people put between digits, in small letters.
fn normal(contact: &str) -> String {
    let bare: String = contact.chars().filter(|c| !c.is_whitespace()).collect();
    let digits: String = bare.chars().filter(|c| !matches!(c, '-' | '(' | ')' | '+')).collect();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.strip_prefix("86").filter(|rest| rest.len() == 11).map_or(digits.clone(), ToOwned::to_owned);
    }
    bare.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    #[test]
    fn contacts_are_compared_as_the_linker_has_them() {
        for (typed, normal) in
            [("199 0421-3517", "19904213517"), ("+86 19904213517", "19904213517"), ("Shuxue-W", "shuxue-w"), ("", "")]
        {
            assert_eq!(super::normal(typed), normal);
        }
    }
}
