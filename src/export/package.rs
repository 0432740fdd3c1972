//! What goes into a package, as plain data.

use crate::{
    domain::{Assessment, Contact, Listing, beijing},
    evidence::{AuditHead, InclusionProof, SealedRoot},
    leads::Lead,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, path::PathBuf};

/// Who receives the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct County {
    /// The six-digit division code.
    pub code: String,
    /// The name people read.
    pub name: String,
}

/// All that is said about a package beside its leads.
#[derive(Clone, Debug)]
pub struct PackageSpec {
    /// The receiver.
    pub county: County,
    /// SHA-256 of the county's package before this one; `None` for the first.
    pub previous_digest: Option<String>,
    /// When the package is made.
    pub generated_at: Timestamp,
    /// Versions by name, for example `software`, `model`, `lexicon`.
    pub versions: BTreeMap<String, String>,
    /// Chinese names of the suspected matters, by code; a code without a name is shown alone.
    pub matter_names: BTreeMap<String, String>,
    /// Head of the audit log when the package is made.
    pub audit: Option<AuditHead>,
    /// A look beforehand with leads that nobody has confirmed: it counts as no hand-over, and everything in it says so.
    pub draft: bool,
}

impl PackageSpec {
    /// What titles of a draft begin with; empty for a package that counts.
    #[must_use]
    pub const fn title_mark(&self) -> &'static str {
        if self.draft { "【预览，未经确认】" } else { "" }
    }

    /// The matter as people read it, for example `M01 擅自有偿开展学科类培训`.
    #[must_use]
    pub fn matter(&self, code: &str) -> String {
        self.matter_names.get(code).map_or_else(|| code.to_owned(), |name| format!("{code} {name}"))
    }
}

/// An archived page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureFile {
    /// Its name in the capture folder; the last part is kept in the package.
    pub name: String,
    /// The hexadecimal SHA-256 recorded when it was fetched.
    pub sha256: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The Merkle root it is sealed under, and the way to it.
    pub sealed: Option<(SealedRoot, InclusionProof)>,
}

impl CaptureFile {
    /// The path inside the package, below the lead's folder.
    #[must_use]
    pub fn packed_name(&self) -> String {
        let last = self.name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("capture");
        // A name that comes from outside must not climb out of the folder where the package is opened.
        let safe: String =
            last.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
        format!("存档/{}", safe.trim_start_matches('.'))
    }

    /// The path of its picture (`png`) or text (`txt`), beside it.
    #[must_use]
    pub fn beside(&self, end: &str) -> String {
        let packed = self.packed_name();
        format!("{}.{end}", packed.strip_suffix(".warc.gz").unwrap_or(&packed))
    }
}

/// What a receiver has to do with a lead in its package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// It is the receiver's own.
    Handles,
    /// Another county handles it; its listings name the receiver too.
    Knows,
    /// Its listings name several counties: the city co-ordinates them.
    Coordinates,
}

impl Duty {
    /// The word people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Handles => "主办",
            Self::Knows => "抄送",
            Self::Coordinates => "市级协调",
        }
    }
}

/// An archived page as a browser shows it, painted from the archive for the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagePicture {
    /// The PNG on disk; it is read when it is packed.
    pub png: PathBuf,
    /// Whether Chinese can be read in it: the machine had a font for it.
    pub han: bool,
    /// The text a reader sees, masked like every working copy.
    pub text: String,
    /// When it was painted.
    pub painted_at: Timestamp,
    /// Name and version of the browser.
    pub browser: String,
    /// What was painted.
    pub from: PaintedFrom,
}

/// What of a capture was painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaintedFrom {
    /// The document as its scripts had left it when it was fetched.
    Finished,
    /// The document that the server sent.
    Sent,
    /// Data that the server sent, shown as text.
    Data,
}

impl PaintedFrom {
    /// What people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Finished => "采集时脚本运行后的网页文档",
            Self::Sent => "服务器返回的网页文档",
            Self::Data => "服务器返回的数据（按文本显示）",
        }
    }
}

/// A picture, or in Chinese why there is none.
pub type Pictured = Result<PagePicture, String>;

/// A lead with what it rests on.
#[derive(Clone, Debug)]
pub struct LeadFile {
    /// The lead; it must have its number.
    pub lead: Lead,
    /// What the receiver has to do with it.
    pub duty: Duty,
    /// Six-digit code of who handles it.
    pub handled_by: String,
    /// The last day for the county's answer, where one is fixed.
    pub due: Option<Date>,
    /// Its listings, what we think of each, and the archived page where one is kept.
    pub listings: Vec<(Listing, Assessment, Option<CaptureFile>)>,
    /// Captures that the listings' captures refer to: bodies of revisits, and the robots.txt that were in force.
    pub originals: Vec<CaptureFile>,
    /// What the listings' captures look like, by SHA-256 of the capture.
    pub pictures: BTreeMap<String, Pictured>,
}

impl LeadFile {
    /// The lead's number as people write it.
    ///
    /// # Errors
    /// When the lead was never stored and has no number.
    pub fn label(&self) -> Result<String, ExportError> {
        self.lead.id.map(crate::domain::LeadId::label).ok_or(ExportError::Unnumbered)
    }

    /// SHA-256 of the captures that show its listings.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        self.listings.iter().filter_map(|(.., capture)| Some(capture.as_ref()?.sha256.as_str()))
    }

    /// The lead's contacts.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.lead.contacts.iter().map(|seen| &seen.contact)
    }
}

/// Why a package could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A lead without a number cannot be referred to.
    #[error("a lead has no number yet; store it before it is exported")]
    Unnumbered,
    /// Two leads of one package share a number.
    #[error("lead {lead} is in the package twice")]
    Double {
        /// The number.
        lead: String,
    },
    /// The county code would not make a file name.
    #[error("county code `{code}` is not six digits")]
    CountyCode {
        /// The code.
        code: String,
    },
    /// A stored capture is no longer what was fetched.
    #[error("capture {name} of lead {lead} does not match its recorded SHA-256 and is not handed over")]
    DamagedCapture {
        /// The lead.
        lead: String,
        /// The capture.
        name: String,
    },
    /// The ledger could not be made.
    #[error("the ledger could not be written")]
    Ledger(#[from] rust_xlsxwriter::XlsxError),
    /// The zip could not be made.
    #[error("the package could not be packed")]
    Zip(#[from] zip::result::ZipError),
    /// The manifest could not be made.
    #[error("the manifest could not be written")]
    Manifest(#[from] serde_json::Error),
    /// The finished file does not hold what was put in; it is removed.
    #[error("the package was written but does not verify: {problem}")]
    Unverified {
        /// The first problem.
        problem: String,
    },
    /// A picture is no longer where it was put.
    #[error("the picture of capture {name} cannot be read")]
    Picture {
        /// The capture.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk refused.
    #[error("cannot write {}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A time in the form people read: `2026-11-25 14:03:07`.
#[must_use]
pub fn beijing_words(at: Timestamp) -> String {
    beijing(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The Chinese names of some codes, joined.
pub(super) fn joined<T>(items: &[T], name: impl Fn(&T) -> String) -> String {
    items.iter().map(name).collect::<Vec<_>>().join("、")
}
