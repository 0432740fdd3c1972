//! The cells of one row by meaning, and what is wrong with them.

use super::{Cell, FileKind, header::Header, phones_in};
use crate::{domain::RowPlace, evidence::mask_text};
use jiff::civil::Date;
use serde::Serialize;

/// Something wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// Where.
    #[serde(flatten)]
    pub place: RowPlace,
    /// The header of the column as written in the file.
    pub column: String,
    /// What stands there, numbers masked, at most forty characters.
    pub found: String,
    /// What would have been right.
    pub expected: String,
    /// Whether the row was left out for it; otherwise only this cell was.
    pub refused: bool,
}

/// A kind of row.
pub trait TableRecord: Sized {
    /// The kind of file it stands in.
    const KIND: FileKind;

    /// Reads a row; what is wrong is noted in `fields`. `None` only together with a problem.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;
}

/// One row, by field code.
pub struct Fields<'a> {
    header: &'a Header,
    cells: &'a [Cell],
    place: RowPlace,
    today: Date,
    problems: Vec<RowProblem>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(header: &'a Header, cells: &'a [Cell], place: RowPlace, today: Date) -> Self {
        Self { header, cells, place, today, problems: Vec::new() }
    }

    pub(super) fn finish(self) -> (RowPlace, Vec<RowProblem>) {
        (self.place, self.problems)
    }

    /// The day on which the file is read, in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    fn cell(&self, code: &str) -> &'a Cell {
        const NOTHING: &Cell = &Cell::Empty;
        let column = self.header.kind().fields().iter().position(|field| field.code == code);
        let column = column.and_then(|at| self.header.columns.get(at)?.as_ref());
        column.and_then(|(column, _)| self.cells.get(*column)).unwrap_or(NOTHING)
    }

    fn problem(&mut self, code: &str, expected: impl Into<String>, refused: bool) {
        let fields = self.header.kind().fields();
        let at = fields.iter().position(|field| field.code == code);
        let written = at.and_then(|at| self.header.columns.get(at)?.as_ref()).map(|(_, name)| name.clone());
        let shown = self.cell(code).shown();
        let found: String = mask_text(&shown, &[]).chars().take(40).collect();
        self.problems.push(RowProblem {
            place: self.place.clone(),
            column: written
                .or_else(|| at.and_then(|at| fields.get(at)).map(|field| field.zh().to_owned()))
                .unwrap_or_else(|| code.to_owned()),
            found,
            expected: expected.into(),
            refused,
        });
    }

    /// Refuses the row for what stands in a column.
    pub fn refuse(&mut self, code: &str, expected: impl Into<String>) {
        self.problem(code, expected, true);
    }

    /// Leaves a cell out.
    pub fn leave_out(&mut self, code: &str, expected: impl Into<String>) {
        self.problem(code, expected, false);
    }

    /// A text that may be missing; an unreadable one is left out and reported.
    pub fn text(&mut self, code: &str) -> Option<String> {
        match self.cell(code).text() {
            Ok(text) => text,
            Err(expected) => {
                self.leave_out(code, expected);
                None
            }
        }
    }

    /// A text that must be there; otherwise the row is refused.
    pub fn needed(&mut self, code: &str) -> Option<String> {
        match self.cell(code).text() {
            Ok(Some(text)) => return Some(text),
            Ok(None) => self.refuse(code, "不能为空"),
            Err(expected) => self.refuse(code, expected),
        }
        None
    }

    /// A name that must be there: a number alone is what a formula leaves that was never calculated.
    pub fn needed_name(&mut self, code: &str) -> Option<String> {
        let name = self.needed(code)?;
        if name.chars().any(char::is_alphabetic) {
            return Some(name);
        }
        self.refuse(code, "名称，不能只有数字和符号（公式可能没有计算）");
        None
    }

    /// A day that must be there and cannot be in the future; otherwise the row is refused.
    pub fn needed_day(&mut self, code: &str) -> Option<Date> {
        match self.cell(code).day() {
            Ok(Some(day)) if day <= self.today => return Some(day),
            Ok(Some(_)) => self.refuse(code, format!("不晚于今天（{}）的日期", self.today)),
            Ok(None) => self.refuse(code, "不能为空，需要日期，如 2026-11-30"),
            Err(expected) => self.refuse(code, expected),
        }
        None
    }

    /// A day that may be missing; what is no day is given back as text.
    pub fn day_or_words(&mut self, code: &str) -> (Option<Date>, Option<String>) {
        match self.cell(code).day() {
            Ok(day) => (day, None),
            Err(_) => (None, self.text(code)),
        }
    }

    /// Telephone numbers; what is none is left out and reported.
    pub fn phones(&mut self, code: &str) -> Vec<String> {
        let Some(text) = self.text(code) else { return Vec::new() };
        if matches!(text.as_str(), "无" | "-" | "—" | "/" | "暂无" | "不详") {
            return Vec::new();
        }
        phones_in(&text).unwrap_or_else(|_| {
            self.leave_out(code, "电话号码：手机 11 位，座机 7–8 位或带区号，多个用顿号隔开");
            Vec::new()
        })
    }
}
