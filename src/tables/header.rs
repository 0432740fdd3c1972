//! Finding the header below titles, also where it is two rows high.

use super::{Cell, FileKind, MAX_COLUMNS, TableError, private};
use unicode_normalization::UnicodeNormalization;

/// So many rows with something in them are searched for the header.
pub(super) const SEARCHED: usize = 10;

/// A header for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Without spaces and marks.
    pub full: String,
    /// The same without what stands in brackets.
    pub bare: String,
}

impl Word {
    /// Squeezes a header.
    pub(super) fn of(text: &str) -> Self {
        let full: String = text
            .nfkc()
            .filter(|c| {
                !c.is_whitespace()
                    && !matches!(c, '*' | ':' | '、' | '。' | '"' | '\'' | '“' | '”' | '\u{feff}' | '\u{200b}')
            })
            .collect();
        let mut depth = 0usize;
        let bare = full
            .chars()
            .filter(|c| {
                let inside = depth > 0;
                match c {
                    '(' | '[' | '【' | '〔' => depth += 1,
                    ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
                    _ => return !inside,
                }
                false
            })
            .collect();
        Self { full, bare }
    }
}

/// Where the columns with a meaning are.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The first row of it.
    pub row: u32,
    /// The last row of it; data begin below.
    pub last_row: u32,
    /// What to look for.
    kind: FileKind,
    /// For each field of the kind its column and the header as written.
    pub columns: Vec<Option<(usize, String)>>,
    /// A field that two columns mean: both with their letters.
    doubled: Option<(usize, (String, String))>,
    /// A column that looks like somebody's identity.
    identity: Option<String>,
    /// Columns without a meaning.
    pub ignored: Vec<String>,
    /// All headers, for messages.
    found: Vec<String>,
    /// The squeezed headers by column, to recognise the header when it is repeated.
    squeezed: Vec<String>,
}

/// The words of a row, for messages.
pub(super) fn words(cells: &[Cell]) -> impl Iterator<Item = String> {
    cells.iter().filter(|cell| !cell.is_empty()).map(|cell| cell.shown().chars().take(20).collect())
}

/// Finds the header among the first rows that hold something.
pub(super) fn find(first: &[(u32, Vec<Cell>)], kind: FileKind) -> Option<Header> {
    let known = |row: &(u32, Vec<Cell>)| {
        let mut fields: Vec<usize> = row.1.iter().filter_map(|cell| kind.field_of(&Word::of(&text(cell)))).collect();
        fields.sort_unstable();
        fields.dedup();
        fields.len()
    };
    let counts: Vec<usize> = first.iter().map(known).collect();
    let (best, most) =
        counts.iter().copied().enumerate().take(SEARCHED).max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)))?;
    if most == 0 {
        return None;
    }
    let has = |at: Option<usize>| at.filter(|at| counts.get(*at).is_some_and(|count| *count > 0));
    let (upper, lower) = match (has(best.checked_sub(1)), has(best.checked_add(1))) {
        (_, Some(below)) => (best, below),
        (Some(above), None) => (above, best),
        (None, None) => (best, best),
    };
    let (top, bottom) = (first.get(upper)?, first.get(lower)?);
    // A row that only repeats the header (a page break right below it) is no second storey.
    let bottom = if top.1 == bottom.1 { top } else { bottom };
    Some(of_rows(top, bottom, kind))
}

/// Only written words can be a header.
fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.chars().take(60).collect(),
        _ => String::new(),
    }
}

fn of_rows(top: &(u32, Vec<Cell>), bottom: &(u32, Vec<Cell>), kind: FileKind) -> Header {
    let mut header = Header {
        row: top.0,
        last_row: bottom.0,
        kind,
        columns: vec![None; kind.fields().len()],
        doubled: None,
        identity: None,
        ignored: Vec::new(),
        found: Vec::new(),
        squeezed: Vec::new(),
    };
    let width = top.1.len().max(bottom.1.len()).min(MAX_COLUMNS);
    for column in 0..width {
        let [above, below] = [top, bottom].map(|row| row.1.get(column).map(text).unwrap_or_default());
        let (above, below) = (above.as_str(), below.as_str());
        header.squeezed.push(Word::of(if below.is_empty() { above } else { below }).full);
        if above.is_empty() && below.is_empty() {
            continue;
        }
        // The lower storey says more; 被投诉方 over 电话 says most together.
        let both = format!("{above}{below}");
        let names: Vec<&str> = if above == below || above.is_empty() {
            vec![below]
        } else if below.is_empty() {
            vec![above]
        } else {
            vec![below, &both, above]
        };
        let field = names.iter().find_map(|name| kind.field_of(&Word::of(name)).map(|field| (field, *name)));
        let shown = if above.is_empty() || above == below {
            below.to_owned()
        } else if below.is_empty() {
            above.to_owned()
        } else {
            format!("{above}/{below}")
        };
        let lettered = format!("{} 列 {shown}", letters(column));
        header.found.push(shown.clone());
        if field.is_none() && header.identity.is_none() && private::identity(kind, &Word::of(&both)).is_some() {
            header.identity = Some(lettered.clone());
        }
        match field {
            Some((field, _)) => match header.columns.get_mut(field) {
                Some(slot @ None) => *slot = Some((column, shown)),
                Some(Some((first, name))) if header.doubled.is_none() => {
                    header.doubled = Some((field, (format!("{} 列 {name}", letters(*first)), lettered)));
                }
                _ => {}
            },
            None => header.ignored.push(shown),
        }
    }
    header
}

/// The letters of a column, as spreadsheets show them.
fn letters(column: usize) -> String {
    let mut left = column;
    let mut out = Vec::new();
    loop {
        out.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        match (left / 26).checked_sub(1) {
            Some(next) => left = next,
            None => break,
        }
    }
    out.iter().rev().collect()
}

impl Header {
    /// Refuses a header that names a complainant, names a thing twice or lacks what is needed.
    pub(super) fn check(&self, sheet: Option<&str>, kind: FileKind) -> Result<(), TableError> {
        let sheet = sheet.map(str::to_owned);
        if let Some(column) = &self.identity {
            return Err(TableError::Identity { kind, sheet, row: self.row, column: column.clone() });
        }
        if let Some((field, columns)) = &self.doubled {
            let meaning = kind.fields().get(*field).map_or("", |field| field.zh());
            return Err(TableError::DoubledColumn { sheet, row: self.row, columns: columns.clone(), meaning });
        }
        let missing: Vec<String> = kind
            .fields()
            .iter()
            .zip(&self.columns)
            .filter(|(field, column)| field.required && column.is_none())
            .map(|(field, _)| field.headers.iter().take(5).copied().collect::<Vec<_>>().join("/"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(TableError::MissingColumns { sheet, row: self.row, missing, found: self.found.clone() })
    }

    /// The kind of file it belongs to.
    pub(super) fn kind(&self) -> FileKind {
        self.kind
    }

    /// Whether a row is a title, a remark or the header again: one text alone outside the columns that are needed, one text
    /// across three columns or more, or the headers.
    pub(super) fn is_caption(&self, cells: &[Cell]) -> bool {
        let filled: Vec<(usize, String)> = cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(at, cell)| (at, cell.shown()))
            .collect();
        let Some((first_at, first)) = filled.first() else { return false };
        let needed = |at: usize| {
            self.kind
                .fields()
                .iter()
                .zip(&self.columns)
                .any(|(field, column)| field.required && column.as_ref().is_some_and(|one| one.0 == at))
        };
        if filled.iter().all(|(_, text)| text == first)
            && (filled.len() >= 3 || (filled.len() == 1 && !needed(*first_at)))
        {
            return true;
        }
        filled.len() >= 2
            && filled
                .iter()
                .all(|(at, text)| self.squeezed.get(*at).is_some_and(|header| *header == Word::of(text).full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<Cell>) {
        (number, cells.iter().map(|text| Cell::of_text(text)).collect())
    }

    fn column_of(header: &Header, code: &str) -> Option<usize> {
        let at = header.kind.fields().iter().position(|field| field.code == code)?;
        header.columns.get(at)?.as_ref().map(|(column, _)| *column)
    }

    #[test]
    fn a_header_of_two_storeys_below_titles() {
        let rows = [
            row(1, &["朝阳市校外培训机构名册", "朝阳市校外培训机构名册", "朝阳市校外培训机构名册"]),
            row(2, &["制表日期：2026-11-01"]),
            row(4, &["序号", "机构信息", "机构信息", "机构信息", "类别"]),
            row(5, &["序号", "机构名称", "办学地址", "联系电话", "类别"]),
            row(6, &["1", "晨星培训学校", "新华路1号", "2812345", "学科类"]),
        ];
        let header = find(&rows, FileKind::Registry).expect("a header");
        assert_eq!((header.row, header.last_row), (4, 5));
        assert_eq!((column_of(&header, "name"), column_of(&header, "kind")), (Some(1), Some(4)));
        assert!(header.check(None, FileKind::Registry).is_ok());
        assert!(header.is_caption(&rows[3].1) && !header.is_caption(&rows[4].1));
        assert!(header.is_caption(&row(9, &["双塔区"]).1) && !header.is_caption(&row(9, &["", "晨星"]).1));
    }

    #[test]
    fn the_upper_storey_may_carry_the_meaning() {
        let rows = [
            row(1, &["编号", "受理日期", "被投诉方", "被投诉方"]),
            row(2, &["", "", "被投诉机构", "电话"]),
            row(3, &["T1", "2026-11-01", "晨星", "2812345"]),
        ];
        let header = find(&rows, FileKind::Reports).expect("a header");
        assert_eq!(column_of(&header, "phones"), Some(3));
        assert!(header.check(None, FileKind::Reports).is_ok());
    }

    #[test]
    fn letters_of_columns() {
        assert_eq!([0, 25, 26, 27, 701, 702].map(letters), ["A", "Z", "AA", "AB", "ZZ", "AAA"]);
    }

    #[test]
    fn doubled_and_missing_columns_are_named() {
        let doubled = find(&[row(3, &["机构名称", "单位名称", "地址"])], FileKind::Registry).expect("a header");
        let error = doubled.check(Some("双塔"), FileKind::Registry).expect_err("two names").to_string();
        assert!(
            error.contains("工作表“双塔”第 3 行") && error.contains("A 列 机构名称") && error.contains("B 列 单位名称"),
            "{error}"
        );
        let missing = find(&[row(1, &["地址", "电话"])], FileKind::Registry).expect("a header");
        let error = missing.check(None, FileKind::Registry).expect_err("no name").to_string();
        assert!(error.contains("机构名称/") && error.contains("地址、电话"), "{error}");
    }
}
