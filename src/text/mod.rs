//! What was written -> what was meant, without losing the original.
//!
//! [`Cleaner`] turns the text of a listing into [`ClearText`]: lower-case ASCII, simplified characters, compatibility
//! forms folded, disguises undone. Every clear character knows the characters of the original it came from, so that
//! whatever is found in the clear text is quoted in the poster's own writing.
//!
//! The order is fixed: [`fold`] (characters) and then, until nothing changes any more, [`rules`] (sound-alikes, pinyin,
//! split characters, picture words), [`joins`] (separators inside words) and [`digits`] (numbers in disguise).

pub mod cleaner;
pub mod clear;
pub mod digits;
pub mod fingerprint;
pub mod fold;
pub mod guards;
pub mod joins;
pub mod lexicon;
pub mod rules;
pub mod search;
pub mod sieve;
pub mod tables;
pub mod tokens;
pub mod words;

pub use cleaner::Cleaner;
pub use clear::ClearText;
pub use fingerprint::Fingerprint;
pub use lexicon::{Lexicon, LexiconError};
pub use search::IndexText;
pub use sieve::Sieve;
pub use tokens::{Token, Tokenizer};
pub use words::{Beginnings, Words};
