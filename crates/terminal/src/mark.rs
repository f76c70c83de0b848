//! The Dialtone mark: the sum of 350 Hz and 440 Hz, drawn as a light with a falling glow.

use crate::grid::Grid;
use crate::light::{Beam, Light, palette};

/// One beat of the tone in seconds, from one silence of the sum to the next: 1 / (440 - 350).
pub const BEAT: f32 = 1.0 / 90.0;

/// How many columns a beat takes in a header.
const BEAT_COLUMNS: f32 = 40.0;

/// The sine of an angle in turns, to five digits. Its own arithmetic, so that the mark is the same on every machine.
pub fn sine(turns: f32) -> f32 {
    let turns = turns - turns.round();
    // Folded to a quarter turn either side of nought, where the series is good.
    let folded = if turns.abs() > 0.25 { 0.5f32.copysign(turns) - turns } else { turns };
    let x = folded * std::f32::consts::TAU;
    let square = x * x;
    let series = 1.0 - square / 72.0;
    x * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0 * series)))
}

/// The dial tone at `seconds`, from -1 to 1: half of sin(2π 350 t) + sin(2π 440 t). `phase`, in turns, moves both
/// sines alike: the wave runs along and the beat stays.
pub fn tone(seconds: f32, phase: f32) -> f32 {
    (sine(350.0 * seconds + phase) + sine(440.0 * seconds + phase)) / 2.0
}

/// The mark for a header of `columns` x `rows` cells (at least one each way), a beat to 40 columns, loudest ten
/// columns from the right edge.
///
/// `phase` in turns; `amplitude` from 0, a flat line, to 1, the whole height; `fade` is the share of the width that
/// stays dark on the left, from where the light rises.
pub fn wave(columns: u16, rows: u16, phase: f32, amplitude: f32, fade: f32) -> Grid {
    let mut light = Light::new(columns, rows);
    let (width, height) = (light.width(), light.height());
    let swing = amplitude.clamp(0.0, 1.0) * (height / 2.0 - 2.0).max(0.0);
    let middle = height / 2.0;
    light.curve(beam(rows), |x| {
        let seconds = ((x - width) / (2.0 * BEAT_COLUMNS) + 0.25) * BEAT;
        (middle - swing * tone(seconds, phase), 1.06)
    });
    if fade > 0.0 {
        let columns = f32::from(columns);
        light.fade_in(fade * columns, (fade + 0.19) * columns);
    }
    light.picture().to_grid(&palette())
}

/// The beam that suits a header of `rows` rows.
pub fn beam(rows: u16) -> Beam {
    let rows = f32::from(rows.max(1));
    Beam { core: 0.6 + 0.02 * rows, reach: 0.4 * rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Color;
    use proptest::prelude::*;

    fn whites(grid: &Grid, columns: std::ops::Range<u16>) -> Vec<(u16, u16)> {
        let all = columns.flat_map(|x| (0..grid.rows()).map(move |y| (x, y)));
        all.filter(|&(x, y)| grid.cell(x, y).is_some_and(|c| c.style.fg == Color::WHITE)).collect()
    }

    #[test]
    fn the_sine_is_a_sine() {
        for n in -4000..4000 {
            let turns = n as f32 / 777.0;
            let real = (f64::from(turns) * std::f64::consts::TAU).sin();
            assert!((f64::from(sine(turns)) - real).abs() < 1e-5, "at {turns}");
        }
    }

    #[test]
    fn the_tone_beats_ninety_times_a_second() {
        for phase in [0.0, 0.3, 0.7] {
            assert!(tone(BEAT / 2.0, phase).abs() < 1e-4);
            assert!(tone(-BEAT / 2.0, phase).abs() < 1e-4);
        }
        assert!((tone(0.0, 0.25) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_header_is_dark_on_the_left_and_bright_on_the_right() {
        let grid = wave(80, 5, 0.1, 1.0, 0.61);
        assert!((0..48).all(|x| (0..5).all(|y| grid.cell(x, y).unwrap().ch == ' ')));
        assert!(!whites(&grid, 60..80).is_empty());
        let rows = |range| {
            whites(&grid, range).into_iter().map(|(_, y)| y).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(rows(64..80).len() >= 4, "the wave swings over the height: {:?}", rows(64..80));
    }

    #[test]
    fn without_amplitude_the_line_is_flat() {
        let grid = wave(40, 3, 0.4, 0.0, 0.0);
        let first: Vec<_> = (0..3).map(|y| grid.cell(0, y)).collect();
        assert!((1..40).all(|x| (0..3).map(|y| grid.cell(x, y)).collect::<Vec<_>>() == first));
        assert_eq!(grid.cell(0, 1).unwrap().style.fg, Color::BRIGHT_CYAN);
    }

    proptest! {
        #[test]
        fn any_size_is_drawn(columns in 0u16..140, rows in 0u16..8, phase in -9.0f32..9.0, amplitude in -1.0f32..2.0, fade in -0.5f32..1.5) {
            let grid = wave(columns, rows, phase, amplitude, fade);
            prop_assert_eq!((grid.columns(), grid.rows()), (columns.max(1), rows.max(1)));
        }
    }
}
