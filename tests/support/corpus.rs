//! The committed corpus, for tests and benches; included by path where it is needed.

use std::path::Path;
use tanzhao::classify::{Labelled, read_jsonl};

/// Every row, file by file in the order of their names.
pub fn corpus() -> Vec<Labelled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let rows = files.iter().filter(|path| path.extension().is_some_and(|end| end == "jsonl")).flat_map(|path| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        read_jsonl(&name, &std::fs::read_to_string(path).expect("UTF-8")).expect("a corpus in order")
    });
    rows.collect()
}
