//! The themes: what each makes of a light, and whether its art has shades.

use crate::light::{Light, glow, ramp};
use crate::picture::{PicturePalette, Rgb};
use dialtone_terminal::Grid;

/// How a light is laid in cells.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// What shading costs, where there is any.
    grain: f32,
    /// What a byte less on the line is worth.
    thrift: f32,
}

/// For pictures of a whole screen: the shades of a sky, whatever they take.
pub const SKY: Touch = Touch { grain: 0.012, thrift: 1.0 };
/// For narrow headers, where every cell tells.
pub const SHORT_LINES: Touch = Touch { grain: 0.02, thrift: 300.0 };
/// For headers, which come with every screen: clean lines, in few bytes.
pub const LINES: Touch = Touch { grain: 0.02, thrift: 3200.0 };

/// A theme's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light on a dark tube: blue, cyan and white, shaded.
    Classic,
    /// Ink on paper: flat, with edges.
    Light,
}

/// The light theme's paper, tint, blue, deep blue and ink, as its `theme.toml` has them.
const INKS: [(u8, Rgb); 5] = [
    (0, Rgb::new(251.0, 250.0, 246.0)),
    (4, Rgb::new(181.0, 208.0, 242.0)),
    (6, Rgb::new(47.0, 111.0, 206.0)),
    (14, Rgb::new(13.0, 71.0, 161.0)),
    (15, Rgb::new(16.0, 28.0, 52.0)),
];

impl Theme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Classic, Self::Light];

    /// Its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Light => "light",
        }
    }

    /// A light as cells.
    pub fn draw(self, light: &Light, touch: Touch) -> Grid {
        let Touch { grain, thrift } = touch;
        match self {
            Self::Classic => light
                .in_colours(glow)
                .to_grid(&PicturePalette::grained(&[0, 4, 6, 14, 15], grain).thrifty(thrift)),
            Self::Light => {
                // In bands, as a print has them: what is nearly one ink becomes that ink.
                let steps = INKS.map(|(_, color)| color);
                let banded = |level: f32| {
                    let at = level.clamp(0.0, 1.0) * 4.0;
                    let step = (at + 0.08).floor();
                    let over = ((at - step) * 2.4 - 0.7).clamp(0.0, 1.0);
                    ramp(&steps, (step + over) / 4.0)
                };
                light.in_colours(banded).to_grid(&PicturePalette::flat(&INKS).thrifty(thrift))
            }
        }
    }
}
