//! The screens that are more than a header: welcome, the main menu and goodbye.

use crate::frame::{ASIDE, COLUMNS, HEADING, LINE, NAME, TITLE, WORDS, mark, mark_right, rule};
use crate::headers;
use crate::word::{self, Pixel};
use dialtone_terminal::Grid;
use dialtone_terminal::light::{Beam, Light, glow, palette};
use dialtone_terminal::mark::{BEAT, sine, tone};
use dialtone_terminal::picture::{Picture, Rgb};

/// One beat of the tone, and the word before it.
pub fn welcome() -> Grid {
    const ART_ROWS: u16 = 17;
    /// The word's left and top, in its pixels.
    const WORD_AT: (i32, i32) = (2, 22);
    let mut light = Light::new(COLUMNS, ART_ROWS);
    let width = light.width();
    light.curve(Beam { core: 1.1, reach: 3.9 }, |x| {
        let beat = x / width - 0.5;
        (25.0 - 22.0 * tone(beat * BEAT, 0.159), 0.62 + 0.5 * sine(beat / 2.0 + 0.25))
    });
    let picture = Picture::from_fn(COLUMNS, ART_ROWS, |x, y| {
        let place = (x as i32 / 2 - WORD_AT.0, y as i32 - WORD_AT.1);
        letter(place.0, place.1).unwrap_or_else(|| glow(light.level(x, y)))
    });
    let mut grid = Grid::new(COLUMNS, 20);
    grid.blit(0, 0, &picture.to_grid(&palette()));
    rule(&mut grid, 17, |_| LINE);
    grid.text(28, 17, "  a board that answers  ", TITLE);
    grid.text(2, 18, "350 Hz + 440 Hz", ASIDE);
    grid.text(60, 18, &format!("node {}  {}", mark("NN", 3), mark_right("TI", 8)), ASIDE);
    let x = grid.text(2, 19, "callers on line ", WORDS);
    grid.text(x, 19, &mark("ON", 6), NAME);
    let x = grid.text(30, 19, "last call ", WORDS);
    grid.text(x, 19, &mark("LC", 38), NAME);
    grid
}

/// The colour of the word and its dark edge at a pixel of it; None where the light behind is seen.
fn letter(x: i32, y: i32) -> Option<Rgb> {
    let down = y as f32 / (word::HEIGHT - 1) as f32;
    match word::pixel(x, y) {
        // Lit from the upper left.
        Pixel::Ink => {
            let edge = |x| word::pixel(x, y) == Pixel::Out;
            let lit = if edge(x - 1) { 0.07 } else { 0.0 };
            let shaded = if edge(x + 1) { 0.14 } else { 0.0 };
            Some(glow(1.0 - 0.72 * down + lit - shaded))
        }
        Pixel::Dial => Some(glow(1.0 - 0.64 * down)),
        Pixel::Hole => Some(Rgb::BLACK),
        Pixel::Out => word::near(x, y).then_some(Rgb::BLACK),
    }
}

/// The main menu: its header, and four places for groups of commands.
pub fn main_menu() -> Grid {
    const GROUP_WIDTH: usize = 37;
    let mut grid = Grid::new(COLUMNS, 19);
    grid.blit(0, 0, &headers::main_menu());
    for (name, x, y) in [("GA", 2, 6), ("GB", 42, 6), ("GC", 2, 14), ("GD", 42, 14)] {
        grid.text(x, y, &mark(name, GROUP_WIDTH), HEADING);
    }
    grid
}

/// The tone dies away.
pub fn goodbye() -> Grid {
    const ART_ROWS: u16 = 12;
    let mut light = Light::new(COLUMNS, ART_ROWS);
    let width = light.width();
    light.curve(Beam { core: 1.0, reach: 3.2 }, |x| {
        let along = x / width;
        let left = (1.0 - along / 0.74).max(0.0);
        let brightness = 0.3 + 0.85 * left - 0.3 * ((along - 0.66) / 0.16).max(0.0);
        (26.0 - 23.0 * left * left.sqrt() * sine(along * 7.0 + 0.16), brightness.max(0.0))
    });
    let mut grid = Grid::new(COLUMNS, 18);
    grid.blit(0, 0, &light.picture().to_grid(&palette()));
    // What is left of the line where its light has gone.
    let dark = (0..67)
        .filter(|&x| x > 40 && grid.cell(x, 6).is_some_and(|cell| cell.ch == ' '))
        .collect::<Vec<u16>>();
    dark.into_iter().for_each(|x| grid.put(x, 6, '─', LINE));
    grid.text(68, 6, "NO CARRIER", ASIDE);
    let x = grid.text(2, 13, "so long, ", WORDS);
    grid.text(x, 13, &mark("UN", 26), NAME);
    grid.text(2, 14, "the tone was here before you called. it still is.", WORDS);
    rule(&mut grid, 16, |_| LINE);
    grid.text(2, 17, &format!("minutes on line {}", mark("TC", 7)), ASIDE);
    grid.text(59, 17, &format!("callers left {}", mark("ON", 6)), ASIDE);
    grid
}
