//! Light on a dark field: beams with a falling glow, and the colours that a level of light has.

use crate::picture::{Picture, Rgb};

/// How a beam shines across its path. Lengths are in sample widths: a cell is 2 wide and 4 high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beam {
    /// Half the width of the part that is as bright as the path.
    pub core: f32,
    /// How far the glow goes: at this distance from the core it has fallen to about a third.
    pub reach: f32,
}

impl Beam {
    /// How far from its path the beam can be seen at all.
    fn far(self) -> f32 {
        self.core + self.reach * 6.0
    }

    /// The share of the path's brightness at `distance` from it.
    fn share(self, distance: f32) -> f32 {
        let out = (distance - self.core).max(0.0);
        let near = self.reach / (self.reach + out);
        near * near.sqrt() * (1.0 - out / self.far()).max(0.0)
    }
}

/// A point of a beam's path and how bright it is there (1 is white).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Sample widths from the left.
    pub x: f32,
    /// Sample widths from the top; two to a sample, four to a cell.
    pub y: f32,
    /// Brightness: 0 dark, 1 white; more widens the white.
    pub brightness: f32,
}

/// Levels of light, 2 x 2 samples to a cell.
#[derive(Clone, Debug)]
pub struct Light {
    columns: u16,
    rows: u16,
    levels: Vec<f32>,
}

impl Light {
    /// A dark field of `columns` x `rows` cells, at least one each way.
    pub fn new(columns: u16, rows: u16) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        Self { columns, rows, levels: vec![0.0; usize::from(columns) * usize::from(rows) * 4] }
    }

    /// The field's width in sample widths.
    pub fn width(&self) -> f32 {
        f32::from(self.columns) * 2.0
    }

    /// The field's height in sample widths.
    pub fn height(&self) -> f32 {
        f32::from(self.rows) * 4.0
    }

    /// Lays a beam along the lines between `points`. Where beams meet the brighter is seen.
    pub fn trace(&mut self, points: &[Point], beam: Beam) {
        for pair in points.windows(2) {
            if let &[from, to] = pair {
                self.stroke(from, to, beam);
            }
        }
    }

    /// Lays a beam from edge to edge: `at` gives the y and the brightness for each x, as in [`Point`].
    pub fn curve(&mut self, beam: Beam, at: impl Fn(f32) -> (f32, f32)) {
        // Begins and ends outside, so that the edges are lit by what would lie beyond them.
        let points: Vec<Point> = (-8..=(i32::from(self.columns) + 4) * 2)
            .map(|x| {
                let x = x as f32;
                let (y, brightness) = at(x);
                Point { x, y, brightness }
            })
            .collect();
        self.trace(&points, beam);
    }

    /// Darkens the left: no light up to column `from`, all of it from column `to`.
    pub fn fade_in(&mut self, from: f32, to: f32) {
        let width = self.line_length();
        for line in self.levels.chunks_exact_mut(width) {
            for (x, level) in line.iter_mut().enumerate() {
                *level *= ease(((x as f32 + 0.5) / 2.0 - from) / (to - from));
            }
        }
    }

    /// Takes `level` off everywhere and stretches what is left: the faintest light goes dark.
    pub fn cut(&mut self, level: f32) {
        for here in &mut self.levels {
            *here = ((*here - level) / (1.0 - level)).max(0.0);
        }
    }

    /// Lays a line of one level, `half` its width, along the lines between `points`: dark before light, say.
    pub fn shade(&mut self, points: &[Point], half: f32, level: f32) {
        let mut line = Self { levels: vec![0.0; self.levels.len()], ..*self };
        let bright: Vec<Point> = points.iter().map(|point| Point { brightness: 1.0, ..*point }).collect();
        line.trace(&bright, Beam { core: half, reach: 0.1 });
        for (here, share) in self.levels.iter_mut().zip(line.levels) {
            *here += (level - *here) * share.min(1.0);
        }
    }

    /// Lays shapes over the light: `at` is asked for places (in sample widths, as in [`Point`]), four to a sample, how
    /// much of them is covered, 0 to 1, and by which level.
    pub fn cover(&mut self, at: impl Fn(f32, f32) -> (f32, f32)) {
        let width = self.line_length();
        for (row, line) in self.levels.chunks_exact_mut(width).enumerate() {
            for (column, level) in line.iter_mut().enumerate() {
                let (x, y) = (column as f32, row as f32 * 2.0);
                let places = [(0.25, 0.5), (0.75, 0.5), (0.25, 1.5), (0.75, 1.5)];
                let change = places.map(|(dx, dy)| {
                    let (share, new) = at(x + dx, y + dy);
                    (new - *level) * share.clamp(0.0, 1.0)
                });
                *level += change.iter().sum::<f32>() / 4.0;
            }
        }
    }

    /// The level at a sample; dark outside the field.
    pub fn level(&self, x: usize, y: usize) -> f32 {
        let line = self.levels.chunks_exact(self.line_length()).nth(y);
        line.and_then(|line| line.get(x)).copied().unwrap_or(0.0)
    }

    /// The light in the colours that `of` gives its levels.
    pub fn in_colours(&self, of: impl Fn(f32) -> Rgb) -> Picture {
        let mut levels = self.levels.iter();
        Picture::from_fn(self.columns, self.rows, |_, _| of(levels.next().copied().unwrap_or(0.0)))
    }

    fn line_length(&self) -> usize {
        usize::from(self.columns) * 2
    }

    fn stroke(&mut self, from: Point, to: Point, beam: Beam) {
        let far = beam.far();
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = (dx * dx + dy * dy).max(f32::EPSILON);
        let first = (from.x.min(to.x) - far).max(0.0) as usize;
        let seen = (from.x.max(to.x) + far).max(0.0) as usize + 1;
        let (top, bottom) = (from.y.min(to.y) - far, from.y.max(to.y) + far);
        let width = self.line_length();
        for (row, line) in self.levels.chunks_exact_mut(width).enumerate() {
            let y = row as f32 * 2.0 + 1.0;
            if y < top || y > bottom {
                continue;
            }
            for (column, level) in line.iter_mut().enumerate().take(seen).skip(first) {
                let x = column as f32 + 0.5;
                let along = (((x - from.x) * dx + (y - from.y) * dy) / length).clamp(0.0, 1.0);
                let (ex, ey) = (x - from.x - dx * along, y - from.y - dy * along);
                let away = ex * ex + ey * ey;
                if away < far * far {
                    let brightness = from.brightness + (to.brightness - from.brightness) * along;
                    *level = level.max(brightness * beam.share(away.sqrt()));
                }
            }
        }
    }
}

/// A step from 0 to 1 without corners, as `x` goes from 0 to 1.
pub fn ease(x: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// The colour of a level of light: black over deep blue, cyan and bright cyan to white at 1.
pub fn glow(level: f32) -> Rgb {
    const STEPS: [Rgb; 5] = [
        Rgb::BLACK,
        Rgb::new(0.0, 0.0, 170.0),
        Rgb::new(0.0, 170.0, 170.0),
        Rgb::new(85.0, 255.0, 255.0),
        Rgb::new(255.0, 255.0, 255.0),
    ];
    ramp(&STEPS, level)
}

/// The colour at `level`, 0 to 1, of a way through `steps`, which lie equally far apart.
pub fn ramp(steps: &[Rgb], level: f32) -> Rgb {
    let last = steps.len().saturating_sub(1).max(1) as f32;
    let at = level.clamp(0.0, 1.0) * last;
    let step = at.min(last - 1.0) as usize;
    let mut from = steps.iter().skip(step);
    match (from.next(), from.next()) {
        (Some(a), Some(b)) => a.toward(*b, at - step as f32),
        _ => Rgb::BLACK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEAM: Beam = Beam { core: 1.0, reach: 2.0 };

    #[test]
    fn light_falls_away_from_the_beam() {
        let mut light = Light::new(10, 5);
        light.curve(BEAM, |_| (11.0, 1.0));
        let column: Vec<f32> = (0..10).map(|y| light.level(7, y)).collect();
        assert!((column[5] - 1.0).abs() < 1e-6);
        assert!(column[5..].windows(2).all(|pair| pair[0] > pair[1]), "{column:?}");
        assert_eq!(light.level(99, 0), 0.0);
    }

    #[test]
    fn the_brighter_beam_is_seen() {
        let mut light = Light::new(4, 1);
        light.curve(BEAM, |_| (1.0, 0.8));
        light.curve(BEAM, |_| (1.0, 0.3));
        assert!((light.level(3, 0) - 0.8).abs() < 1e-6);
    }

    #[test]
    fn fading_in_leaves_the_right_alone() {
        let mut light = Light::new(20, 1);
        light.curve(BEAM, |_| (1.0, 1.0));
        light.fade_in(5.0, 10.0);
        assert_eq!(light.level(9, 0), 0.0);
        assert!(light.level(14, 0) > 0.0 && light.level(14, 0) < 1.0);
        assert!((light.level(30, 0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_glow_goes_through_its_colours() {
        assert_eq!(glow(-1.0), Rgb::BLACK);
        assert_eq!(glow(0.25), Rgb::new(0.0, 0.0, 170.0));
        assert_eq!(glow(0.5), Rgb::new(0.0, 170.0, 170.0));
        assert_eq!(glow(0.75), Rgb::new(85.0, 255.0, 255.0));
        assert_eq!(glow(2.0), Rgb::new(255.0, 255.0, 255.0));
    }
}
