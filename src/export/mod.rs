//! What the county receives: one zip with the ledger, an evidence sheet for each lead, the archived pages and a manifest.
//!
//! Working copies show contacts masked; the originals stand only in the sealed captures and in the pictures painted from them,
//! which lie beside them. The same inputs give the same
//! bytes, so a package can be made again and compared.

mod archives;
pub mod bundle;
pub mod ledger;
pub mod manifest;
pub mod package;
pub mod plots;
pub mod sheet;
pub mod verify;

pub use bundle::{BundleReceipt, write_bundle};
pub use manifest::{Counts, Manifest, PackedFile, PackedPicture, PackedProof, PictureState};
pub use package::{CaptureFile, County, Duty, ExportError, LeadFile, PackageSpec, PagePicture, PaintedFrom, Pictured};
pub use plots::{PlotError, plots};
pub use verify::{Problem, VerifyError, VerifyReport, verify};
