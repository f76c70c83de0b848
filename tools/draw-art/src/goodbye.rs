//! Goodbye: the tone dies away, and the receiver is back on its hook.

use crate::light::{Beam, Light};
use crate::tone::sine;

/// The line of the tone: its middle row.
pub const MIDDLE_ROW: u16 = 6;

/// Rows of the picture.
pub const ROWS: u16 = 13;

/// Where the light has gone out, as a share of the width.
pub const DARK_FROM: f32 = 0.72;

/// The tone dies away to the right.
pub fn picture(columns: u16) -> Light {
    let mut light = Light::new(columns, ROWS);
    let width = light.width();
    let turns = if columns < 60 { 4.2 } else { 7.4 * width / 160.0 };
    for (share, brightness) in [(0.45, 0.3), (0.72, 0.4)] {
        light.curve(Beam { core: 0.5, reach: 0.8 }, |x| {
            let left = (1.0 - x / width / DARK_FROM).max(0.0);
            (
                26.0 - 23.0 * share * left * left.sqrt() * sine(x / width * turns + 0.16 + 0.1 * share),
                brightness * left,
            )
        });
    }
    light.curve(Beam { core: 1.1, reach: 3.4 }, |x| {
        let along = x / width;
        let left = (1.0 - along / DARK_FROM).max(0.0);
        let brightness = 0.34 + 0.85 * left - 0.34 * ((along - DARK_FROM * 0.9) / 0.16).max(0.0);
        (26.0 - 23.0 * left * left.sqrt() * sine(along * turns + 0.16), brightness.max(0.0))
    });
    light.cut(0.07);
    light
}
