//! What is wrong with a definition, and where.

/// One problem of a definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {field}: found {found}, expected {expected}")]
pub struct ManifestError {
    /// The file's name as given to the parser.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The field's path, for example `page[1].link[0].selector`; `-` for the file as a whole.
    pub field: String,
    /// What stands there.
    pub found: String,
    /// What would be right.
    pub expected: String,
}
