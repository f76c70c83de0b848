//! What a theme makes of the sixteen colours that screens and art speak in, on terminals of few colours and of many.

use crate::cell::{Color, Style};
use crate::grid::Grid;
use crate::sgr::Colors;

/// One colour of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    /// Where there are 24 bits: red, green, blue.
    pub rgb: (u8, u8, u8),
    /// Where there are 256 colours: its number.
    pub of_256: u8,
    /// Where there are 16: its number.
    pub of_16: u8,
}

/// The sixteen inks, in ANSI order of the colours that they replace.
///
/// Art and screens name colours by what they are for (blue is lines and the bar, white is names); a paint says what
/// that looks like. The terminal's own ground becomes ink 0 and its own foreground ink 7, so a theme may be dark on
/// light. A terminal without colours is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    inks: [Ink; 16],
}

impl Palette {
    /// A paint of these inks.
    pub fn new(inks: [Ink; 16]) -> Self {
        Self { inks }
    }

    /// The colour of words on the ground: what is in force between views.
    pub fn base(&self, colors: Colors) -> Style {
        self.style(Style::DEFAULT, colors)
    }

    /// The style as this paint has it.
    pub fn style(&self, style: Style, colors: Colors) -> Style {
        if colors == Colors::Mono {
            return style;
        }
        Style { fg: self.color(style.fg, 7, colors), bg: self.color(style.bg, 0, colors), ..style }
    }

    /// Paints every cell.
    pub fn grid(&self, grid: &mut Grid, colors: Colors) {
        grid.restyle(|style| self.style(style, colors));
    }

    fn color(&self, color: Color, default: u8, colors: Colors) -> Color {
        let number = match color {
            Color::Default => default,
            Color::Indexed(n) => n,
            Color::Rgb(..) => return color,
        };
        match (self.inks.get(usize::from(number)), colors) {
            (None, _) | (_, Colors::Mono) => color,
            (Some(ink), Colors::Sixteen) => Color::Indexed(ink.of_16),
            (Some(ink), Colors::TwoFiftySix) => Color::Indexed(ink.of_256),
            (Some(Ink { rgb: (r, g, b), .. }), Colors::True) => Color::Rgb(*r, *g, *b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ink n is (n, n, n), 100 + n and 15 - n.
    fn palette() -> Palette {
        Palette::new(std::array::from_fn(|n| {
            let n = u8::try_from(n).unwrap();
            Ink { rgb: (n, n, n), of_256: 100 + n, of_16: 15 - n }
        }))
    }

    #[test]
    fn each_kind_of_terminal_gets_its_own() {
        let style = Style::new(15, 4).underlined();
        let painted = |colors| palette().style(style, colors);
        assert_eq!(painted(Colors::Mono), style);
        assert_eq!(painted(Colors::Sixteen), Style::new(0, 11).underlined());
        assert_eq!(painted(Colors::TwoFiftySix), Style::new(115, 104).underlined());
        let (fg, bg) = (Color::Rgb(15, 15, 15), Color::Rgb(4, 4, 4));
        assert_eq!(painted(Colors::True), Style { fg, bg, ..style });
    }

    #[test]
    fn the_ground_is_painted_too() {
        assert_eq!(palette().base(Colors::TwoFiftySix), Style::new(107, 100));
        let mut grid = Grid::new(2, 1);
        palette().grid(&mut grid, Colors::Sixteen);
        assert!(grid.row(0).iter().all(|cell| cell.style == Style::new(8, 15)));
    }

    #[test]
    fn a_colour_that_is_no_role_stays() {
        let style = Style { fg: Color::Rgb(1, 2, 3), bg: Color::Indexed(200), ..Style::DEFAULT };
        assert_eq!(palette().style(style, Colors::True), style);
    }
}
