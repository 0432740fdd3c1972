//! What can go wrong with the store, and the error policy of the project.
//!
//! The pure core returns small enums or nothing; each adapter has one enum of its own; the composition root and the binary
//! use `anyhow` with context. Expected refusals (a stale lease, a busy host) are data, not errors.

use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the data directory.
    #[error("data directory {path} is in use by another tanzhao process (lock file `tanzhao.lock`)")]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The directory cannot be used.
    #[error("data directory {path} cannot be used: {source}")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database was written by a newer program.
    #[error("database schema {found} is newer than this program knows (up to {known}); use the newer tanzhao")]
    TooNew {
        /// Of the file.
        found: i64,
        /// Of this program.
        known: i64,
    },
    /// No database there yet.
    #[error("no database in {path}; run `tanzhao sweep` first")]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// SQLite said no.
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A whole group of writes did not reach the disk; nothing of it is stored.
    #[error("database could not commit, nothing of the group was stored: {0}")]
    Commit(String),
    /// A recording stopped before its end; nothing of it is stored.
    #[error("the recording was abandoned, nothing of it was stored")]
    Abandoned,
    /// A stored JSON column is not what this program writes.
    #[error("database holds a damaged {column}: {source}")]
    Damaged {
        /// Which.
        column: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// What a person asked for is not possible now; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// The writer thread is gone.
    #[error("the store was closed")]
    Closed,
}

impl StoreError {
    /// Whether the data directory itself is at fault (exit code 4).
    #[must_use]
    pub fn is_directory(&self) -> bool {
        match self {
            Self::Locked { .. } | Self::Directory { .. } | Self::TooNew { .. } | Self::Missing { .. } => true,
            Self::Sql(_)
            | Self::Commit(_)
            | Self::Abandoned
            | Self::Damaged { .. }
            | Self::Refused(_)
            | Self::Closed => false,
        }
    }
}
