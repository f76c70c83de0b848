//! The welcome screens: the tone itself, the dial, and the wires at dusk. Which one a caller sees is chance.

use crate::ink::Theme;
use crate::light::{Beam, Light, Point, ease};
use crate::tone::{BEAT, sine, tone};
use crate::word::{self, Setting};

/// Rows of the picture on wide screens, and on narrow ones.
pub const ROWS: u16 = 18;

/// A picture: how light falls in so many columns.
pub type Scene = fn(u16, Theme) -> Light;

/// Every welcome: its title and its picture.
pub const WELCOMES: [(&str, Scene); 3] =
    [("the tone", the_tone), ("the dial", the_dial), ("the wires", the_wires)];

/// Rows for so many columns.
pub fn rows(columns: u16) -> u16 {
    if columns < 60 { 17 } else { ROWS }
}

/// Lays the word over a light, its top left at this column and half row.
fn letters(light: &mut Light, setting: Setting, left: i32, top: i32) {
    light.cover(|x, y| match setting.level((x / 2.0) as i32 - left, (y / 2.0) as i32 - top) {
        Some(level) => (1.0, level),
        None => (0.0, 0.0),
    });
}

/// Where the word stands, by the width of the screen: set on one line, or on two.
pub fn place(columns: u16) -> (Setting, i32, i32) {
    if columns < 60 {
        (Setting::Stacked(0), -1, i32::from(rows(columns)) * 2 - 2 * word::HEIGHT)
    } else {
        let left = (i32::from(columns) - word::WIDTH) / 2;
        (Setting::Whole, left, i32::from(rows(columns)) * 2 - word::HEIGHT)
    }
}

/// One beat of the tone, the two notes that make it, and the word before it.
fn the_tone(columns: u16, theme: Theme) -> Light {
    let mut light = Light::new(columns, rows(columns));
    let width = light.width();
    let narrow = columns < 60;
    let (middle, swing) = if narrow { (12.0, 10.5) } else { (25.0, 22.5) };
    let scale = if narrow { 0.55 } else { 1.0 };
    light.curve(Beam { core: 1.2 * scale, reach: 3.3 * scale }, |x| {
        let beat = x / width - 0.5;
        (middle - swing * tone(beat * BEAT, 0.159), 0.66 + 0.5 * sine(beat / 2.0 + 0.25))
    });
    // What is hardly lit is dark: the two notes are seen apart from the glow.
    light.cut(0.1);
    let notes = [(350.0, 0.12), (440.0, 0.57)];
    for (hertz, phase) in notes.into_iter().filter(|_| theme == Theme::Classic) {
        light.curve(Beam { core: 0.5, reach: 0.2 }, |x| {
            let beat = x / width - 0.5;
            (middle - 0.8 * swing * sine(beat * hertz / 90.0 + phase), 0.25)
        });
    }
    let (setting, left, top) = place(columns);
    letters(&mut light, setting, left, top);
    light
}

/// The places of the dial's holes, as directions from its middle: 1 at the upper right, then against the clock to 0.
pub fn holes() -> impl Iterator<Item = (char, f32, f32)> {
    (0..10u8).map(|n| {
        let turn = 0.16 + f32::from(n) * 0.0765;
        (char::from(b'0' + (n + 1) % 10), sine(turn + 0.25), -sine(turn))
    })
}

/// How far from the dial's middle its holes lie, its size being 1.
pub const HOLES: f32 = 0.63;

/// The dial's middle and size in sample widths, by the width of the screen.
pub fn dial_place(columns: u16) -> (f32, f32, f32) {
    if columns < 60 { (f32::from(columns), 12.0, 12.5) } else { (f32::from(columns) + 41.0, 36.0, 34.5) }
}

/// A dial, and the tone that comes out of it.
fn the_dial(columns: u16, _: Theme) -> Light {
    let mut light = Light::new(columns, rows(columns));
    let (cx, cy, size) = dial_place(columns);
    let width = light.width();
    let narrow = columns < 60;
    // A still line from the left; what it brings is heard at the dial.
    let still = if narrow { 0.2 } else { 44.0 / f32::from(columns) };
    light.curve(Beam { core: 0.9, reach: if narrow { 1.6 } else { 2.2 } }, |x| {
        let loud = ease((x / width - still) / 0.2);
        let line = if narrow { cy } else { 35.0 };
        (
            line - 0.9 * size * loud * sine((x - cx) / width * 6.0 + 0.1),
            if x > cx { 0.0 } else { 0.5 + 0.6 * ease(x / width / still.max(0.1)) },
        )
    });
    light.cut(0.1);
    light.cover(|x, y| dial((x - cx) / size, (y - cy) / size, size));
    if narrow {
        letters(&mut light, Setting::Stacked(0), -1, i32::from(rows(columns)) * 2 - 2 * word::HEIGHT);
    } else {
        let left = i32::from(columns - 80) / 2;
        letters(&mut light, Setting::Stacked(4), left + 1 - if columns > 80 { 8 } else { 0 }, 4);
    }
    light
}

/// The dial at a place from its middle, its size being 1: how much it covers, and how bright it is.
fn dial(x: f32, y: f32, size: f32) -> (f32, f32) {
    let r = (x * x + y * y).sqrt().max(0.001);
    let soft = |edge: f32| ((edge - r) * size / 1.6 + 0.5).clamp(0.0, 1.0);
    if r > 1.03 {
        return (0.0, 0.0);
    }
    // Brushed metal: bright toward the upper left and, less, across from there.
    let across = (x * y * 2.0) / (r * r);
    let toward = -(x * 0.6 + y * 0.8) / r;
    let mut level = match r {
        // The rim, a groove, the wheel.
        0.9.. => 0.6 + 0.38 * toward,
        0.83..0.9 => 0.0,
        _ => 0.5 + 0.16 * across + 0.16 * toward,
    };
    for (_, hx, hy) in holes() {
        let (dx, dy) = (x - hx * HOLES, y - hy * HOLES);
        let d = (dx * dx + dy * dy).sqrt();
        if d < 0.122 {
            level = 0.0;
        } else if d < 0.16 && r < 0.83 {
            // The far edge of each hole catches the light.
            level += 0.25 * (dx * 0.6 + dy * 0.8) / d;
        }
    }
    if r < 0.41 {
        let ball = 0.62 - 0.42 * (x * 0.6 + y * 0.8) / 0.4;
        level = if r > 0.35 { 0.0 } else { ball.clamp(0.25, 1.0) };
    }
    if r < 0.22 {
        level = 0.0;
    }
    // The finger stop, at the lower right.
    let (sx, sy) = (x - 0.7, y - 0.5);
    let along = (sx * 0.5 - sy * 0.86).abs();
    let beside = (sx * 0.86 + sy * 0.5).abs();
    if beside < 0.05 && along < 0.2 && r < 0.9 {
        level = 1.0;
    }
    (soft(1.0), level)
}

/// Telephone wires at dusk, one of them humming.
fn the_wires(columns: u16, theme: Theme) -> Light {
    let mut light = Light::new(columns, rows(columns));
    let narrow = columns < 60;
    let (width, horizon) = (light.width(), if narrow { 19.0 } else { 48.0 });
    let scale = horizon / 48.0;
    // Against a bright sky things are black; on paper they are ink, and the sky is a wash.
    let (wash, disc_level, black) = match theme {
        Theme::Classic => (1.0, 1.0, 0.0),
        Theme::Light => (0.6, 0.5, 1.0),
    };
    let sun = (width * 0.7, horizon - 10.0 * scale);
    light.cover(|x, y| {
        let (dx, up) = ((x - sun.0) / (width * 0.42), ((horizon - y) / horizon).clamp(0.0, 1.0));
        let glow = 1.0 / (1.0 + 2.2 * dx * dx);
        let sky = (0.08 + 0.6 * (1.0 - up) * (1.0 - up)) * (0.6 + 0.4 * glow);
        let (rx, ry) = (x - sun.0, y - sun.1);
        let disc = (rx * rx + ry * ry).sqrt() - 13.5 * scale;
        // Haze lies across the sun's lower half.
        let haze = ry > -5.0 * scale && ((ry / scale + 6.0) / 4.0).fract() < 0.4;
        let level = if disc < 0.0 && !haze {
            disc_level
        } else {
            wash * sky.max(0.62 - 0.045 * disc.max(0.0) / scale)
        };
        (f32::from(u8::from(y < horizon)), level.clamp(0.0, 1.0))
    });
    if theme == Theme::Classic {
        stars(&mut light, horizon * 0.55);
    }
    // Hills against the last of the light.
    light.cover(|x, y| {
        let hill = horizon - scale * (3.0 + 2.6 * sine(x / 97.0 + 0.3) + 0.8 * sine(x / 41.0));
        (f32::from(u8::from(y > hill && black == 0.0)), black)
    });
    poles(&mut light, horizon, scale, black);
    let (setting, left, top) = place(columns);
    letters(&mut light, setting, left, top);
    light
}

/// A few stars in the upper dark, always the same.
fn stars(light: &mut Light, below: f32) {
    let mut seed = 0x2545_f491_u32;
    let mut next = |range: f32| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        (seed >> 8) as f32 / 16_777_216.0 * range
    };
    for _ in 0..26 {
        let (x, y) = (next(light.width()).floor() + 0.5, next(below).floor());
        let brightness = 0.35 + next(0.5);
        light.trace(
            &[Point { x, y, brightness }, Point { x: x + 0.2, y, brightness }],
            Beam { core: 0.7, reach: 0.2 },
        );
    }
}

/// The poles, each farther away, and the wires from one to the next.
fn poles(light: &mut Light, horizon: f32, scale: f32, black: f32) {
    // Place from left to right as a share of the width, height and nearness.
    const POLES: [(f32, f32, f32); 6] = [
        (-0.22, 62.0, 1.5),
        (0.14, 46.0, 1.0),
        (0.385, 31.0, 0.66),
        (0.54, 20.5, 0.44),
        (0.63, 13.5, 0.29),
        (0.685, 9.0, 0.19),
    ];
    let width = light.width();
    let tops: Vec<(f32, f32, f32)> = POLES
        .iter()
        .map(|(u, high, near)| (u * width, horizon - high * scale + 2.0 * scale, *near))
        .collect();
    let arm = |near: f32, side: f32| side * 13.0 * scale * near;
    for (n, pair) in tops.windows(2).enumerate() {
        let [(ax, ay, an), (bx, by, bn)] = pair else { continue };
        for (row, side) in [(0.0, -1.0), (0.0, 1.0), (5.0, -0.72), (5.0, 0.72)] {
            let hum = row == 0.0 && side == 1.0;
            let points: Vec<Point> = (0..=60)
                .map(|step| step as f32 / 60.0)
                .map(|t| {
                    let near = an + (bn - an) * t;
                    let sag = 4.0 * t * (1.0 - t) * 7.5 * scale * near;
                    let along = n as f32 * 1.1 + t * 1.1;
                    let wave =
                        if hum { 3.6 * scale * near * tone((along / 2.4 - 0.8) * BEAT, 0.2) } else { 0.0 };
                    Point {
                        x: ax + arm(*an, side) + (bx + arm(*bn, side) - ax - arm(*an, side)) * t,
                        y: ay
                            + row * scale * an
                            + (by + row * scale * bn - ay - row * scale * an) * t
                            + sag
                            + wave,
                        brightness: if black > 0.0 { 0.75 } else { 1.12 },
                    }
                })
                .collect();
            if hum {
                light.trace(&points, Beam { core: 0.5, reach: 1.3 * scale * an.min(1.0) });
            } else {
                light.shade(&points, if black > 0.0 { 0.4 } else { 0.7 }, black);
            }
        }
    }
    light.cover(|x, y| {
        let pole = tops.iter().any(|(px, top, near)| {
            let (post, bar) = (1.35 * scale * near, 0.8_f32.max(1.0 * scale * near));
            let on_post = (x - px).abs() < post.max(0.9) && y > top - 3.0 * scale * near && y < horizon;
            let on_bar = |dy: f32, reach: f32| {
                (y - (top + dy * scale * near)).abs() < bar && (x - px).abs() < reach * 14.0 * scale * near
            };
            on_post || on_bar(1.0, 1.0) || on_bar(6.0, 0.76)
        });
        (f32::from(u8::from(pole)), black)
    });
}
