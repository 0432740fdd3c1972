//! Bytes that must stand up later: the archived capture, its digests, and the masked words people see.
//!
//! Everything here is pure: bytes come in as slices and leave through `impl Write`.

pub mod audit;
pub mod cdxj;
pub mod circumstances;
pub mod decode;
pub mod mask;
pub mod merkle;
pub mod minors;
pub mod redact;
pub mod seal;
pub mod warc;
pub mod warc_read;

pub use audit::{AuditBreak, AuditFault, AuditHead, AuditRow, AuditWalk};
pub use cdxj::cdxj_lines;
pub use circumstances::{ArchivedRobots, Circumstances, RobotsInForce, TlsPeer};
pub use decode::{DecodeError, decode_body};
pub use mask::{Replacement, mask_contact, mask_spans, mask_text};
pub use merkle::{InclusionProof, MerkleTree, SealedRoot};
pub use minors::without_minors;
pub use redact::without_contacts;
pub use seal::{Chain, HashingWriter, sha256_hex};
pub use warc::{CaptureRecord, Rendition, RevisitProfile, Revisits, Sealed, write_capture};
pub use warc_read::{Archived, Capture, CaptureError, Revisit, read_archived, read_capture};
