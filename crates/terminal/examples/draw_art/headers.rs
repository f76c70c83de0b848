//! The headers of the inner screens: five rows with the tone on the right, a rule, and room for title and subtitle.
//! Each has a wave of its own; they are one family.

use crate::frame::{ASIDE, COLUMNS, HEADING, LINE, NAME, TITLE, mark, rule};
use dialtone_terminal::Grid;
use dialtone_terminal::light::{Beam, Light, Point, ease, glow, palette};
use dialtone_terminal::mark::{BEAT, beam, sine, tone, wave};
use dialtone_terminal::picture::Picture;

/// Rows of a header, the rule among them.
pub const ROWS: u16 = 6;
const WAVE_ROWS: u16 = ROWS - 1;

/// Where the words end and the light may begin.
const LIT_FROM: f32 = 49.0;
const WORDS_WIDTH: usize = 48;

/// The height of the middle line, in sample widths.
const MIDDLE: f32 = 10.0;
const THIN: Beam = Beam { core: 0.6, reach: 1.2 };

/// Two beats, in from the left: every screen that has no wave of its own.
pub fn inner() -> Grid {
    frame(&wave(COLUMNS, WAVE_ROWS, 0.1, 1.0, 0.61))
}

/// The main menu's: louder.
pub fn main_menu() -> Grid {
    frame(&lit(LIT_FROM + 12.0, |light| {
        let loudest = 137.0;
        light.curve(Beam { core: 0.75, reach: 2.4 }, |x| {
            (MIDDLE - 8.3 * tone((x - loudest) / 88.0 * BEAT, 0.25), 1.1)
        });
    }))
}

/// The receiver is lifted: silence, then the tone.
pub fn login() -> Grid {
    frame(&lit(LIT_FROM + 8.0, |light| {
        light.curve(beam(WAVE_ROWS), |x| {
            let on = ease((x / 2.0 - 54.0) / 9.0);
            (MIDDLE - 8.0 * on * cycle(x, 9.1, 0.32), 0.45 + 0.62 * on)
        });
    }))
}

/// One line that parts into threads.
pub fn boards() -> Grid {
    // On the middle of a sample: straight lines stay sharp.
    let height = |side: f32| MIDDLE + 1.0 + side * 8.0;
    frame(&lit(LIT_FROM + 9.0, |light| {
        for (side, from, end) in [(-1.0, 55.0, 75.0), (1.0, 60.0, 71.0), (0.0, 0.0, 77.0)] {
            let points: Vec<Point> = (180..=(end * 4.0) as u16)
                .map(|half| {
                    let x = f32::from(half) / 2.0;
                    let open = ease((x / 2.0 - from) / 9.0);
                    let brightness = if side == 0.0 { 1.0 } else { 0.8 };
                    Point { x, y: height(side * open), brightness }
                })
                .collect();
            light.trace(&points, Beam { core: 0.5, reach: 1.3 });
            // Each thread ends in its last word.
            let (x, y) = (end * 2.0, height(side));
            let dot = [-1.0, 1.0].map(|dx| Point { x: x + dx, y, brightness: 1.1 });
            light.trace(&dot, Beam { core: 1.2, reach: 1.0 });
        }
    }))
}

/// One long calm wave.
pub fn reader() -> Grid {
    frame(&lit(LIT_FROM + 15.0, |light| {
        light.curve(beam(WAVE_ROWS), |x| (MIDDLE - 7.4 * cycle(x, 23.0, 0.414), 1.05));
    }))
}

/// Two callers on one line: where one goes up the other goes down.
pub fn who() -> Grid {
    frame(&lit(LIT_FROM + 13.0, |light| {
        for (phase, brightness) in [(0.69, 0.62), (0.19, 1.06)] {
            light.curve(THIN, |x| (MIDDLE - 7.8 * cycle(x, 20.0, phase), brightness));
        }
    }))
}

/// A quiet line with one signature in it.
pub fn profile() -> Grid {
    frame(&lit(LIT_FROM + 7.0, |light| {
        light.curve(beam(WAVE_ROWS), |x| {
            let here = burst(x, 66.0, 9.0);
            (MIDDLE + 1.0 - 8.6 * here * cycle(x, 9.0, 0.8055), 0.38 + 0.7 * here)
        });
    }))
}

/// A bell: rings of light from one point.
pub fn pages() -> Grid {
    frame(&lit(LIT_FROM + 6.0, |light| {
        let (x, y) = (134.0, 10.0);
        let dot = [-0.6, 0.6].map(|dx| Point { x: x + dx, y, brightness: 1.1 });
        light.trace(&dot, Beam { core: 1.0, reach: 1.0 });
        for (radius, brightness) in [(7.5, 1.0), (15.0, 0.78), (22.5, 0.56), (30.0, 0.42), (37.5, 0.33)] {
            let points: Vec<Point> = (0u8..=96)
                .map(|step| {
                    let turns = f32::from(step) / 96.0;
                    let (dx, dy) = (sine(turns + 0.25) * radius, sine(turns) * radius);
                    Point { x: x + dx, y: y + dy, brightness }
                })
                .collect();
            light.trace(&points, Beam { core: 0.45, reach: 0.6 });
        }
    }))
}

/// The tape: bars of two columns, each with a bright head.
pub fn market() -> Grid {
    const HEIGHTS: [usize; 10] = [1, 2, 2, 4, 3, 5, 7, 6, 8, 10];
    let picture = Picture::from_fn(COLUMNS, WAVE_ROWS, |x, y| {
        let Some(column) = (x / 2).checked_sub(51) else { return glow(0.0) };
        let height = if column % 3 == 2 { 0 } else { HEIGHTS.get(column / 3).copied().unwrap_or(0) };
        let level = 10 - y;
        let seen = ease(((column / 3 * 3) as f32 + 8.0) / 22.0);
        match level.cmp(&height) {
            std::cmp::Ordering::Greater => glow(0.0),
            std::cmp::Ordering::Equal => glow(seen),
            std::cmp::Ordering::Less => glow((0.18 + 0.045 * level as f32) * seen),
        }
    });
    frame(&picture.to_grid(&palette()))
}

/// A field of header size with light that rises from the words to column `full`.
fn lit(full: f32, draw: impl FnOnce(&mut Light)) -> Grid {
    let mut light = Light::new(COLUMNS, WAVE_ROWS);
    draw(&mut light);
    light.fade_in(LIT_FROM, full);
    light.picture().to_grid(&palette())
}

/// A sine of `columns` columns a cycle.
fn cycle(x: f32, columns: f32, phase: f32) -> f32 {
    sine((x / 2.0 - f32::from(COLUMNS)) / columns + phase)
}

/// A swell about column `middle`, half gone at a third of `columns`.
fn burst(x: f32, middle: f32, columns: f32) -> f32 {
    let off = (x / 2.0 - middle) / columns;
    let near = 1.0 / (1.0 + 3.0 * off * off);
    near * near
}

/// The light with what all headers have.
fn frame(art: &Grid) -> Grid {
    let mut grid = Grid::new(COLUMNS, ROWS);
    grid.blit(0, 0, art);
    grid.text(2, 1, "D I A L T O N E", NAME);
    grid.text(2, 2, &mark("TT", WORDS_WIDTH), TITLE);
    grid.text(2, 3, &mark("SU", WORDS_WIDTH), ASIDE);
    // The light falls on the rule.
    let lit = |x| match x {
        ..56 => LINE,
        56..70 => HEADING,
        _ => TITLE,
    };
    rule(&mut grid, ROWS - 1, lit);
    grid
}
