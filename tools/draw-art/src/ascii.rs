//! Light in plain letters, for terminals without blocks: the wave in `. - ' "`.

use crate::light::Light;
use crate::word::{HEIGHT, Pixel, Setting};
use dialtone_terminal::{Grid, Style};

/// A light in letters, each in the ink of its brightness.
pub fn draw(light: &Light, columns: u16, rows: u16) -> Grid {
    let mut grid = Grid::new(columns, rows);
    for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
        let at = |dx: usize, dy: usize| light.level(usize::from(x) * 2 + dx, usize::from(y) * 2 + dy);
        let (top, bottom) = (at(0, 0).max(at(1, 0)), at(0, 1).max(at(1, 1)));
        let brightest = top.max(bottom);
        let beside = |dx: i32| {
            let x = usize::try_from(i32::from(x) * 2 + dx).unwrap_or(usize::MAX);
            light.level(x, usize::from(y) * 2).max(light.level(x, usize::from(y) * 2 + 1))
        };
        if brightest < 0.45 {
            continue;
        }
        let glyph = match (top > 0.62 * brightest, bottom > 0.62 * brightest) {
            // Upright, with nothing on either side.
            (true, true) if beside(-1).max(beside(2)) < 0.3 => '|',
            (true, true) if top.min(bottom) > 0.86 => '"',
            (true, true) if (top - bottom).abs() < 0.12 => '-',
            (true, _) if top > bottom => '\'',
            _ => '.',
        };
        let ink = if brightest > 0.9 {
            15
        } else if brightest > 0.72 {
            14
        } else {
            6
        };
        grid.put(x, y, glyph, Style::fg(ink));
    }
    grid
}

/// The word over a picture, its top left at this column and half row: two pixels to a letter.
pub fn word(grid: &mut Grid, setting: Setting, left: i32, top: i32) {
    let (columns, rows) = (grid.columns(), grid.rows());
    for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
        let (px, py) = (i32::from(x) - left, i32::from(y) * 2 - top);
        let ink = |y| matches!(setting.pixel(px, y), Pixel::Ink | Pixel::Dial);
        let glyph = match (ink(py), ink(py + 1)) {
            (true, true) => '#',
            (true, false) => '"',
            (false, true) => '.',
            (false, false) if setting.level(px, py).is_some() => ' ',
            (false, false) => continue,
        };
        let inks = [15, 14, 14, 6, 6, 4];
        let ink = inks.get(usize::try_from(py.max(0) % HEIGHT / 2).unwrap_or(0)).copied().unwrap_or(6);
        grid.put(x, y, glyph, Style::fg(ink));
    }
}
