//! The palettes of the IBM VGA and of xterm, and the nearest colour in each.

use crate::cell::Color;

/// The 16 colours of the IBM VGA in ANSI order.
const VGA: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (170, 0, 0),
    (0, 170, 0),
    (170, 85, 0),
    (0, 0, 170),
    (170, 0, 170),
    (0, 170, 170),
    (170, 170, 170),
    (85, 85, 85),
    (255, 85, 85),
    (85, 255, 85),
    (255, 255, 85),
    (85, 85, 255),
    (255, 85, 255),
    (85, 255, 255),
    (255, 255, 255),
];

/// The levels of xterm's 6x6x6 cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of the 16; None is the terminal's own colour.
pub fn sixteen(color: Color) -> Option<u8> {
    match color {
        Color::Default => None,
        Color::Indexed(n @ 0..=15) => Some(n),
        Color::Indexed(n) => Some(nearest_16(rgb_of(n))),
        Color::Rgb(r, g, b) => Some(nearest_16((r, g, b))),
    }
}

/// The nearest of xterm's 16 to 255: in the cube or on the grey ramp.
pub fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    let step = |part: u8| -> (u8, u8) {
        let near = (0u8..).zip(LEVELS).min_by_key(|(_, level)| part.abs_diff(*level));
        near.unwrap_or_default()
    };
    let ((ri, rl), (gi, gl), (bi, bl)) = (step(r), step(g), step(b));
    let cube = 16 + 36 * ri + 6 * gi + bi;
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let shade = u8::try_from((mean.saturating_sub(3) / 10).min(23)).unwrap_or(23);
    let grey = 8 + 10 * shade;
    if distance((r, g, b), (grey, grey, grey)) < distance((r, g, b), (rl, gl, bl)) {
        232 + shade
    } else {
        cube
    }
}

fn rgb_of(n: u8) -> (u8, u8, u8) {
    match n {
        0..=15 => VGA.get(usize::from(n)).copied().unwrap_or_default(),
        16..=231 => {
            let level = |i: u8| LEVELS.get(usize::from(i % 6)).copied().unwrap_or_default();
            let n = n - 16;
            (level(n / 36), level(n / 6), level(n))
        }
        232.. => {
            let grey = 8 + 10 * (n - 232);
            (grey, grey, grey)
        }
    }
}

fn nearest_16(rgb: (u8, u8, u8)) -> u8 {
    let near = (0u8..).zip(VGA).min_by_key(|(_, color)| distance(rgb, *color));
    near.map_or(7, |(n, _)| n)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palette_colours_are_nearest_to_themselves() {
        for (n, (r, g, b)) in (0u8..).zip(VGA) {
            assert_eq!(sixteen(Color::Rgb(r, g, b)), Some(n));
            assert_eq!(sixteen(Color::Indexed(n)), Some(n));
        }
        for n in 16..=255u8 {
            let (r, g, b) = rgb_of(n);
            assert_eq!(rgb_of(nearest_256(r, g, b)), (r, g, b), "{n}");
        }
        assert_eq!(sixteen(Color::Default), None);
    }
}
