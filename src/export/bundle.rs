//! Packing: the files of a county's package into one zip that appears whole or not at all.

use super::{
    ledger::ledger,
    manifest::{Counts, FORMAT, MANIFEST_NAME, Manifest, PackedFile, PackedPicture, PackedProof, PictureState},
    package::{CaptureFile, ExportError, LeadFile, PackageSpec, Pictured, beijing_words},
    sheet::{SHEET_NAME, sheet},
    verify::verify,
};
use crate::domain::beijing;
use crate::evidence::{HashingWriter, SealedRoot, sha256_hex};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// The ledger's name in a package.
pub const LEDGER_NAME: &str = "线索清单.xlsx";

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleReceipt {
    /// Where the package is.
    pub path: PathBuf,
    /// SHA-256 of the whole zip: the next package's `previous_digest`.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// The manifest inside.
    pub manifest: Manifest,
}

/// Writes a county's package into `dir` as `<county code>_<yyyymmdd>_<n>.zip`, with the first free number of the day.
///
/// The file is read back and verified before it gets its name, so a name that exists stands for a whole package.
///
/// # Errors
/// When a lead has no number, a capture is damaged, or the disk refuses; no package is left then.
pub fn write_bundle(dir: &Path, spec: &PackageSpec, leads: &[LeadFile]) -> Result<BundleReceipt, ExportError> {
    if spec.county.code.len() != 6 || !spec.county.code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ExportError::CountyCode { code: spec.county.code.clone() });
    }
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| ExportError::Disk { path, source }
    };
    fs::create_dir_all(dir).map_err(disk(dir))?;
    let path = free_name(dir, spec);
    let partial = path.with_extension("partial");
    let written = (|| {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&partial)
            .map_err(disk(&partial))?;
        let manifest = pack(&mut file, spec, leads)?;
        file.sync_all().map_err(disk(&partial))?;
        let (sha256, bytes) = digest(&mut file).map_err(disk(&partial))?;
        let report = verify(&mut file).map_err(|error| ExportError::Unverified { problem: error.to_string() })?;
        if let Some(problem) = report.problems.first() {
            return Err(ExportError::Unverified { problem: problem.to_string() });
        }
        fs::rename(&partial, &path).map_err(disk(&path))?;
        Ok(BundleReceipt { path: path.clone(), sha256, bytes, manifest })
    })();
    if written.is_err() {
        // The error that matters is the first one; a file that never came to be cannot be removed.
        let _ = fs::remove_file(&partial);
    }
    written
}

fn free_name(dir: &Path, spec: &PackageSpec) -> PathBuf {
    let day = beijing(spec.generated_at).strftime("%Y%m%d").to_string();
    let name = |n: u64| dir.join(format!("{}_{day}_{n}.zip", spec.county.code));
    let mut n = 1;
    while name(n).exists() {
        n += 1;
    }
    name(n)
}

/// Packs into any place that can be written and sought; the same inputs give the same bytes.
///
/// # Errors
/// When a lead has no number, a capture is damaged, or the writer fails.
pub fn pack(out: impl Write + Seek, spec: &PackageSpec, leads: &[LeadFile]) -> Result<Manifest, ExportError> {
    let mut parcel = Parcel {
        zip: ZipWriter::new(out),
        files: Vec::new(),
        seals: BTreeMap::new(),
        proofs: Vec::new(),
        pictures: Vec::new(),
    };
    let mut counts = Counts { leads: leads.len(), ..Counts::default() };
    parcel.add(LEDGER_NAME.to_owned(), &ledger(spec, leads)?)?;
    let mut seen = BTreeSet::new();
    for file in leads {
        let label = file.label()?;
        if !seen.insert(label.clone()) {
            return Err(ExportError::Double { lead: label });
        }
        counts.listings += file.listings.len();
        parcel.add(format!("{label}/{SHEET_NAME}"), sheet(spec, file)?.as_bytes())?;
        // One page can hold several listings of a lead; it is archived once.
        let mut packed: BTreeMap<String, &str> = BTreeMap::new();
        for capture in file.listings.iter().filter_map(|(.., capture)| capture.as_ref()).chain(&file.originals) {
            let path = format!("{label}/{}", capture.packed_name());
            let known = packed.insert(path.clone(), &capture.sha256);
            if known == Some(capture.sha256.as_str()) {
                continue;
            }
            if known.is_some() || sha256_hex(&capture.bytes) != capture.sha256 {
                return Err(ExportError::DamagedCapture { lead: label, name: capture.name.clone() });
            }
            counts.captures += 1;
            parcel.prove(&path, capture);
            parcel.add(path, &capture.bytes)?;
            if let Some(pictured) = file.pictures.get(&capture.sha256) {
                counts.pictures += usize::from(pictured.is_ok());
                parcel.picture(&label, capture, pictured)?;
            }
        }
    }
    parcel.close(spec, counts)
}

struct Parcel<W: Write + Seek> {
    zip: ZipWriter<W>,
    files: Vec<PackedFile>,
    seals: BTreeMap<i64, SealedRoot>,
    proofs: Vec<PackedProof>,
    pictures: Vec<PackedPicture>,
}

impl<W: Write + Seek> Parcel<W> {
    fn add(&mut self, path: String, bytes: &[u8]) -> Result<(), ExportError> {
        self.store(&path, bytes)?;
        self.files.push(PackedFile::of(path, bytes));
        Ok(())
    }

    fn prove(&mut self, path: &str, capture: &CaptureFile) {
        if let Some((seal, proof)) = &capture.sealed {
            self.seals.insert(seal.number, seal.clone());
            self.proofs.push(PackedProof { path: path.to_owned(), seal: seal.number, proof: proof.clone() });
        }
    }

    /// Puts the picture of a capture and its text beside it, or notes why there is none.
    fn picture(&mut self, label: &str, capture: &CaptureFile, pictured: &Pictured) -> Result<(), ExportError> {
        let beside = |end| format!("{label}/{}", capture.beside(end));
        let state = match pictured {
            Ok(page) => {
                let bytes = fs::read(&page.png)
                    .map_err(|source| ExportError::Picture { name: capture.name.clone(), source })?;
                // Whoever opens the text alone has to know what it is.
                let text = format!(
                    "【由存档 {} 于 {}(北京时间)事后渲染所见文字，联系方式等已掩码，原文以存档为准】\n\n{}\n",
                    capture.packed_name(),
                    beijing_words(page.painted_at),
                    page.text
                );
                self.add(beside("png"), &bytes)?;
                self.add(beside("txt"), text.as_bytes())?;
                PictureState::Painted {
                    png: beside("png"),
                    text: beside("txt"),
                    painted_at: page.painted_at,
                    browser: page.browser.clone(),
                    painted_from: page.from,
                    chinese_font: page.han,
                }
            }
            Err(reason) => PictureState::Missing { missing: reason.clone() },
        };
        self.pictures.push(PackedPicture { capture: format!("{label}/{}", capture.packed_name()), state });
        Ok(())
    }

    fn store(&mut self, path: &str, bytes: &[u8]) -> Result<(), ExportError> {
        // A fixed time: the time that counts is in the manifest, and the packer's clock must not change the bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(path, options)?;
        self.zip.write_all(bytes).map_err(|error| ExportError::Zip(error.into()))
    }

    fn close(mut self, spec: &PackageSpec, counts: Counts) -> Result<Manifest, ExportError> {
        let mut files = std::mem::take(&mut self.files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut proofs = std::mem::take(&mut self.proofs);
        proofs.sort_by(|a, b| a.path.cmp(&b.path));
        let mut pictures = std::mem::take(&mut self.pictures);
        pictures.sort_by(|a, b| a.capture.cmp(&b.capture));
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            county: spec.county.clone(),
            generated_at: spec.generated_at,
            counts,
            versions: spec.versions.clone(),
            draft: spec.draft,
            previous_package_sha256: spec.previous_digest.clone(),
            files,
            audit: spec.audit.clone(),
            seals: std::mem::take(&mut self.seals).into_values().collect(),
            proofs,
            pictures,
        };
        self.store(MANIFEST_NAME, &serde_json::to_vec_pretty(&manifest)?)?;
        self.zip.finish()?.flush().map_err(|error| ExportError::Zip(error.into()))?;
        Ok(manifest)
    }
}

fn digest(file: &mut File) -> io::Result<(String, u64)> {
    file.rewind()?;
    let mut writer = HashingWriter::new(io::sink());
    io::copy(file, &mut writer)?;
    file.rewind()?;
    let (_, sha256, bytes) = writer.finish();
    Ok((sha256, bytes))
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
