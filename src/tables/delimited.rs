//! CSV as people save it: UTF-8 with or without a mark, GB18030, UTF-16 with a mark; comma, semicolon or tab.

use super::{Cell, EachRow, FileKind, MAX_COLUMNS, TableError, header::Word};
use csv::{ByteRecord, Reader, ReaderBuilder};
use encoding_rs::{Encoding, GB18030, UTF_8};

/// A decoded file.
pub(super) struct Delimited {
    text: String,
    delimiter: u8,
    /// Its name.
    pub encoding: &'static str,
}

/// Records tried with each delimiter.
const TRIED: usize = 12;

impl Delimited {
    /// Decodes the bytes and finds the delimiter with which most headers are known.
    pub(super) fn open(bytes: &[u8], kind: FileKind) -> Result<Self, TableError> {
        let (text, encoding) = decode(bytes)?;
        if let Some(found) = other_format(&text) {
            return Err(TableError::NotATable { found: found.to_owned() });
        }
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|delimiter| (known_headers(&text, *delimiter, kind), std::cmp::Reverse(*delimiter == b'\t')))
            .unwrap_or(b',');
        let delimiter = if known_headers(&text, delimiter, kind) == 0 { b',' } else { delimiter };
        Ok(Self { text, delimiter, encoding })
    }

    /// Hands over the rows until told to stop.
    pub(super) fn each_row(&mut self, each: EachRow<'_>) -> Result<(), TableError> {
        let mut reader = reader(&self.text, self.delimiter);
        let mut record = ByteRecord::new();
        // A spreadsheet counts a record as one row however many lines it takes.
        let mut more_lines = 0;
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(TableError::Damaged { reason: error.to_string() }),
            }
            // The reader passes empty lines over before a record without moving its position.
            let (line, start) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
            let before = self.text.as_bytes().get(usize::try_from(start).unwrap_or(usize::MAX)..).unwrap_or_default();
            let empty =
                before.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
            let line = line.saturating_add(empty as u64);
            let row = u32::try_from(line.saturating_sub(more_lines)).unwrap_or(u32::MAX);
            let breaks: usize =
                record.iter().map(|field| field.split(|byte| *byte == b'\n').count().saturating_sub(1)).sum();
            more_lines += breaks as u64;
            let cells =
                record.iter().take(MAX_COLUMNS).map(|field| Cell::of_text(&String::from_utf8_lossy(field))).collect();
            if each(row, cells).is_break() {
                return Ok(());
            }
        }
    }
}

fn reader(text: &str, delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The most headers any of the first records shows with a delimiter.
fn known_headers(text: &str, delimiter: u8, kind: FileKind) -> usize {
    let records = reader(text, delimiter).into_byte_records().take(TRIED).flatten();
    let known = |record: &ByteRecord| {
        let words = record.iter().take(MAX_COLUMNS).map(String::from_utf8_lossy);
        words.filter(|word| kind.field_of(&Word::of(&word.chars().take(60).collect::<String>())).is_some()).count()
    };
    records.map(|record| known(&record)).max().unwrap_or(0)
}

/// The characters and the name of their encoding.
fn decode(bytes: &[u8]) -> Result<(String, &'static str), TableError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return accept(text.into_owned(), name(encoding));
    }
    if bytes.contains(&0) {
        let found = if bytes.len() > 1 && bytes.iter().take(400).filter(|byte| **byte == 0).count() > 40 {
            "没有标记的 UTF-16 文字或二进制数据"
        } else {
            "二进制数据"
        };
        return Err(TableError::NotATable { found: found.to_owned() });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), name(UTF_8)));
    }
    // A byte that is broken in either: the reading with fewer broken characters is right.
    let (chinese, _) = GB18030.decode_without_bom_handling(bytes);
    let (unicode, _) = UTF_8.decode_without_bom_handling(bytes);
    let broken = |text: &str| text.matches('\u{fffd}').count();
    if broken(&unicode) < broken(&chinese) {
        accept(unicode.into_owned(), name(UTF_8))
    } else {
        accept(chinese.into_owned(), name(GB18030))
    }
}

/// A few broken characters are the rows' problem, many are the file's.
fn accept(text: String, encoding: &'static str) -> Result<(String, &'static str), TableError> {
    let (mut broken, mut all) = (0usize, 0usize);
    for c in text.chars() {
        all += 1;
        broken += usize::from(c == '\u{fffd}');
    }
    if broken * 50 > all {
        let line = text.lines().position(|line| line.contains('\u{fffd}')).unwrap_or(0) + 1;
        return Err(TableError::Encoding { line });
    }
    Ok((text, encoding))
}

fn name(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "UTF-8" => "utf-8",
        "gb18030" => "gb18030",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        other => other,
    }
}

/// Files that some programs call a table.
fn other_format(text: &str) -> Option<&'static str> {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<table") {
        return Some("网页（HTML）");
    }
    if start.starts_with("<?xml") {
        return Some("XML");
    }
    start.starts_with("%pdf").then_some("PDF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let text = "机构名称,地址\n晨星培训学校,新华路";
        let gb = GB18030.encode(text).0.into_owned();
        let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (bytes, encoding) in
            [(text.as_bytes().to_vec(), "utf-8"), (gb.clone(), "gb18030"), (marked, "utf-8"), (wide, "utf-16le")]
        {
            assert_eq!(decode(&bytes), Ok((text.to_owned(), encoding)));
        }
        let mut damaged = gb.repeat(20);
        damaged.push(0xff);
        assert_eq!(decode(&damaged).map(|(_, name)| name), Ok("gb18030"));
        assert!(matches!(decode(&[0xff; 40]), Err(TableError::Encoding { line: 1 })));
        assert!(matches!(decode(b"PNG\0\0\0"), Err(TableError::NotATable { .. })));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        for (delimiter, sign, end) in [(b',', ",", "\n"), (b';', ";", "\r\n"), (b'\t', "\t", "\n")] {
            let text = format!("机构名称{sign}地址\n\n甲{sign}\"一\n二\"\n乙{sign}三\n").replace('\n', end);
            let mut file = Delimited::open(text.as_bytes(), FileKind::Registry).expect("a table");
            assert_eq!(file.delimiter, delimiter);
            let mut rows = Vec::new();
            file.each_row(&mut |row, cells| {
                rows.push((row, cells.len()));
                std::ops::ControlFlow::Continue(())
            })
            .expect("readable");
            assert_eq!(rows, [(1, 2), (3, 2), (4, 2)]);
        }
    }
}
