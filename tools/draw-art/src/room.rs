//! Where the light of a header falls: right of the words, in five rows or in three.

use crate::light::{Beam, Light, Point, ease};
use crate::tone::sine;

/// The lit part of a header, in sample widths: a cell is 2 wide and 4 high.
pub struct Room {
    /// The light itself.
    pub light: Light,
    /// Its left edge, where all is dark.
    pub left: f32,
    /// Columns over which the light rises.
    rise: f32,
    /// Half of its height, less what the beam needs.
    pub swing: f32,
    /// How large things are: 1 in five rows.
    pub scale: f32,
}

impl Room {
    /// A room in `rows` rows of `columns` columns, dark up to column `left`.
    pub fn new(columns: u16, rows: u16, left: u16, rise: f32) -> Self {
        let light = Light::new(columns, rows);
        let scale = light.height() / 20.0;
        Self {
            swing: light.height() / 2.0 - 2.2 * scale.max(0.8),
            left: f32::from(left) * 2.0,
            rise,
            scale,
            light,
        }
    }

    /// The height of the middle line. On the middle of a sample: straight lines stay sharp.
    pub fn middle(&self) -> f32 {
        if self.light.height() > 15.0 {
            self.light.height() / 2.0 + 1.0
        } else {
            self.light.height() / 2.0 - 1.0
        }
    }

    /// The place at `u`, 0 to 1 from left to right.
    pub fn x(&self, u: f32) -> f32 {
        self.left + (self.light.width() - self.left) * u
    }

    /// The left edges of things set side by side, `step` columns apart, as many as there is room for up to `most`, to
    /// the right edge: whole columns, so that their sides are sharp.
    pub fn columns(&self, most: u16, step: u16) -> Vec<f32> {
        let room = ((self.light.width() - self.left) / 2.0) as u16 - 2;
        let number = most.min(room / step);
        let from = self.light.width() / 2.0 - f32::from(number * step);
        (0..number).map(|n| (from + f32::from(n * step)) * 2.0).collect()
    }

    /// A beam that suits the height.
    pub fn beam(&self, weight: f32) -> Beam {
        Beam { core: (0.62 * weight).max(0.5), reach: 2.0 * weight * self.scale }
    }

    /// A line from edge to edge: `at` gives height (-1 to 1, up) and brightness for each `u`.
    pub fn line(&mut self, weight: f32, at: impl Fn(f32) -> (f32, f32)) {
        let (beam, middle, swing) = (self.beam(weight), self.light.height() / 2.0, self.swing);
        let (left, width) = (self.left, self.light.width() - self.left);
        // A small room has less of the same wave, not a finer one.
        let shown = if self.scale < 1.0 { 0.6 } else { 1.0 };
        self.light.curve(beam, |x| {
            let (height, brightness) = at(0.72 + ((x - left) / width - 0.72) * shown);
            (middle - swing * height, brightness)
        });
    }

    /// A line through points of the room: `u` and height.
    pub fn path(&mut self, weight: f32, brightness: f32, points: &[(f32, f32)]) {
        let (middle, swing) = (self.light.height() / 2.0, self.swing);
        let points: Vec<Point> = points
            .iter()
            .map(|&(u, height)| Point { x: self.x(u), y: middle - swing * height, brightness })
            .collect();
        self.light.trace(&points, self.beam(weight));
    }

    /// A glowing dot.
    pub fn dot(&mut self, u: f32, height: f32, size: f32, brightness: f32) {
        let (x, y) = (self.x(u), self.light.height() / 2.0 - self.swing * height);
        let dot = [-0.4, 0.4].map(|dx| Point { x: x + dx, y, brightness });
        self.light.trace(&dot, Beam { core: size, reach: 1.1 * self.scale });
    }

    /// The light, risen from the dark on the left.
    pub fn finish(mut self) -> Light {
        let from = self.left / 2.0;
        self.light.fade_in(from, from + self.rise);
        // What is hardly lit is dark.
        self.light.cut(0.07);
        self.light
    }
}

/// A sine, `turns` in all over the room.
pub fn cycle(u: f32, turns: f32, phase: f32) -> f32 {
    sine(u * turns + phase)
}

/// A hump of 1 at `middle` that is gone at `width` on either side.
pub fn hump(u: f32, middle: f32, width: f32) -> f32 {
    ease(1.0 - ((u - middle) / width).abs())
}
