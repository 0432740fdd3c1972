//! Workbooks (.xlsx) cell by cell, so that an empty million of rows costs nothing.

use super::{
    Cell, EachRow, Limits, MAX_COLUMNS, TableError,
    merges::{Merges, Region},
    zipped::{Hidden, damaged, inspect},
};
use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx};
use jiff::civil::Date;
use std::{collections::BTreeMap, io::Cursor, mem};

/// An open workbook.
pub(super) struct Workbook<'a> {
    xlsx: Xlsx<Cursor<&'a [u8]>>,
    hidden: Hidden,
    /// Merged regions by sheet, once read: finding them costs a walk through the whole sheet.
    merged: BTreeMap<String, Vec<Region>>,
}

impl<'a> Workbook<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, TableError> {
        let hidden = inspect(bytes, limits)?;
        let xlsx = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        Ok(Self { xlsx, hidden, merged: BTreeMap::new() })
    }

    /// The sheets that a person sees.
    pub(super) fn names(&self) -> Vec<String> {
        let sheets = self.xlsx.sheets_metadata().iter();
        sheets
            .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    fn regions(&mut self, name: &str) -> Result<Vec<Region>, TableError> {
        if let Some(known) = self.merged.get(name) {
            return Ok(known.clone());
        }
        let found = self.xlsx.merge_cells_by_sheet_name(name).map_err(|error| damaged(&error))?;
        let region = |one: &Dimensions| Region { rows: (one.start.0, one.end.0), columns: (one.start.1, one.end.1) };
        let regions: Vec<Region> = found.iter().map(region).collect();
        self.merged.insert(name.to_owned(), regions.clone());
        Ok(regions)
    }

    /// Hands over the rows that are not hidden, merged cells filled, until told to stop; gives the number of hidden ones.
    pub(super) fn each_row(&mut self, name: &str, each: EachRow<'_>) -> Result<usize, TableError> {
        let mut merges = Merges::new(self.regions(name)?);
        let hidden = self.hidden.get(name);
        let mut skipped = 0;
        let mut give = |row: u32, mut cells: Vec<Cell>| {
            merges.fill(row, &mut cells);
            if hidden.is_some_and(|rows| rows.contains(&row)) {
                skipped += usize::from(!cells.iter().all(Cell::is_empty));
                return false;
            }
            each(row.saturating_add(1), cells).is_break()
        };
        let mut reader = self.xlsx.worksheet_cells_reader(name).map_err(|error| damaged(&error))?;
        let (mut row, mut cells) = (0, Vec::new());
        while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| damaged(&error))? {
            let (at, column) = (cell.pos.0, cell.pos.1 as usize);
            if at != row {
                if !cells.is_empty() && give(row, mem::take(&mut cells)) {
                    return Ok(skipped);
                }
                row = at;
            }
            if column < MAX_COLUMNS {
                if cells.len() <= column {
                    cells.resize(column + 1, Cell::Empty);
                }
                if let Some(slot) = cells.get_mut(column) {
                    *slot = meaning(cell.value, cell.formula.is_some());
                }
            }
        }
        if !cells.is_empty() {
            give(row, cells);
        }
        Ok(skipped)
    }
}

fn meaning(value: DataRef<'_>, is_formula: bool) -> Cell {
    match value {
        DataRef::Empty if is_formula => Cell::NoValue,
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::of_text(&text),
        DataRef::SharedString(text) => Cell::of_text(text),
        DataRef::Bool(yes) => Cell::of_text(if yes { "是" } else { "否" }),
        DataRef::Error(error) => Cell::Failed(error.to_string()),
        DataRef::DateTimeIso(text) => super::dates::day_in(&text).map_or_else(|| Cell::of_text(&text), Cell::Day),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let date = i16::try_from(year).ok().zip(i8::try_from(month).ok()).zip(i8::try_from(day).ok());
            date.and_then(|((year, month), day)| Date::new(year, month, day).ok())
                .map_or_else(|| Cell::Number(at.as_f64()), Cell::Day)
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
    }
}
