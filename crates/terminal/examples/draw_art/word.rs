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

/// The word's width in pixels.
pub const WIDTH: i32 = 76;
/// The word's height in pixels.
pub const HEIGHT: i32 = 12;

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

/// Whether `x`, `y` touches the word or lies in it.
pub fn near(x: i32, y: i32) -> bool {
    (-1..=1).any(|down| (-1..=1).any(|right| pixel(x + right, y + down) != Pixel::Out))
}
