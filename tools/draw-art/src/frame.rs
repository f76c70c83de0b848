//! The words round the pictures: inks, rules and marks, laid by hand.

use dialtone_terminal::{Grid, Style};

/// Deep blue, for rules.
pub const LINE: Style = Style::fg(4);
/// Cyan, for headings.
pub const HEADING: Style = Style::fg(6);
/// Light grey, for words.
pub const WORDS: Style = Style::fg(7);
/// Dark grey, for asides.
pub const ASIDE: Style = Style::fg(8);
/// Bright cyan, for titles.
pub const TITLE: Style = Style::fg(14);
/// White, for names.
pub const NAME: Style = Style::fg(15);

/// A mark of two capitals as wide as `columns`; the value goes to the left.
pub fn mark(name: &str, columns: usize) -> String {
    format!("|{name:~<0$}", columns.saturating_sub(1))
}

/// As [`mark`]; the value goes to the right.
pub fn mark_right(name: &str, columns: usize) -> String {
    format!("{}>", mark(name, columns.saturating_sub(1)))
}

/// A rule across, the header's light upon its right end; `glyph` is its line.
pub fn lit_rule(grid: &mut Grid, y: u16, glyph: char) {
    let columns = grid.columns();
    for x in 0..columns {
        let lit = match (columns - x) * 80 / columns.max(1) {
            0..11 => TITLE,
            11..25 => HEADING,
            _ => LINE,
        };
        grid.put(x, y, glyph, lit);
    }
}

/// The board's name as the mark of every screen: its letters go out as the tone does.
pub fn wordmark(grid: &mut Grid, x: u16, y: u16) {
    let inks = [NAME, NAME, NAME, TITLE, TITLE, HEADING, HEADING, LINE];
    for (n, (letter, ink)) in (0..).zip("DIALTONE".chars().zip(inks)) {
        grid.put(x + 2 * n, y, letter, ink);
    }
}

/// The words of a header round its light: 80 columns and six rows, or 40 and four.
pub fn header(art: &Grid, glyph: char) -> Grid {
    let wide = art.columns() >= 60;
    let mut grid = Grid::new(art.columns(), art.rows() + 1);
    grid.blit(0, 0, art);
    let (x, y, room) = if wide { (2, 2, 46) } else { (1, 1, 25) };
    wordmark(&mut grid, x, y - 1);
    grid.text(x, y, &mark("TT", room), TITLE);
    grid.text(x, y + 1, &mark("SU", room), ASIDE);
    lit_rule(&mut grid, art.rows(), glyph);
    grid
}

/// The four places for groups of commands below a main menu's header; on a narrow screen there are none, and the menu
/// sets them itself.
pub fn groups(header: &Grid) -> Grid {
    let (places, room): (&[(&str, u16, u16)], usize) = match header.columns() {
        ..60 => (&[], 0),
        60..120 => (&[("GA", 2, 6), ("GB", 42, 6), ("GC", 2, 14), ("GD", 42, 14)], 37),
        _ => (&[("GA", 2, 6), ("GB", 70, 6), ("GC", 2, 14), ("GD", 70, 14)], 60),
    };
    let rows = places.iter().map(|(_, _, y)| y + 1).max();
    let mut grid = Grid::new(header.columns(), rows.unwrap_or(0).max(header.rows()));
    grid.blit(0, 0, header);
    for (name, x, y) in places {
        grid.text(*x, *y, &mark(name, room), HEADING);
    }
    grid
}

/// What stands below a welcome: where this is, who is here, who was.
pub fn welcome(art: &Grid, glyph: char) -> Grid {
    let (columns, y) = (art.columns(), art.rows());
    let mut grid = Grid::new(columns, y + 3);
    grid.blit(0, 0, art);
    grid.fill(0, y, columns, 1, glyph, LINE);
    let words = "  a board that answers  ";
    let middle = (columns - 24) / 2;
    for (x, style) in
        [(middle - 8, HEADING), (middle - 3, TITLE), (middle + 24, TITLE), (middle + 27, HEADING)]
    {
        let room = if style == TITLE { 3 } else { 5 };
        grid.fill(x, y, room, 1, glyph, style);
    }
    grid.text(middle, y, words, NAME);
    if columns >= 60 {
        grid.text(2, y + 1, "350 Hz + 440 Hz", ASIDE);
        let right = format!("node {}  {}", mark("NN", 3), mark_right("TI", 8));
        grid.text(columns - 20, y + 1, &right, ASIDE);
        let x = grid.text(2, y + 2, "callers on line ", WORDS);
        grid.text(x, y + 2, &mark("ON", 6), NAME);
        let x = grid.text(30, y + 2, "last call ", WORDS);
        grid.text(x, y + 2, &mark("LC", 38), NAME);
    } else {
        let x = grid.text(1, y + 1, "on line ", WORDS);
        grid.text(x, y + 1, &mark("ON", 4), NAME);
        grid.text(23, y + 1, &format!("node {}  {}", mark("NN", 3), mark_right("TI", 6)), ASIDE);
        let x = grid.text(1, y + 2, "last call ", WORDS);
        grid.text(x, y + 2, &mark("LC", 27), NAME);
    }
    grid
}

/// What stands below a goodbye.
pub fn goodbye(art: &Grid, middle: u16, dark_from: f32, glyph: char) -> Grid {
    let (columns, y) = (art.columns(), art.rows());
    let mut grid = Grid::new(columns, y + 6);
    grid.blit(0, 0, art);
    // What is left of the line where its light has gone.
    let end = columns - 13;
    let from = (f32::from(columns) * dark_from * 0.8) as u16;
    let dark: Vec<u16> =
        (from..end).filter(|&x| grid.cell(x, middle).is_some_and(|cell| cell.ch == ' ')).collect();
    dark.into_iter().for_each(|x| grid.put(x, middle, glyph, LINE));
    grid.text(columns - 12, middle, "NO CARRIER", ASIDE);
    let left = if columns >= 60 { 2 } else { 1 };
    let x = grid.text(left, y, "so long, ", WORDS);
    grid.text(x, y, &mark("UN", 26), NAME);
    if columns >= 60 {
        grid.text(left, y + 1, "the tone was here before you called. it still is.", WORDS);
    } else {
        grid.text(left, y + 1, "the tone was here before you called.", WORDS);
        grid.text(left, y + 2, "it still is.", WORDS);
    }
    grid.fill(0, y + 4, columns, 1, glyph, LINE);
    grid.fill(0, y + 4, columns / 4, 1, glyph, HEADING);
    grid.fill(0, y + 4, columns / 10, 1, glyph, TITLE);
    let x = grid.text(left, y + 5, "minutes on line ", ASIDE);
    grid.text(x, y + 5, &mark("TC", 5), WORDS);
    if columns >= 60 {
        let x = grid.text(columns - 21, y + 5, "callers left ", ASIDE);
        grid.text(x, y + 5, &mark("ON", 6), WORDS);
    } else {
        let x = grid.text(24, y + 5, "still on ", ASIDE);
        grid.text(x, y + 5, &mark("ON", 5), WORDS);
    }
    grid
}
