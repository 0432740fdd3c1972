//! The model file: written whole, sealed with SHA-256, read strictly.

use super::features::Block;
use super::model::{CLASSES, Card, Model, ModelError, VERSION};
use super::tags::{HINTS, TAGS, TagModel};
use super::vocabulary::{Vocabulary, scales_of};
use sha2::{Digest, Sha256};

const MAGIC: &[u8] = b"TANZHAO-MODEL\n";
/// Length of the seal at the end, in bytes.
pub(super) const SEAL: usize = 32;

impl Model {
    /// The file; the same model gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let card = serde_json::to_vec(&self.card).unwrap_or_default();
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((card.len() as u32).to_le_bytes());
        out.extend(card);
        out.extend(self.bias.iter().flat_map(|value| value.to_le_bytes()));
        write_features(&mut out, &self.vocabulary, &self.weights);
        out.push(u8::from(self.tags.is_some()));
        if let Some(tags) = &self.tags {
            write_features(&mut out, &tags.vocabulary, &tags.weights);
            out.extend(tags.hints.iter().flatten().flat_map(|weight| weight.to_le_bytes()));
            out.extend(tags.thresholds.iter().flat_map(|value| value.to_le_bytes()));
        }
        let seal = Sha256::digest(&out);
        out.extend(seal);
        out
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is no model, of another version, damaged or inconsistent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let mut reader = Bytes(rest);
        let found = u32::from_le_bytes(reader.array()?);
        if found != VERSION {
            return Err(ModelError::Version { found, expected: VERSION });
        }
        let content = bytes.len().checked_sub(SEAL).ok_or(ModelError::Checksum)?;
        if content < MAGIC.len() || Sha256::digest(&bytes[..content])[..] != bytes[content..] {
            return Err(ModelError::Checksum);
        }
        let card_length = u32::from_le_bytes(reader.array()?) as usize;
        let card: Card = serde_json::from_slice(reader.take(card_length)?)
            .map_err(|error| ModelError::Inconsistent(format!("its card: {error}")))?;
        let bias: [f64; CLASSES] = reader.doubles()?;
        let (entries, weights) = read_features(&mut reader)?;
        let scales = scales_of(&card.params);
        let vocabulary = Vocabulary::from_entries(entries, scales);
        let tags = match reader.array()? {
            [0_u8] => None,
            [1] => {
                let (entries, weights) = read_features(&mut reader)?;
                let hints = (0..HINTS).map(|_| reader.floats()).collect::<Result<_, _>>()?;
                let vocabulary = Vocabulary::from_entries(entries, scales);
                Some(TagModel { vocabulary, weights, hints, thresholds: reader.doubles::<TAGS>()? })
            }
            [other] => return Err(ModelError::Inconsistent(format!("{other} where tags begin"))),
        };
        if reader.0.len() != SEAL {
            return Err(ModelError::Inconsistent("its length".to_owned()));
        }
        Ok(Self { card, vocabulary, weights, bias, tags })
    }
}

fn write_features<const N: usize>(out: &mut Vec<u8>, vocabulary: &Vocabulary, weights: &[[f32; N]]) {
    out.extend((weights.len() as u32).to_le_bytes());
    // The names are in order, so that each begins as the one before: only what differs is written.
    let mut before: &[u8] = &[];
    for ((name, idf), weights) in vocabulary.names().iter().zip(vocabulary.idf()).zip(weights) {
        let name = &name.as_bytes()[..name.len().min(usize::from(u16::MAX))];
        let shared = before.iter().zip(name).take(usize::from(u8::MAX)).take_while(|(a, b)| a == b).count();
        out.push(shared as u8);
        out.extend(((name.len() - shared) as u16).to_le_bytes());
        out.extend(&name[shared..]);
        before = name;
        out.extend(idf.to_le_bytes());
        out.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
    }
}

/// Names with their rarity, and the weights of each.
type Entries<const N: usize> = (Vec<(String, f32)>, Vec<[f32; N]>);

fn read_features<const N: usize>(reader: &mut Bytes) -> Result<Entries<N>, ModelError> {
    let count = u32::from_le_bytes(reader.array()?) as usize;
    let (mut entries, mut weights) = (Vec::new(), Vec::new());
    let mut bytes = Vec::new();
    for _ in 0..count {
        let [shared] = reader.array()?;
        if usize::from(shared) > bytes.len() {
            return Err(ModelError::Inconsistent("a feature name begins as no other".to_owned()));
        }
        bytes.truncate(usize::from(shared));
        let length = usize::from(u16::from_le_bytes(reader.array()?));
        bytes.extend(reader.take(length)?);
        let name = std::str::from_utf8(&bytes)
            .map_err(|_| ModelError::Inconsistent("a feature name is not UTF-8".to_owned()))?;
        let idf = f32::from_le_bytes(reader.array()?);
        let row: [f32; N] = reader.floats()?;
        if Block::of_name(name).is_none() || !idf.is_finite() {
            return Err(ModelError::Inconsistent(format!("feature `{name}`")));
        }
        entries.push((name.to_owned(), idf));
        weights.push(row);
    }
    Ok((entries, weights))
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ModelError> {
        let cut = || ModelError::Inconsistent("it ends too early".to_owned());
        let (head, tail) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn floats<const N: usize>(&mut self) -> Result<[f32; N], ModelError> {
        let mut out = [0.0; N];
        for value in &mut out {
            *value = f32::from_le_bytes(self.array()?);
        }
        let whole = out.iter().all(|value| value.is_finite());
        whole.then_some(out).ok_or_else(|| ModelError::Inconsistent("a weight is no number".to_owned()))
    }

    fn doubles<const N: usize>(&mut self) -> Result<[f64; N], ModelError> {
        let mut out = [0.0; N];
        for value in &mut out {
            *value = f64::from_le_bytes(self.array()?);
        }
        let whole = out.iter().all(|value| value.is_finite());
        whole.then_some(out).ok_or_else(|| ModelError::Inconsistent("a number is missing".to_owned()))
    }
}
