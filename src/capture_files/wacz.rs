//! WACZ 1.1: a zip of WARC files with the pages that were visited and a digest of every member.
//!
//! The digests are checked before anything is read: a package that is not what it says is refused as a whole.

use super::{
    FileError, Limits, Sink, digest,
    metered::{Allowance, Metered},
    warc,
};
use crate::evidence::{HashingWriter, sha256_hex};
use serde::Deserialize;
use std::{
    collections::{BTreeSet, HashSet},
    io::{self, BufReader, Read, Seek},
    ops::ControlFlow,
    path::Path,
};
use zip::ZipArchive;

const PACKAGE: &str = "datapackage.json";
const SEAL: &str = "datapackage-digest.json";
/// Neither list is longer in earnest.
const LIST_BYTES: usize = 64 << 20;

#[derive(Deserialize)]
struct Package {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    path: String,
    hash: String,
    #[serde(default)]
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Seal {
    hash: String,
}

#[derive(Deserialize)]
struct Visited {
    url: Option<String>,
}

/// Reads a WACZ.
pub(super) fn read(
    input: impl Read + Seek,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<ControlFlow<()>, FileError> {
    let mut zip = ZipArchive::new(input).map_err(FileError::Zip)?;
    if zip.len() > limits.records {
        return Err(FileError::TooMany { limit: limits.records });
    }
    let package = package(&mut zip)?;
    let allowance = Allowance::new(limits.total_bytes);
    for resource in &package.resources {
        check(&mut zip, resource, &allowance, limits.total_bytes)?;
    }
    let archives = archives(&zip, &package)?;
    let pages = pages(&mut zip, &package)?;
    for member in archives {
        let file = zip.by_name(&member).map_err(|error| refused(&member, error.to_string()))?;
        let part = warc::Part { member: &member, pages: pages.as_ref() };
        if warc::read(BufReader::with_capacity(1 << 16, file), &part, limits, sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn refused(member: &str, problem: impl Into<String>) -> FileError {
    FileError::Package { member: member.to_owned(), problem: problem.into() }
}

/// A small member, whole.
fn small<R: Read + Seek>(zip: &mut ZipArchive<R>, member: &str) -> Result<Option<Vec<u8>>, FileError> {
    let file = match zip.by_name(member) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(refused(member, error.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(LIST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| refused(member, error.to_string()))?;
    if bytes.len() > LIST_BYTES {
        return Err(FileError::TooLarge { what: member.to_owned(), limit: LIST_BYTES });
    }
    Ok(Some(bytes))
}

/// The list of members, itself checked against its seal where there is one.
fn package<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<Package, FileError> {
    let bytes = small(zip, PACKAGE)?.ok_or_else(|| refused(PACKAGE, "没有这个文件，不是 WACZ"))?;
    if let Some(seal) = small(zip, SEAL)? {
        let seal: Seal = serde_json::from_slice(&seal).map_err(|error| refused(SEAL, error.to_string()))?;
        if digest::fits(&seal.hash, &bytes) != Some(true) {
            return Err(refused(PACKAGE, format!("摘要应为 {}，实际 sha256:{}", seal.hash, sha256_hex(&bytes))));
        }
    }
    serde_json::from_slice(&bytes).map_err(|error| refused(PACKAGE, error.to_string()))
}

/// One member against its stated size and digest.
fn check<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    resource: &Resource,
    allowance: &Allowance,
    total_bytes: u64,
) -> Result<(), FileError> {
    let member = resource.path.as_str();
    let stated = resource.hash.strip_prefix("sha256:").filter(|hex| hex.len() == 64);
    let stated = stated.ok_or_else(|| refused(member, format!("摘要为 `{}`，应为 sha256:", resource.hash)))?;
    let file = zip.by_name(member).map_err(|error| refused(member, error.to_string()))?;
    let mut writer = HashingWriter::new(io::sink());
    io::copy(&mut Metered::new(file, allowance), &mut writer).map_err(|error| {
        match FileError::stream(0, total_bytes, error) {
            bomb @ FileError::Bomb { .. } => bomb,
            other => refused(member, other.to_string()),
        }
    })?;
    let (_, found, bytes) = writer.finish();
    if let Some(size) = resource.bytes.filter(|size| *size != bytes) {
        return Err(refused(member, format!("大小应为 {size} 字节，实际 {bytes} 字节")));
    }
    if !found.eq_ignore_ascii_case(stated) {
        return Err(refused(member, format!("SHA-256 应为 {stated}，实际 {found}")));
    }
    Ok(())
}

/// The WARC files, each of them listed with a digest.
fn archives<R: Read + Seek>(zip: &ZipArchive<R>, package: &Package) -> Result<Vec<String>, FileError> {
    let listed: BTreeSet<&str> = package.resources.iter().map(|resource| resource.path.as_str()).collect();
    let mut found = BTreeSet::new();
    for name in zip.file_names() {
        let name = name.map_err(|error| refused("(文件名无法辨认)", error.to_string()))?.into_owned();
        let lower = name.to_ascii_lowercase();
        let is_warc = Path::new(lower.trim_end_matches(".gz")).extension().is_some_and(|end| end == "warc");
        if lower.starts_with("archive/") && is_warc {
            if !listed.contains(name.as_str()) {
                return Err(refused(&name, "datapackage.json 中没有列出"));
            }
            found.insert(name);
        }
    }
    if found.is_empty() {
        Err(refused("archive/", "包中没有 WARC 文件"))
    } else {
        Ok(found.into_iter().collect())
    }
}

/// The addresses that the person visited; `None` when the package does not list any.
fn pages<R: Read + Seek>(zip: &mut ZipArchive<R>, package: &Package) -> Result<Option<HashSet<String>>, FileError> {
    let mut visited = HashSet::new();
    for resource in package.resources.iter().filter(|resource| resource.path.starts_with("pages/")) {
        let bytes = small(zip, &resource.path)?.unwrap_or_default();
        let lines = String::from_utf8_lossy(&bytes);
        // A line that is no page, such as the header, names no address.
        visited.extend(lines.lines().filter_map(|line| serde_json::from_str::<Visited>(line).ok()?.url));
    }
    Ok((!visited.is_empty()).then_some(visited))
}
