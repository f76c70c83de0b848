//! A picture of 2 x 2 samples to a cell, and the block glyphs and colours that come closest to it.
//!
//! Gradients turn into shading by themselves: of every two colours the shades are tried as the mixtures that an eye
//! sees from afar, and the half blocks where an edge runs through the cell. Where two come close enough, the one is
//! taken that is shorter on the wire.

use dialtone_terminal::{Cell, Grid, Pen, Style, Wire};
use std::collections::HashMap;

/// A colour, each part from 0 to 255; pictures hold values between the whole ones too.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rgb {
    /// Red.
    pub r: f32,
    /// Green.
    pub g: f32,
    /// Blue.
    pub b: f32,
}

impl Rgb {
    /// Black.
    pub const BLACK: Self = Self::new(0.0, 0.0, 0.0);

    /// A colour of its parts, 0 to 255 each.
    pub const fn new(r: f32, g: f32, b: f32) -> Self {
        Self { r, g, b }
    }

    /// The colour at `share` (0 to 1) of the way to `other`.
    pub fn toward(self, other: Self, share: f32) -> Self {
        let part = |a: f32, b: f32| a + (b - a) * share;
        Self::new(part(self.r, other.r), part(self.g, other.g), part(self.b, other.b))
    }

    /// The squared distance to `other`.
    fn error(self, other: Self) -> f32 {
        let (r, g, b) = (self.r - other.r, self.g - other.g, self.b - other.b);
        r * r + g * g + b * b
    }

    fn mean(of: &[Self]) -> Self {
        let sum = of.iter().fold(Self::BLACK, |s, c| Self::new(s.r + c.r, s.g + c.g, s.b + c.b));
        let n = of.len() as f32;
        Self::new(sum.r / n, sum.g / n, sum.b / n)
    }
}

/// The 16 colours of the VGA text modes in ANSI order (SGR 30 to 37, then their bright forms).
pub const VGA: [Rgb; 16] = [
    Rgb::BLACK,
    Rgb::new(170.0, 0.0, 0.0),
    Rgb::new(0.0, 170.0, 0.0),
    Rgb::new(170.0, 85.0, 0.0),
    Rgb::new(0.0, 0.0, 170.0),
    Rgb::new(170.0, 0.0, 170.0),
    Rgb::new(0.0, 170.0, 170.0),
    Rgb::new(170.0, 170.0, 170.0),
    Rgb::new(85.0, 85.0, 85.0),
    Rgb::new(255.0, 85.0, 85.0),
    Rgb::new(85.0, 255.0, 85.0),
    Rgb::new(255.0, 255.0, 85.0),
    Rgb::new(85.0, 85.0, 255.0),
    Rgb::new(255.0, 85.0, 255.0),
    Rgb::new(85.0, 255.0, 255.0),
    Rgb::new(255.0, 255.0, 255.0),
];

/// What a shade costs for its grain, as a share of the squared distance between its two colours.
const GRAIN: f32 = 0.04;
/// What a shade costs in a cell with an edge, as a share of the squared error that flat colour leaves there.
const BLUR: f32 = 0.35;

/// The colours that a picture may use, and the mixtures that shades make of them.
#[derive(Clone, Debug)]
pub struct PicturePalette {
    front: Vec<(u8, Rgb)>,
    back: Vec<(u8, Rgb)>,
    shades: Vec<Shade>,
    thrift: f32,
}

/// A glyph that fills its whole cell evenly.
#[derive(Clone, Debug)]
struct Shade {
    glyph: char,
    fg: u8,
    bg: u8,
    color: Rgb,
    grain: f32,
}

impl PicturePalette {
    /// Only `colors`, 0 to 15 in ANSI order. The dark ones of them (0 to 7) may lie behind: a bright background would
    /// need iCE colours. Black is always one.
    pub fn of(colors: &[u8]) -> Self {
        let color = |n: u8| Some((n, *VGA.get(usize::from(n))?));
        let front: Vec<_> =
            [0].iter().chain(colors.iter().filter(|&&n| n != 0)).filter_map(|&n| color(n)).collect();
        Self::shaded(front, GRAIN)
    }

    /// As [`PicturePalette::of`], with more shading: `grain` is what a shade costs, as a share of the squared distance
    /// between its two colours (0.04 otherwise).
    pub fn grained(colors: &[u8], grain: f32) -> Self {
        let Self { front, .. } = Self::of(colors);
        Self::shaded(front, grain)
    }

    /// Colours of one's own, drawn flat: whole cells and halves, no shades. Number 0 is the ground and must be there;
    /// 0 to 7 may lie behind.
    pub fn flat(colors: &[(u8, Rgb)]) -> Self {
        let mut palette = Self::shaded(colors.to_vec(), GRAIN);
        palette.shades.retain(|shade| shade.glyph == '█');
        palette
    }

    /// The same, with an eye on the line: `thrift` is the squared error that one byte less is worth (0 otherwise).
    pub fn thrifty(self, thrift: f32) -> Self {
        Self { thrift, ..self }
    }

    fn shaded(front: Vec<(u8, Rgb)>, of_distance: f32) -> Self {
        let back: Vec<_> = front.iter().copied().filter(|&(n, _)| n < 8).collect();
        let mut shades = Vec::new();
        for &(fg, front) in &front {
            shades.push(Shade { glyph: '█', fg, bg: 0, color: front, grain: 0.0 });
            // Of two dark colours only one way round: the other is the same three mixtures.
            for &(bg, back) in back.iter().filter(|&&(bg, _)| bg < fg) {
                let grain = of_distance * front.error(back);
                for (glyph, share) in [('░', 0.25), ('▒', 0.5), ('▓', 0.75)] {
                    shades.push(Shade { glyph, fg, bg, color: back.toward(front, share), grain });
                }
            }
        }
        Self { front, back, shades, thrift: 0.0 }
    }

    /// What can stand for a cell's samples (upper left, upper right, lower left, lower right), and how far off it is.
    fn candidates(&self, cell: [Rgb; 4]) -> Vec<(f32, Cell)> {
        let mean = Rgb::mean(&cell);
        let spread = spread(&cell, mean);
        let mut found = Vec::new();
        let is_back = |color: u8| self.back.iter().any(|(back, _)| *back == color);
        for shade in &self.shades {
            let blur = if shade.glyph == '█' { 0.0 } else { BLUR * spread };
            let off = 4.0 * (shade.color.error(mean) + shade.grain) + spread + blur;
            found.push((off, looks(shade.glyph, shade.fg, shade.bg)));
            if shade.glyph == '█' && shade.fg != 0 {
                let behind = self.back.iter().filter(|(back, _)| *back != 0);
                found.extend(behind.map(|(back, _)| (off, looks('█', shade.fg, *back))));
                let before = self.front.iter().filter(|_| is_back(shade.fg));
                found.extend(before.map(|(front, _)| (off, looks(' ', *front, shade.fg))));
            }
        }
        let [a, b, c, d] = cell;
        for (first, second, glyphs) in [([a, b], [c, d], ['▀', '▄']), ([a, c], [b, d], ['▌', '▐'])] {
            let means = (Rgb::mean(&first), Rgb::mean(&second));
            let inside = self::spread(&first, means.0) + self::spread(&second, means.1);
            for (glyph, (front, back)) in glyphs.into_iter().zip([means, (means.1, means.0)]) {
                // The ground is behind: in front it may be brighter than it can be there.
                for &(fg, color) in self.front.iter().filter(|(fg, _)| *fg != 0) {
                    let front = color.error(front);
                    for &(bg, color) in self.back.iter().filter(|(bg, _)| *bg != fg) {
                        // Two halves alike are a whole: rounding alone must not split a cell.
                        let off = 2.0 * (front + color.error(back)) + inside + 1.0;
                        found.push((off, looks(glyph, fg, bg)));
                    }
                }
            }
        }
        found
    }

    /// The cells for a row of samples: of all ways through it the one that costs least in errors and bytes together.
    fn row(&self, row: &[[Rgb; 4]]) -> Vec<Cell> {
        let mut bytes = Bytes::default();
        // For each style that may be in force: what it has cost to come there.
        let mut ways = vec![(Style::DEFAULT, 0.0)];
        // For each column and each style after it: which way it came, and the cell.
        let mut steps: Vec<Vec<(usize, Cell)>> = Vec::new();
        for cell in row {
            let mut candidates = self.candidates(*cell);
            let least = candidates.iter().map(|(off, _)| *off).fold(f32::INFINITY, f32::min);
            candidates.retain(|(off, _)| *off <= least + self.thrift * LONGEST);
            let mut next: Vec<(Style, f32)> = Vec::new();
            let mut came: Vec<(usize, Cell)> = Vec::new();
            for (from, (style, cost)) in ways.iter().enumerate() {
                for (off, cell) in &candidates {
                    // The ground shows whatever the pen is, if its own ground is.
                    let after =
                        if cell.is_blank() && cell.style.bg == style.bg { *style } else { cell.style };
                    let cost = cost + off + self.thrift * bytes.between(*style, after);
                    match next.iter().position(|(known, _)| *known == after) {
                        Some(at) => {
                            if let (Some(known), Some(step)) = (next.get_mut(at), came.get_mut(at))
                                && cost < known.1
                            {
                                (known.1, *step) = (cost, (from, *cell));
                            }
                        }
                        None => {
                            next.push((after, cost));
                            came.push((from, *cell));
                        }
                    }
                }
            }
            ways = next;
            steps.push(came);
        }
        let ends = ways.iter().enumerate();
        let best =
            ends.fold((0, f32::INFINITY), |best, (at, way)| if way.1 < best.1 { (at, way.1) } else { best });
        let mut at = best.0;
        let mut cells: Vec<Cell> = Vec::with_capacity(row.len());
        for step in steps.iter().rev() {
            let Some((from, cell)) = step.get(at) else { break };
            cells.push(*cell);
            at = *from;
        }
        cells.reverse();
        cells
    }
}

/// The most bytes that a change of style takes.
const LONGEST: f32 = 12.0;

/// A glyph in two of the 16 colours; black behind is the terminal's own ground.
fn looks(glyph: char, fg: u8, bg: u8) -> Cell {
    match (glyph, fg, bg) {
        ('█', 0, _) => Cell::BLANK,
        (_, fg, 0) => Cell { ch: glyph, style: Style::fg(fg) },
        (_, fg, bg) => Cell { ch: glyph, style: Style::new(fg, bg) },
    }
}

/// The bytes between styles, counted once.
#[derive(Default)]
struct Bytes(HashMap<(Style, Style), f32>);

impl Bytes {
    fn between(&mut self, from: Style, to: Style) -> f32 {
        *self.0.entry((from, to)).or_insert_with(|| {
            let (mut pen, mut bytes) = (Pen::new(Wire::ANSI_SYS), Vec::new());
            pen.set(from, &mut bytes);
            bytes.clear();
            pen.set(to, &mut bytes);
            bytes.len() as f32
        })
    }
}

/// The sum of the samples' squared distances to `mean`.
fn spread(samples: &[Rgb], mean: Rgb) -> f32 {
    samples.iter().map(|s| s.error(mean)).sum()
}

/// Samples in lines, two to a cell each way.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    columns: u16,
    rows: u16,
    samples: Vec<Rgb>,
}

impl Picture {
    /// A picture for `columns` x `rows` cells, at least one each way; `sample` is asked line by line for the colour
    /// at x (0 to 2 * columns - 1), y (0 to 2 * rows - 1).
    pub fn from_fn(columns: u16, rows: u16, mut sample: impl FnMut(usize, usize) -> Rgb) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        let (width, height) = (usize::from(columns) * 2, usize::from(rows) * 2);
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            samples.extend((0..width).map(|x| sample(x, y)));
        }
        Self { columns, rows, samples }
    }

    /// The cells closest to the picture in the colours of `palette`. Black behind is the terminal's own background.
    pub fn to_grid(&self, palette: &PicturePalette) -> Grid {
        let mut grid = Grid::new(self.columns, self.rows);
        let width = usize::from(self.columns) * 2;
        for (y, lines) in (0..).zip(self.samples.chunks_exact(width * 2)) {
            let (upper, lower) = lines.split_at(width);
            let cells = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            let cells: Vec<[Rgb; 4]> = cells
                .filter_map(|cell| if let (&[a, b], &[c, d]) = cell { Some([a, b, c, d]) } else { None })
                .collect();
            for (x, cell) in (0..).zip(palette.row(&cells)) {
                grid.put(x, y, cell.ch, cell.style);
            }
        }
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_terminal::Color;
    use proptest::prelude::*;

    fn draw(palette: &PicturePalette, cell: [Rgb; 4]) -> (char, u8, u8) {
        let picture = Picture::from_fn(1, 1, |x, y| cell[y * 2 + x]);
        let drawn = picture.to_grid(palette).cell(0, 0).unwrap();
        let number = |color, default| if let Color::Indexed(n) = color { n } else { default };
        (drawn.ch, number(drawn.style.fg, 7), number(drawn.style.bg, 0))
    }

    /// What `glyph` costs for `cell`, sample by sample.
    fn cost(cell: [Rgb; 4], (glyph, fg, bg): (char, u8, u8)) -> f32 {
        let (fg, bg) = (VGA[usize::from(fg)], VGA[usize::from(bg)]);
        let mixed = |share| ([bg.toward(fg, share); 4], true);
        let (seen, shade) = match glyph {
            ' ' => ([bg; 4], false),
            '█' => ([fg; 4], false),
            '░' => mixed(0.25),
            '▒' => mixed(0.5),
            '▓' => mixed(0.75),
            '▀' => ([fg, fg, bg, bg], false),
            '▄' => ([bg, bg, fg, fg], false),
            '▌' => ([fg, bg, fg, bg], false),
            '▐' => ([bg, fg, bg, fg], false),
            other => panic!("{other} is no glyph of a picture"),
        };
        let error: f32 = cell.iter().zip(seen).map(|(a, b)| a.error(b)).sum();
        let extra = 4.0 * GRAIN * fg.error(bg) + BLUR * spread(&cell, Rgb::mean(&cell));
        if shade { error + extra } else { error }
    }

    #[test]
    fn every_colour_is_drawn_as_itself() {
        let palette = PicturePalette::of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        for (n, color) in (1..).zip(&VGA[1..]) {
            let (glyph, fg, _) = draw(&palette, [*color; 4]);
            assert_eq!((glyph, fg), ('█', n));
        }
        let black = Picture::from_fn(3, 2, |_, _| Rgb::BLACK).to_grid(&palette);
        assert_eq!(black, Grid::new(3, 2));
    }

    #[test]
    fn a_gradient_becomes_shading() {
        let palette = PicturePalette::of(&[4]);
        let glyphs: String =
            (0..=4).map(|n| draw(&palette, [VGA[0].toward(VGA[4], n as f32 / 4.0); 4]).0).collect();
        assert_eq!(glyphs, " ░▒▓█");
    }

    #[test]
    fn an_edge_becomes_a_half_block() {
        let palette = PicturePalette::of(&[4, 15]);
        let (w, b) = (VGA[15], VGA[4]);
        assert_eq!(draw(&palette, [w, w, b, b]), ('▀', 15, 4));
        assert_eq!(draw(&palette, [b, b, w, w]), ('▄', 15, 4));
        assert_eq!(draw(&palette, [w, b, w, b]), ('▌', 15, 4));
        assert_eq!(draw(&palette, [b, w, b, w]), ('▐', 15, 4));
    }

    #[test]
    fn a_blurred_edge_is_still_an_edge() {
        let (light, dark) = (VGA[4].toward(VGA[0], 0.25), VGA[0].toward(VGA[4], 0.25));
        assert_eq!(draw(&PicturePalette::of(&[4]), [light, light, dark, dark]).0, '▀');
    }

    proptest! {
        #[test]
        fn nothing_in_the_palette_is_closer(parts in prop::array::uniform12(0.0f32..255.0), colors in prop::collection::vec(0u8..16, 0..6)) {
            let cell = [0, 3, 6, 9].map(|at| Rgb::new(parts[at], parts[at + 1], parts[at + 2]));
            let chosen = draw(&PicturePalette::of(&colors), cell);
            let allowed = |n: u8| n == 0 || colors.contains(&n);
            prop_assert!((allowed(chosen.1) || chosen.0 == ' ') && allowed(chosen.2) && chosen.2 < 8);
            let least = cost(cell, chosen);
            for glyph in " ░▒▓█▀▄▌▐".chars() {
                for fg in (0..16).filter(|n| allowed(*n)) {
                    for bg in (0..8).filter(|n| allowed(*n)) {
                        prop_assert!(least <= cost(cell, (glyph, fg, bg)) * 1.001 + 2.0);
                    }
                }
            }
        }
    }
}
