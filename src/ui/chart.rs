//! Figures as pictures: a line of small columns, a chart of columns, a bar. Drawn from blocks, which each charset
//! shows as near as it can: code page 437 in halves, plain letters as `_` and `#`.

use dialtone_terminal::Style;

use super::{Canvas, styles};

/// Columns of one cell, by eighths.
const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How far `value` lies from `low` (0) to `high` (`steps`); in the middle where all values are alike.
fn level(value: i64, low: i64, high: i64, steps: i64) -> i64 {
    let span = i128::from(high) - i128::from(low);
    if span <= 0 {
        return steps / 2;
    }
    let above = i128::from(value) - i128::from(low);
    i64::try_from((above * i128::from(steps) + span / 2) / span).unwrap_or(0).clamp(0, steps.max(0))
}

/// The last of `values` as small columns, at most `columns` of them.
pub fn spark(values: &[i64], columns: usize) -> String {
    let shown = last(values, columns);
    let (low, high) = bounds(shown);
    let small = |value: &i64| usize::try_from(level(*value, low, high, 7)).ok().and_then(|n| EIGHTHS.get(n));
    shown.iter().filter_map(small).collect()
}

fn last(values: &[i64], columns: usize) -> &[i64] {
    values.get(values.len().saturating_sub(columns)..).unwrap_or_default()
}

/// The lowest and the highest.
pub fn bounds(values: &[i64]) -> (i64, i64) {
    (values.iter().copied().min().unwrap_or(0), values.iter().copied().max().unwrap_or(0))
}

/// The last of `values` as columns that stand on the frame's last row, in halves of a cell; those at `base` or above
/// in the colour of gain, those below in that of loss.
pub fn columns(frame: &mut Canvas<'_>, values: &[i64], base: i64) {
    if frame.rows() == 0 {
        return;
    }
    let shown = last(values, usize::from(frame.columns()));
    let (low, high) = bounds(shown);
    // Few values stand wide.
    let wide = (usize::from(frame.columns()) / shown.len().max(1)).clamp(1, 4);
    let halves = i64::from(frame.rows()) * 2;
    for (x, value) in (0u16..).zip(shown.iter().flat_map(|value| std::iter::repeat_n(value, wide))) {
        let height = level(*value, low, high, halves - 1) + 1;
        let style = if *value < base { styles::DANGER } else { styles::GAIN };
        for row in 0..frame.rows() {
            let below = i64::from(frame.rows() - 1 - row) * 2;
            match height - below {
                ..=0 => {}
                1 => frame.put(x, row, '▄', style),
                _ => frame.put(x, row, '█', style),
            }
        }
    }
}

/// A bar of `share` (0 to 1,000) of `columns`, in halves of a cell; what is more than nothing shows.
pub fn bar(frame: &mut Canvas<'_>, x: u16, y: u16, columns: u16, share: u16, style: Style) {
    let halves = (u32::from(share.min(1000)) * u32::from(columns) * 2).div_ceil(1000);
    for column in 0..columns {
        match halves.saturating_sub(u32::from(column) * 2) {
            0 => frame.put(x + column, y, '·', styles::ASIDE),
            1 => frame.put(x + column, y, '▌', style),
            _ => frame.put(x + column, y, '█', style),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::body::Body;
    use dialtone_terminal::Grid;
    use proptest::prelude::*;

    fn drawn(columns: u16, rows: u16, draw: impl Fn(&mut Canvas<'_>)) -> Vec<String> {
        let mut grid = Grid::new(columns, rows);
        let body = Body { top: 0, rows, tagline_row: None, prompt_row: rows };
        draw(&mut Canvas::new(&mut grid, &body, crate::lang::english()));
        (0..rows).map(|row| grid.line(row)).collect()
    }

    #[test]
    fn a_spark_rises_and_falls() {
        assert_eq!(spark(&[0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(spark(&[0, 100, 0], 2), "█▁");
        assert_eq!(spark(&[5, 5], 8), "▄▄");
        assert_eq!(spark(&[], 8), "");
    }

    #[test]
    fn a_chart_stands_on_its_last_row() {
        let rows = drawn(5, 2, |frame| columns(frame, &[0, 2, 3], 1));
        assert_eq!(rows, [" ▄█", "▄██"]);
    }

    #[test]
    fn a_bar_shows_its_share() {
        let rows = drawn(4, 1, |frame| bar(frame, 0, 0, 4, 500, styles::FIGURE));
        assert_eq!(rows, ["██··"]);
        let rows = drawn(4, 1, |frame| bar(frame, 0, 0, 4, 1, styles::FIGURE));
        assert_eq!(rows, ["▌···"]);
    }

    proptest! {
        #[test]
        fn any_values_fit(values in prop::collection::vec(any::<i64>(), 0..50), wide in 0..40u16, high in 0..9u16) {
            drawn(wide, high, |frame| columns(frame, &values, 0));
            prop_assert!(spark(&values, usize::from(wide)).chars().count() <= usize::from(wide));
        }
    }
}
