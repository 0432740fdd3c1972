//! Merged cells: what stands in the first belongs to all.

use super::{Cell, MAX_COLUMNS};

/// A merged region, rows and columns from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// Fills merged regions while rows go by in their order.
pub(super) struct Merges {
    /// By first row, the last ones first.
    waiting: Vec<Region>,
    active: Vec<(Region, Cell)>,
}

impl Merges {
    pub(super) fn new(mut regions: Vec<Region>) -> Self {
        regions.retain(|region| region.rows.0 <= region.rows.1 && region.columns.0 <= region.columns.1);
        regions.sort_by_key(|region| std::cmp::Reverse(region.rows.0));
        Self { waiting: regions, active: Vec::new() }
    }

    /// Fills the empty cells of a row that belong to a region.
    pub(super) fn fill(&mut self, row: u32, cells: &mut Vec<Cell>) {
        while let Some(region) = self.waiting.pop_if(|region| region.rows.0 <= row) {
            // A region whose first row is not in the file has nothing to give.
            if region.rows.0 == row {
                let first = cells.get(region.columns.0 as usize).cloned().unwrap_or_default();
                if !first.is_empty() {
                    self.active.push((region, first));
                }
            }
        }
        self.active.retain(|(region, _)| region.rows.1 >= row);
        for (region, value) in &self.active {
            let columns = region.columns.0 as usize..=(region.columns.1 as usize).min(MAX_COLUMNS - 1);
            for column in columns {
                if cells.len() <= column {
                    cells.resize(column + 1, Cell::Empty);
                }
                if let Some(cell @ Cell::Empty) = cells.get_mut(column) {
                    *cell = value.clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_across_and_down() {
        let mut merges = Merges::new(vec![
            Region { rows: (0, 0), columns: (0, 2) },
            Region { rows: (1, 2), columns: (0, 0) },
            Region { rows: (2, 1_000_000), columns: (1, 16_000) },
        ]);
        let mut row = |at: u32, cells: &[&str]| {
            let mut cells: Vec<Cell> = cells.iter().map(|text| Cell::of_text(text)).collect();
            merges.fill(at, &mut cells);
            cells.iter().map(Cell::shown).collect::<Vec<_>>()
        };
        assert_eq!(row(0, &["标题"]), ["标题", "标题", "标题"]);
        assert_eq!(row(1, &["双塔区", "甲"]), ["双塔区", "甲"]);
        assert_eq!(row(2, &["", "", "乙"])[..3], ["双塔区", "", "乙"]);
        assert_eq!(row(3, &["", "丙"]), ["", "丙"]);
    }
}
