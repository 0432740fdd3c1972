//! Checking a package without network or database: is every file what the manifest says, and every archive whole inside?

use super::{
    archives::{Archives, is_archive},
    manifest::{FORMAT, MANIFEST_NAME, Manifest, PackedFile, PackedPicture, PackedProof},
};
use crate::evidence::HashingWriter;
use std::{
    collections::BTreeSet,
    fmt,
    io::{self, Read, Seek, Write},
};
use zip::ZipArchive;

/// The largest manifest that is read.
const MANIFEST_BYTES: u64 = 64 << 20;
/// The largest archive that is opened; of a larger one only the digest is compared.
const ARCHIVE_BYTES: u64 = 64 << 20;

/// Why a file is no package at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not a zip, or a damaged directory.
    #[error("文件不是可读的 zip 包")]
    Zip(#[source] zip::result::ZipError),
    /// No manifest, or one that cannot be read.
    #[error("manifest.json 缺失或无法读取")]
    NoManifest(#[source] zip::result::ZipError),
    /// The manifest's bytes cannot be read.
    #[error("manifest.json 已损坏")]
    DamagedManifest(#[source] io::Error),
    /// The manifest is no manifest.
    #[error("manifest.json 内容不符合格式")]
    Manifest(#[from] serde_json::Error),
    /// Made by a program that this one does not know.
    #[error("包格式为 `{found}`,本程序只认 `{FORMAT}`")]
    Format {
        /// What the manifest says.
        found: String,
    },
}

/// One file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path inside the package.
    pub file: String,
    /// What is wrong.
    pub what: Fault,
}

/// What can be wrong with a file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The manifest lists it and it is not there.
    Missing,
    /// It is there and the manifest does not list it.
    Unlisted,
    /// The manifest lists it twice.
    ListedTwice,
    /// Its size differs.
    Size {
        /// Bytes by the manifest.
        stated: u64,
        /// Bytes found; reading stops one byte past the stated size.
        found: u64,
    },
    /// Its digest differs.
    Digest,
    /// The proof does not lead from the file to the sealed root, or the seal is not whole.
    Proof,
    /// It is an archive with a damaged record.
    Archive(String),
    /// It is a revisit, and the capture with the body is not in the lead's folder.
    NoOriginal,
    /// It cannot be read from the zip.
    Unreadable(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        match &self.what {
            Fault::Missing => f.write_str("清单中有，包内没有"),
            Fault::Unlisted => f.write_str("包内有，清单中没有"),
            Fault::ListedTwice => f.write_str("清单中重复列出"),
            Fault::Size { stated, found } if found > stated => write!(f, "大小不符，应为 {stated} 字节，实际更大"),
            Fault::Size { stated, found } => write!(f, "大小不符，应为 {stated} 字节，实际 {found} 字节"),
            Fault::Digest => f.write_str("SHA-256 不符，内容已被改动"),
            Fault::Proof => f.write_str("封存证明不成立（文件与当日默克尔根不符）"),
            Fault::Archive(why) => write!(f, "WARC 存档内部有误（{why}）"),
            Fault::NoOriginal => f.write_str("是未变化页面的记录，但同一线索内没有其正文存档"),
            Fault::Unreadable(why) => write!(f, "无法读取（{why}）"),
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The manifest.
    pub manifest: Manifest,
    /// Files that are exactly as stated.
    pub intact: usize,
    /// All others, in the order of the manifest.
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    /// Whether everything is as stated.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Reads a package again and checks every file against the manifest; faults of single files are in the report.
///
/// # Errors
/// When it is no zip, or its manifest is missing, damaged or of another format.
pub fn verify(reader: impl Read + Seek) -> Result<VerifyReport, VerifyError> {
    let mut zip = ZipArchive::new(reader).map_err(VerifyError::Zip)?;
    let manifest = read_manifest(&mut zip)?;
    let (mut problems, mut archives) = (Vec::new(), Archives::default());
    let (mut listed, mut intact) = (BTreeSet::from([MANIFEST_NAME.to_owned()]), 0);
    for file in &manifest.files {
        let fault = if listed.insert(file.path.clone()) {
            check(&mut zip, file, &mut archives)
        } else {
            Some(Fault::ListedTwice)
        };
        match fault {
            Some(what) => problems.push(Problem { file: file.path.clone(), what }),
            None => intact += 1,
        }
    }
    // A name that is no text cannot be in the manifest either.
    let names = zip.file_names().map(|name| name.map_or_else(|_| "(文件名无法辨认)".to_owned(), Into::into));
    let unlisted: BTreeSet<String> = names.filter(|name| !name.ends_with('/') && !listed.contains(name)).collect();
    problems.extend(unlisted.into_iter().map(|file| Problem { file, what: Fault::Unlisted }));
    problems.extend(archives.orphans());
    problems.extend(broken_proofs(&manifest));
    let pictured = manifest.pictures.iter().flat_map(PackedPicture::paths).filter(|path| !listed.contains(*path));
    problems.extend(pictured.map(|path| Problem { file: path.to_owned(), what: Fault::Missing }));
    Ok(VerifyReport { manifest, intact, problems })
}

/// Proofs that do not hold. The digests they start from are those of the manifest, which were compared with the files above.
fn broken_proofs(manifest: &Manifest) -> impl Iterator<Item = Problem> {
    let holds = |proof: &PackedProof| {
        let file = manifest.files.iter().find(|file| file.path == proof.path)?;
        let seal = manifest.seals.iter().find(|seal| seal.number == proof.seal)?;
        let root = proof.proof.root_over(&file.sha256)?;
        Some(root == seal.root && proof.proof.leaves == seal.leaves && seal.is_linked())
    };
    let broken = manifest.proofs.iter().filter(move |proof| holds(proof) != Some(true));
    broken.map(|proof| Problem { file: proof.path.clone(), what: Fault::Proof })
}

fn read_manifest(zip: &mut ZipArchive<impl Read + Seek>) -> Result<Manifest, VerifyError> {
    let mut bytes = Vec::new();
    zip.by_name(MANIFEST_NAME)
        .map_err(VerifyError::NoManifest)?
        .take(MANIFEST_BYTES)
        .read_to_end(&mut bytes)
        .map_err(VerifyError::DamagedManifest)?;
    let manifest: Manifest = serde_json::from_slice(&bytes)?;
    if manifest.format == FORMAT { Ok(manifest) } else { Err(VerifyError::Format { found: manifest.format }) }
}

/// Compares one file with the manifest, and opens it when it is an archive.
fn check(zip: &mut ZipArchive<impl Read + Seek>, stated: &PackedFile, archives: &mut Archives) -> Option<Fault> {
    let file = match zip.by_name(&stated.path) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Some(Fault::Missing),
        Err(error) => return Some(Fault::Unreadable(error.to_string())),
    };
    // Never more than stated: a small zip can unpack to any size.
    let mut file = file.take(stated.bytes.saturating_add(1));
    let opened = is_archive(&stated.path) && stated.bytes <= ARCHIVE_BYTES;
    let mut kept = Vec::new();
    let mut writer = HashingWriter::new(io::sink());
    let copied = if opened {
        file.read_to_end(&mut kept).and_then(|_| writer.write_all(&kept)).map(|()| kept.len() as u64)
    } else {
        if is_archive(&stated.path) {
            archives.leave_closed(&stated.path);
        }
        io::copy(&mut file, &mut writer)
    };
    if let Err(error) = copied {
        return Some(Fault::Unreadable(error.to_string()));
    }
    let (_, digest, found) = writer.finish();
    if found != stated.bytes {
        Some(Fault::Size { stated: stated.bytes, found })
    } else if !digest.eq_ignore_ascii_case(&stated.sha256) {
        Some(Fault::Digest)
    } else if opened {
        archives.open(&stated.path, &kept)
    } else {
        None
    }
}
