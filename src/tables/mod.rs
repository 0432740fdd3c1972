//! Spreadsheets that people send (.xlsx, .csv) -> typed rows, with a report for every row that is not right.
//!
//! A file is read twice: first only the headers of all its sheets, then the rows. So a file with a column that looks like the
//! identity of a complainant is refused before one cell of it is read, and so is a file without the columns that are needed.
//! Cells are kept only for columns with a meaning; every other column is named in [`Sheet::ignored`] and dropped.
//!
//! Limits bound what a hostile file may cost: bytes, bytes after decompression, rows, columns and characters of a cell.

mod cell;
mod columns;
mod complaints;
mod dates;
mod delimited;
mod error;
mod feedback;
mod fields;
mod header;
mod institutions;
mod merges;
mod phones;
mod private;
mod violations;
mod workbook;
mod zipped;

#[cfg(test)]
mod tests;

pub use cell::Cell;
pub use columns::{Field, FileKind};
pub use dates::day_in;
pub use error::TableError;
pub use feedback::Feedback;
pub use fields::{Fields, RowProblem, TableRecord};
pub use phones::phones_in;

use crate::domain::{Numbered, RowPlace};
use header::Header;
use jiff::civil::Date;
use std::ops::ControlFlow;

/// What a file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: usize,
    /// Largest content after decompression, in bytes, all parts together.
    pub inflated_bytes: u64,
    /// Most rows below the headers, empty ones not counted.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 64 << 20, inflated_bytes: 512 << 20, rows: 200_000 }
    }
}

/// Columns beyond this one are not looked at.
const MAX_COLUMNS: usize = 256;
/// Problems kept with their words.
const MAX_PROBLEMS: usize = 50_000;
/// What a spreadsheet takes in one cell.
const MAX_CELL_CHARS: usize = 32_767;

/// A file as read.
#[derive(Clone, Debug)]
pub struct Sheet<T> {
    /// `xlsx` or `csv`.
    pub format: &'static str,
    /// The encoding of a CSV file.
    pub encoding: Option<&'static str>,
    /// Good rows, in the order of the file.
    pub rows: Vec<Numbered<T>>,
    /// What was wrong, in the order of the file; a row may have several. No more than fifty thousand.
    pub problems: Vec<RowProblem>,
    /// Problems beyond those.
    pub unlisted: usize,
    /// Rows that were refused.
    pub refused: usize,
    /// Columns without a meaning here, dropped unread.
    pub ignored: Vec<String>,
    /// Rows that were hidden in the spreadsheet and not read.
    pub hidden: usize,
    /// Rows that hold only a title, a remark or the header once more.
    pub captions: Vec<RowPlace>,
    /// Sheets in which no header was found.
    pub without_header: Vec<String>,
}

/// Reads a file whose name does not matter; `today` (Asia/Shanghai) tells days that cannot be yet.
///
/// # Errors
/// When the file as a whole cannot be used; see [`TableError`].
pub fn read<T: TableRecord>(bytes: &[u8], limits: &Limits, today: Date) -> Result<Sheet<T>, TableError> {
    if bytes.len() > limits.file_bytes {
        return Err(TableError::TooLarge { found: bytes.len() as u64, most: limits.file_bytes as u64 });
    }
    let mut book = Book::open(bytes, limits, T::KIND)?;
    let mut sheet = Sheet {
        format: book.format(),
        encoding: book.encoding(),
        rows: Vec::new(),
        problems: Vec::new(),
        unlisted: 0,
        refused: 0,
        ignored: Vec::new(),
        hidden: 0,
        captions: Vec::new(),
        without_header: Vec::new(),
    };
    let headers = headers(&mut book, T::KIND, &mut sheet)?;
    let mut rows = 0;
    for (name, header) in &headers {
        for column in &header.ignored {
            if !sheet.ignored.contains(column) {
                sheet.ignored.push(column.clone());
            }
        }
        let mut over = false;
        sheet.hidden += book.each_row(name.as_deref(), &mut |row, cells| {
            if row <= header.last_row || cells.iter().all(Cell::is_empty) {
                return ControlFlow::Continue(());
            }
            let place = RowPlace { sheet: name.clone(), row };
            if header.is_caption(&cells) {
                sheet.captions.push(place);
                return ControlFlow::Continue(());
            }
            rows += 1;
            if rows > limits.rows {
                over = true;
                return ControlFlow::Break(());
            }
            let mut fields = Fields::new(header, &cells, place, today);
            let value = T::read(&mut fields);
            let (place, problems) = fields.finish();
            match value.filter(|_| !problems.iter().any(|problem| problem.refused)) {
                Some(value) => sheet.rows.push(Numbered { place, value }),
                None => sheet.refused += 1,
            }
            let room = MAX_PROBLEMS.saturating_sub(sheet.problems.len());
            sheet.unlisted += problems.len().saturating_sub(room);
            sheet.problems.extend(problems.into_iter().take(room));
            ControlFlow::Continue(())
        })?;
        if over {
            return Err(TableError::TooManyRows { most: limits.rows });
        }
    }
    Ok(sheet)
}

/// The headers of all sheets, before any row is read.
fn headers<T>(
    book: &mut Book<'_>,
    kind: FileKind,
    sheet: &mut Sheet<T>,
) -> Result<Vec<(Option<String>, Header)>, TableError> {
    let mut found = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for name in book.names() {
        let mut first = Vec::new();
        book.each_row(name.as_deref(), &mut |row, cells| {
            if !cells.iter().all(Cell::is_empty) {
                first.push((row, cells));
            }
            if first.len() > header::SEARCHED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if let Some(header) = header::find(&first, kind) {
            header.check(name.as_deref(), kind)?;
            found.push((name, header));
        } else {
            seen.extend(first.iter().take(3).flat_map(|(_, cells)| header::words(cells)).take(20));
            sheet.without_header.push(name.unwrap_or_else(|| "（文件）".to_owned()));
        }
    }
    if found.is_empty() {
        return Err(TableError::NoHeader { expected: kind.expected(), found: seen });
    }
    Ok(found)
}

/// Either kind of file.
enum Book<'a> {
    Xlsx(Box<workbook::Workbook<'a>>),
    Csv(delimited::Delimited),
}

/// Gets rows with their numbers.
type EachRow<'a> = &'a mut dyn FnMut(u32, Vec<Cell>) -> ControlFlow<()>;

impl<'a> Book<'a> {
    fn open(bytes: &'a [u8], limits: &Limits, kind: FileKind) -> Result<Self, TableError> {
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Ok(Self::Xlsx(Box::new(workbook::Workbook::open(bytes, limits)?)));
        }
        if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(TableError::OldWorkbook);
        }
        Ok(Self::Csv(delimited::Delimited::open(bytes, kind)?))
    }

    fn format(&self) -> &'static str {
        match self {
            Self::Xlsx(_) => "xlsx",
            Self::Csv(_) => "csv",
        }
    }

    fn encoding(&self) -> Option<&'static str> {
        match self {
            Self::Xlsx(_) => None,
            Self::Csv(file) => Some(file.encoding),
        }
    }

    fn names(&self) -> Vec<Option<String>> {
        match self {
            Self::Xlsx(book) => book.names().into_iter().map(Some).collect(),
            Self::Csv(_) => vec![None],
        }
    }

    /// Hands over the rows that are not hidden; gives the number of hidden ones.
    fn each_row(&mut self, name: Option<&str>, each: EachRow<'_>) -> Result<usize, TableError> {
        match (self, name) {
            (Self::Xlsx(book), Some(name)) => book.each_row(name, each),
            (Self::Csv(file), _) => file.each_row(each).map(|()| 0),
            (Self::Xlsx(_), None) => Ok(0),
        }
    }
}
