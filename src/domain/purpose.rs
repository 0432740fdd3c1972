//! **Purpose**: what somebody needs a full contact for.

use super::codes::PurposeCode;
use serde::Serialize;

/// A purpose with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Purpose {
    /// Of the short list.
    pub code: PurposeCode,
    /// In words; never empty for [`PurposeCode::Other`].
    pub note: String,
}

/// A purpose that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("purpose: found `{found}`, expected {expected} (may be followed by `:` and words), or words that say what for")]
pub struct PurposeError {
    /// What was given.
    pub found: String,
    /// The codes.
    pub expected: String,
}

impl Purpose {
    /// Reads a code, a code with words behind a colon, or words alone.
    ///
    /// ```
    /// use tanzhao::domain::{Purpose, PurposeCode};
    /// assert_eq!(Purpose::parse("verify:电话核实地址").unwrap().code, PurposeCode::Verify);
    /// assert_eq!(Purpose::parse("核对两条线索").unwrap().code, PurposeCode::Other);
    /// assert!(Purpose::parse(" ").is_err() && Purpose::parse("other:").is_err());
    /// ```
    ///
    /// # Errors
    /// When it is empty.
    pub fn parse(text: &str) -> Result<Self, PurposeError> {
        let text = text.trim();
        let (head, rest) = text.split_once([':', '：']).unwrap_or((text, ""));
        let purpose = match head.trim().parse() {
            Ok(code) => Self { code, note: rest.trim().to_owned() },
            Err(_) => Self { code: PurposeCode::Other, note: text.to_owned() },
        };
        // Signs alone say nothing either.
        let says = purpose.note.chars().any(char::is_alphanumeric);
        if says || purpose.code != PurposeCode::Other {
            return Ok(purpose);
        }
        let expected: Vec<&str> = PurposeCode::ALL.iter().map(|code| code.code()).collect();
        Err(PurposeError { found: text.to_owned(), expected: expected.join("|") })
    }
}
