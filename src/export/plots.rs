//! The curves of a quality report as SVG pictures.

use crate::classify::quality::Curves;
use plotters::prelude::*;
use std::fmt::Display;

/// Width and height of each picture in pixels.
const SIZE: (u32, u32) = (640, 480);
const INK: RGBColor = RGBColor(31, 78, 140);
const PALE: RGBColor = RGBColor(170, 170, 170);

/// A picture could not be drawn; the text is the drawing library's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{picture} could not be drawn: {reason}")]
pub struct PlotError {
    /// File name of the picture.
    pub picture: &'static str,
    /// Why.
    pub reason: String,
}

/// The pictures of `evaluate --plots`: file name and SVG text of each.
///
/// # Errors
/// When the drawing library refuses.
pub fn plots(curves: &Curves) -> Result<Vec<(&'static str, String)>, PlotError> {
    let one = |picture: &'static str, draw: fn(&Curves, &mut String) -> Drawn| {
        let mut svg = String::new();
        draw(curves, &mut svg).map_err(|error| PlotError { picture, reason: error.to_string() })?;
        Ok((picture, svg))
    };
    Ok(vec![
        one("precision_recall.svg", precision_recall)?,
        one("reliability.svg", reliability)?,
        one("recall_by_disguise.svg", recall_by_disguise)?,
    ])
}

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Board<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn board(svg: &mut String) -> Result<Board<'_>, Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    Ok(root)
}

/// A square from 0 to 1 on both axes with its labels.
macro_rules! unit_chart {
    ($root:expr, $title:expr, $x:expr, $y:expr) => {{
        let mut chart = ChartBuilder::on($root)
            .caption($title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(48)
            .build_cartesian_2d(0.0..1.0, 0.0..1.02)?;
        chart.configure_mesh().x_desc($x).y_desc($y).light_line_style(WHITE).draw()?;
        chart
    }};
}

fn precision_recall(curves: &Curves, svg: &mut String) -> Drawn {
    let root = board(svg)?;
    let mut chart = unit_chart!(&root, "Leads: precision over recall", "recall", "precision");
    chart.draw_series(LineSeries::new([(0.0, 0.95), (1.0, 0.95)], PALE))?;
    // The first point is drawn from recall 0 so that the curve has no hole at its left end.
    let first = curves.precision_recall.first().map(|(_, precision)| (0.0, *precision));
    let points = first.into_iter().chain(curves.precision_recall.iter().copied());
    chart.draw_series(LineSeries::new(points, INK.stroke_width(2)))?;
    root.present()?;
    Ok(())
}

fn reliability(curves: &Curves, svg: &mut String) -> Drawn {
    let root = board(svg)?;
    let mut chart = unit_chart!(&root, "Reliability of the score", "mean score", "share of leads");
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], PALE))?;
    let points = curves.reliability.iter().map(|bin| (bin.score, bin.truth));
    chart.draw_series(LineSeries::new(points, INK.stroke_width(2)))?;
    chart.draw_series(curves.reliability.iter().map(|bin| Circle::new((bin.score, bin.truth), 4, INK.filled())))?;
    let count = |bin: &crate::classify::quality::Bin| label(bin.n, (bin.score, bin.truth));
    chart.draw_series(curves.reliability.iter().map(count))?;
    root.present()?;
    Ok(())
}

fn recall_by_disguise(curves: &Curves, svg: &mut String) -> Drawn {
    let root = board(svg)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Disguised listings found, by level of disguise", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(-0.5..3.5, 0.0..1.08)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .x_labels(5)
        .x_label_formatter(&|level: &f64| if level.fract() == 0.0 { format!("{level:.0}") } else { String::new() })
        .x_desc("obfuscation")
        .y_desc("recall")
        .draw()?;
    let bar = |seen: &crate::classify::quality::Seen| {
        let level = f64::from(seen.level);
        Rectangle::new([(level - 0.3, 0.0), (level + 0.3, seen.recall)], INK.mix(0.8).filled())
    };
    chart.draw_series(curves.by_disguise.iter().map(bar))?;
    let count = |seen: &crate::classify::quality::Seen| {
        label(format!("{:.0} of {}", seen.recall * seen.n as f64, seen.n), (f64::from(seen.level) - 0.2, seen.recall))
    };
    chart.draw_series(curves.by_disguise.iter().map(count))?;
    root.present()?;
    Ok(())
}

/// A small label above a point.
fn label(what: impl Display, at: (f64, f64)) -> Text<'static, (f64, f64), String> {
    Text::new(what.to_string(), (at.0, at.1 + 0.045), ("sans-serif", 13).into_font())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::quality::{Bin, Seen};

    #[test]
    fn three_pictures_with_their_figures() {
        let curves = Curves {
            precision_recall: vec![(0.5, 1.0), (1.0, 0.8)],
            reliability: vec![Bin { n: 41, score: 0.1, truth: 0.2 }, Bin { n: 7, score: 0.9, truth: 1.0 }],
            by_disguise: vec![Seen { level: 3, n: 12, recall: 0.75 }],
        };
        let drawn = plots(&curves).expect("drawable curves");
        assert_eq!(drawn.len(), 3);
        for (name, svg) in &drawn {
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{name}");
        }
        assert!(drawn[1].1.contains("41") && drawn[2].1.contains("9 of 12"));
        let empty = Curves { precision_recall: vec![], reliability: vec![], by_disguise: vec![] };
        assert_eq!(plots(&empty).expect("empty axes").len(), 3);
    }
}
