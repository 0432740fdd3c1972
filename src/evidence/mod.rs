//! Bytes that must stand up later: the archived capture, its digests, and the masked words people see.
//!
//! Everything here is pure: bytes come in as slices and leave through `impl Write`.

pub mod decode;
pub mod mask;
pub mod seal;
pub mod warc;
pub mod warc_read;

pub use decode::{DecodeError, decode_body};
pub use mask::{Replacement, mask_contact, mask_spans, mask_text};
pub use seal::{Chain, HashingWriter, sha256_hex};
pub use warc::{CaptureRecord, Rendition, Sealed, write_capture};
pub use warc_read::{Capture, CaptureError, read_capture};
