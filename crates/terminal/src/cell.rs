//! One cell of a screen: a character and how it looks.

/// A colour, as far as the terminal can show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Color {
    /// The terminal's own: light grey on black on a BBS terminal.
    #[default]
    Default,
    /// 0 to 15 in ANSI order (8 and up bright), 16 to 255 from the xterm palette.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

impl Color {
    /// ANSI colour 0.
    pub const BLACK: Self = Self::Indexed(0);
    /// ANSI colour 1.
    pub const RED: Self = Self::Indexed(1);
    /// ANSI colour 2.
    pub const GREEN: Self = Self::Indexed(2);
    /// ANSI colour 3; dark yellow on most terminals.
    pub const BROWN: Self = Self::Indexed(3);
    /// ANSI colour 4.
    pub const BLUE: Self = Self::Indexed(4);
    /// ANSI colour 5.
    pub const MAGENTA: Self = Self::Indexed(5);
    /// ANSI colour 6.
    pub const CYAN: Self = Self::Indexed(6);
    /// ANSI colour 7, light grey.
    pub const GREY: Self = Self::Indexed(7);
    /// ANSI colour 8.
    pub const DARK_GREY: Self = Self::Indexed(8);
    /// ANSI colour 9.
    pub const BRIGHT_RED: Self = Self::Indexed(9);
    /// ANSI colour 10.
    pub const BRIGHT_GREEN: Self = Self::Indexed(10);
    /// ANSI colour 11.
    pub const YELLOW: Self = Self::Indexed(11);
    /// ANSI colour 12.
    pub const BRIGHT_BLUE: Self = Self::Indexed(12);
    /// ANSI colour 13.
    pub const BRIGHT_MAGENTA: Self = Self::Indexed(13);
    /// ANSI colour 14.
    pub const BRIGHT_CYAN: Self = Self::Indexed(14);
    /// ANSI colour 15.
    pub const WHITE: Self = Self::Indexed(15);
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Foreground.
    pub fg: Color,
    /// Background.
    pub bg: Color,
    /// Blinks (not drawn where blink means a bright background).
    pub blink: bool,
    /// Foreground and background change places.
    pub reverse: bool,
    /// Underlined.
    pub underline: bool,
}

impl Style {
    /// The terminal's own colours, no attributes.
    pub const DEFAULT: Self =
        Self { fg: Color::Default, bg: Color::Default, blink: false, reverse: false, underline: false };

    /// ANSI colour `fg` (0 to 15) on the terminal's own background.
    pub const fn fg(fg: u8) -> Self {
        Self { fg: Color::Indexed(fg), ..Self::DEFAULT }
    }

    /// ANSI colours `fg` and `bg` (0 to 15).
    pub const fn new(fg: u8, bg: u8) -> Self {
        Self { fg: Color::Indexed(fg), bg: Color::Indexed(bg), ..Self::DEFAULT }
    }

    /// This style with ANSI colour `bg` (0 to 15) behind it.
    pub const fn on(self, bg: u8) -> Self {
        Self { bg: Color::Indexed(bg), ..self }
    }

    /// This style, reversed.
    pub const fn reversed(self) -> Self {
        Self { reverse: true, ..self }
    }

    /// This style, underlined.
    pub const fn underlined(self) -> Self {
        Self { underline: true, ..self }
    }

    /// This style, blinking.
    pub const fn blinking(self) -> Self {
        Self { blink: true, ..self }
    }
}

/// A character, exactly one column wide, and its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The character; [`crate::Grid`] keeps only such as take exactly one column.
    pub ch: char,
    /// How it looks.
    pub style: Style,
}

impl Cell {
    /// A blank in the terminal's own colours.
    pub const BLANK: Self = Self { ch: ' ', style: Style::DEFAULT };

    /// Whether there is nothing to see but the background.
    pub fn is_blank(self) -> bool {
        self.ch == ' ' && !self.style.reverse && !self.style.underline
    }

    /// Whether the two cannot be told apart on the screen.
    pub fn looks_like(self, other: Self) -> bool {
        self.ch == other.ch
            && (self.style == other.style
                || (self.is_blank() && other.is_blank() && self.style.bg == other.style.bg))
    }
}

impl Default for Cell {
    fn default() -> Self {
        Self::BLANK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_small() {
        assert!(size_of::<Cell>() <= 16);
    }

    #[test]
    fn blanks_look_alike_whatever_their_foreground() {
        let red = Cell { ch: ' ', style: Style::fg(1) };
        assert!(red.looks_like(Cell::BLANK));
        assert!(!Cell { ch: ' ', style: Style::fg(1).reversed() }.looks_like(Cell::BLANK));
        assert!(!Cell { ch: ' ', style: Style::DEFAULT.on(1) }.looks_like(Cell::BLANK));
        assert!(!Cell { ch: 'x', style: Style::fg(1) }.looks_like(Cell { ch: 'x', style: Style::DEFAULT }));
    }
}
