//! The word DIALTONE, drawn by hand: a pixel is a cell wide and half a cell high.

/// What a pixel of the word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixel {
    /// Outside the letters.
    Out,
    /// A letter.
    Ink,
    /// The O, which is a dial.
    Dial,
    /// A finger hole of the dial.
    Hole,
}

/// The word's height in pixels.
pub const HEIGHT: i32 = 12;

/// The word on one line.
pub const WIDTH: i32 = 76;
/// Where the second half begins.
const SECOND: i32 = 35;

const ROWS: [&str; 12] = [
    "######    ###     ###     ###     #########    @@@@@     ###   ###  ########",
    "#######   ###    #####    ###     #########  @@@@o@@@@   ####  ###  ########",
    "### ####  ###    #####    ###        ###     @o@@@@@o@   ####  ###  ###     ",
    "###  ###  ###   ### ###   ###        ###    @@@@   @@@@  ##### ###  ###     ",
    "###  ###  ###   ### ###   ###        ###    @@@     @@@  ##### ###  ###     ",
    "###  ###  ###   ### ###   ###        ###    @o@  @  @o@  #########  ####### ",
    "###  ###  ###   ### ###   ###        ###    @o@  @  @o@  ### #####  ####### ",
    "###  ###  ###  #########  ###        ###    @@@     @@@  ### #####  ###     ",
    "###  ###  ###  #########  ###        ###    @@@@   @@@@  ###  ####  ###     ",
    "### ####  ###  ###   ###  ###        ###     @o@@@@@o@   ###  ####  ###     ",
    "#######   ###  ###   ###  #######    ###     @@@@o@@@@   ###   ###  ########",
    "######    ###  ###   ###  #######    ###       @@@@@     ###   ###  ########",
];

/// The pixel at `x`, `y` from the word's top left.
pub fn pixel(x: i32, y: i32) -> Pixel {
    let row = usize::try_from(y).ok().and_then(|y| ROWS.get(y));
    let place = usize::try_from(x).ok();
    match row.zip(place).and_then(|(row, x)| row.as_bytes().get(x)) {
        Some(b'#') => Pixel::Ink,
        Some(b'@') => Pixel::Dial,
        Some(b'o') => Pixel::Hole,
        _ => Pixel::Out,
    }
}

/// How the word is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// On one line.
    Whole,
    /// On two, with pixels between them.
    Stacked(i32),
}

impl Setting {
    /// The pixel at `x`, `y` from its top left.
    pub fn pixel(self, x: i32, y: i32) -> Pixel {
        match self {
            Self::Whole => pixel(x, y),
            Self::Stacked(gap) if y >= HEIGHT + gap => match x {
                0.. => pixel(x + SECOND - 1, y - HEIGHT - gap),
                _ => Pixel::Out,
            },
            // Centred over the longer half.
            Self::Stacked(_) => match x - 4 {
                x @ 0..33 => pixel(x, y),
                _ => Pixel::Out,
            },
        }
    }

    /// The row of its letters that a pixel is in.
    fn line(self, y: i32) -> i32 {
        match self {
            Self::Stacked(gap) if y >= HEIGHT + gap => y - HEIGHT - gap,
            _ => y,
        }
    }

    /// The level of the word at a pixel, in polished metal lit from above; None where what is behind is seen.
    pub fn level(self, x: i32, y: i32) -> Option<f32> {
        // Lit from above; each band is one ink, so edges stay sharp.
        const METAL: [f32; 12] = [1.0, 1.0, 1.0, 0.75, 0.75, 0.75, 0.75, 0.5, 0.5, 0.5, 0.25, 0.25];
        let band = METAL.get(usize::try_from(self.line(y)).unwrap_or(0)).copied().unwrap_or(0.25);
        let out = |x, y| self.pixel(x, y) == Pixel::Out;
        match self.pixel(x, y) {
            Pixel::Ink | Pixel::Dial => {
                let lit = if out(x - 1, y) && !out(x + 1, y) { 0.25 } else { 0.0 };
                Some((band + lit).clamp(0.25, 1.0))
            }
            Pixel::Hole => Some(0.0),
            Pixel::Out => {
                let near = (-1..=1).any(|dy| (-1..=1).any(|dx| !out(x + dx, y + dy)));
                // What stands in front throws a shadow to the lower right.
                (near || !out(x - 2, y - 1)).then_some(0.0)
            }
        }
    }
}
