use super::*;
use crate::emulator::Emulator;

use proptest::prelude::*;

const CP437: Wire = Wire { hide_cursor: true, ..Wire::ANSI_SYS };
const UTF8: Wire = Wire { charset: Charset::Utf8, ..CP437 };

fn drawn(old: Option<&Grid>, new: &Grid, wire: &Wire) -> Vec<u8> {
    let mut out = Vec::new();
    draw(old, new, wire, &mut out);
    out
}

fn readable(old: Option<&Grid>, new: &Grid) -> String {
    String::from_utf8(drawn(old, new, &UTF8)).unwrap().replace('\x1b', "^")
}

#[test]
fn nothing_changed_costs_nothing() {
    let mut grid = Grid::new(80, 24);
    grid.text(3, 3, "hello", Style::fg(3));
    grid.set_cursor(Some((8, 3)));
    assert_eq!(readable(Some(&grid), &grid), "");
}

#[test]
fn one_typed_character_costs_one_byte() {
    let mut old = Grid::new(80, 24);
    old.set_cursor(Some((8, 3)));
    let mut new = old.clone();
    new.put(8, 3, 'x', Style::DEFAULT);
    new.set_cursor(Some((9, 3)));
    assert_eq!(readable(Some(&old), &new), "x");
}

#[test]
fn the_cheapest_way_is_taken() {
    let old = Grid::new(80, 24);
    let mut new = old.clone();
    new.text(0, 1, "ab", Style::DEFAULT);
    new.text(4, 1, "cd", Style::DEFAULT);
    new.text(30, 1, "ef", Style::DEFAULT);
    assert_eq!(readable(Some(&old), &new), "^[2Hab  cd^[24Cef");
    let mut full = old.clone();
    full.text(0, 5, &"x".repeat(80), Style::DEFAULT);
    let mut cut = old.clone();
    cut.text(0, 5, "xxxx", Style::DEFAULT);
    assert_eq!(readable(Some(&full), &cut), "^[6;5H^[K");
}

#[test]
fn an_unknown_screen_is_reset_and_cleared() {
    let mut grid = Grid::new(80, 24);
    grid.text(0, 0, "hi", Style::fg(15).on(4));
    grid.set_cursor(Some((2, 0)));
    assert_eq!(readable(None, &grid), "^[0m^[2J^[H^[1;37;44mhi^[0m^[?25h");
    let smaller = Grid::new(40, 24);
    assert!(readable(Some(&smaller), &grid).starts_with("^[0m^[2J^[H"));
}

#[test]
fn the_cursor_is_hidden_and_shown() {
    let mut shown = Grid::new(80, 24);
    shown.set_cursor(Some((4, 4)));
    let hidden = Grid::new(80, 24);
    assert_eq!(readable(Some(&shown), &hidden), "^[?25l");
    assert_eq!(readable(Some(&hidden), &shown), "^[5;5H^[?25h");
    let without = Wire { hide_cursor: false, ..UTF8 };
    assert!(drawn(Some(&shown), &hidden, &without).is_empty());
}

/// As the 16-colour wire shows it: bright backgrounds dark, a foreground that would vanish in them bright.
fn as_shown(style: Style) -> Style {
    let dark = |color| match color {
        Color::Indexed(n @ 8..) => Color::Indexed(n - 8),
        other => other,
    };
    match (style.fg, style.bg) {
        (Color::Indexed(fg), Color::Indexed(bg @ 8..)) if fg == bg - 8 => {
            Style { fg: Color::Indexed(bg), bg: dark(style.bg), ..style }
        }
        _ => Style { bg: dark(style.bg), ..style },
    }
}

/// What is seen of blocks: the colours above and below. The terminal's own ink is not its ground.
fn halves(cell: Cell) -> Option<(Color, Color)> {
    let Cell { ch, style: Style { fg, bg, blink: _, reverse, underline } } = cell;
    let ink = if fg == Color::Default { Color::Rgb(1, 2, 3) } else { fg };
    let halves = match ch {
        ' ' => (bg, bg),
        '█' => (ink, ink),
        '▀' => (ink, bg),
        '▄' => (bg, ink),
        _ => return None,
    };
    (!reverse && !underline).then_some(halves)
}

fn looks_like(got: Cell, wanted: Cell) -> bool {
    got.looks_like(wanted) || halves(got).is_some_and(|got| Some(got) == halves(wanted))
}

fn expect_on_emulator(screen: &Emulator, grid: &Grid) -> Result<(), TestCaseError> {
    prop_assert_eq!(screen.scrolled, 0);
    for y in 0..grid.rows() {
        for x in 0..grid.columns() {
            let wanted = grid.cell(x, y).unwrap();
            let wanted = Cell { style: as_shown(wanted.style), ..wanted };
            let (got, wanted) =
                (screen.seen(screen.cells[usize::from(y)][usize::from(x)]), screen.seen(wanted));
            prop_assert!(looks_like(got, wanted), "{},{}: {:?} instead of {:?}", x, y, got, wanted);
        }
    }
    prop_assert_eq!(screen.cursor_shown, grid.cursor().is_some());
    if let Some((x, y)) = grid.cursor() {
        prop_assert_eq!((screen.x, screen.y), (usize::from(x), usize::from(y)));
    }
    Ok(())
}

fn expect_on_vt100(screen: &vt100::Screen, grid: &Grid) -> Result<(), TestCaseError> {
    let color = |color, bold| match color {
        vt100::Color::Idx(n) if bold => Color::Indexed(n + 8),
        vt100::Color::Idx(n) => Color::Indexed(n),
        _ => Color::Default,
    };
    for y in 0..grid.rows() {
        for x in 0..grid.columns() {
            let wanted = grid.cell(x, y).unwrap();
            let wanted = Cell { style: Style { blink: false, ..as_shown(wanted.style) }, ..wanted };
            let cell = screen.cell(y, x).unwrap();
            let style = Style {
                fg: color(cell.fgcolor(), cell.bold()),
                bg: color(cell.bgcolor(), false),
                blink: false,
                reverse: cell.inverse(),
                underline: cell.underline(),
            };
            let got = Cell { ch: cell.contents().chars().next().unwrap_or(' '), style };
            prop_assert!(looks_like(got, wanted), "{},{}: {:?} instead of {:?}", x, y, got, wanted);
        }
    }
    prop_assert_eq!(screen.hide_cursor(), grid.cursor().is_none());
    if let Some((x, y)) = grid.cursor() {
        prop_assert_eq!(screen.cursor_position(), (y, x));
    }
    Ok(())
}

fn a_color() -> impl Strategy<Value = Color> {
    prop_oneof![2 => Just(Color::Default), 3 => (0u8..16).prop_map(Color::Indexed)]
}

fn a_style() -> impl Strategy<Value = Style> {
    let flag = || prop::bool::weighted(0.1);
    (a_color(), a_color(), flag(), flag(), flag()).prop_map(|(fg, bg, blink, reverse, underline)| Style {
        fg,
        bg,
        blink,
        reverse,
        underline,
    })
}

/// A run of one kind: where, how long, what.
fn a_run() -> impl Strategy<Value = (u16, u16, u16, char, Style)> {
    let glyph = prop::sample::select(vec![
        ' ', ' ', ' ', 'a', 'Z', '~', '█', '▀', '▄', '█', '▀', '▄', '░', '─', 'é', 'Ω',
    ]);
    (0u16..30, 0u16..9, 1u16..30, glyph, prop_oneof![Just(Style::DEFAULT), a_style()])
}

fn a_grid(columns: u16, rows: u16) -> impl Strategy<Value = Grid> {
    let cursor = prop::option::of((0..columns, 0..rows));
    (prop::collection::vec(a_run(), 0..14), cursor).prop_map(move |(runs, cursor)| {
        let mut grid = Grid::new(columns, rows);
        runs.into_iter().for_each(|(x, y, w, ch, style)| grid.fill(x, y, w, 1, ch, style));
        grid.set_cursor(cursor);
        grid
    })
}

fn two_grids() -> impl Strategy<Value = (Grid, Grid)> {
    let related =
        (a_grid(24, 6), a_run(), prop::option::of((0..24u16, 0..6u16))).prop_map(|(old, run, cursor)| {
            let mut new = old.clone();
            new.fill(run.0, run.1, run.2, 1, run.3, run.4);
            new.set_cursor(cursor);
            (old, new)
        });
    prop_oneof![(a_grid(24, 6), a_grid(24, 6)), related]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_screen_becomes_any_other((old, new) in two_grids(), wraps_at_once: bool, utf8: bool, erases_in_color: bool) {
        let wire = Wire { erases_in_color, ..if utf8 { UTF8 } else { CP437 } };
        let mut screen = Emulator::new(24, 6, wraps_at_once, utf8);
        screen.feed(&drawn(None, &old, &wire));
        expect_on_emulator(&screen, &old)?;
        screen.feed(&drawn(Some(&old), &new, &wire));
        expect_on_emulator(&screen, &new)?;
    }

    #[test]
    fn vt100_agrees((old, new) in two_grids(), erases_in_color: bool) {
        let wire = Wire { erases_in_color, ..UTF8 };
        let mut parser = vt100::Parser::new(6.try_into().unwrap(), 24.try_into().unwrap(), 0);
        parser.process(&drawn(None, &old, &wire));
        expect_on_vt100(parser.screen(), &old)?;
        parser.process(&drawn(Some(&old), &new, &wire));
        expect_on_vt100(parser.screen(), &new)?;
    }

    #[test]
    fn one_row_is_drawn_and_the_rest_left((old, new) in two_grids(), y in 0..6u16, erases_in_color: bool) {
        let wire = Wire { erases_in_color, ..UTF8 };
        let y = y.min(old.rows() - 1);
        let row = |grid: &Grid| {
            let mut row = Grid::new(grid.columns(), 1);
            for (x, cell) in (0..).zip(grid.row(y)) {
                row.put(x, 0, cell.ch, cell.style);
            }
            row
        };
        let mut wanted = old.clone();
        wanted.blit(0, y, &row(&new));
        let mut bytes = drawn(None, &old, &wire);
        draw_row(&row(&old), &row(&new), y, old.cursor(), &wire, &mut bytes);
        let mut parser = vt100::Parser::new(6.try_into().unwrap(), 24.try_into().unwrap(), 0);
        parser.process(&bytes);
        expect_on_vt100(parser.screen(), &wanted)?;
    }

    #[test]
    fn a_difference_is_never_dearer_than_all((old, new) in two_grids()) {
        prop_assert!(drawn(Some(&old), &new, &CP437).len() <= drawn(None, &new, &CP437).len() + 24 * 6);
    }
}

#[test]
fn an_address_is_a_link_where_links_are_known() {
    let linked = Wire { links: true, ..UTF8 };
    let mut old = Grid::new(40, 3);
    old.set_cursor(Some((0, 0)));
    let mut new = old.clone();
    new.text(2, 1, "at http://a.b now", Style::DEFAULT);
    let bytes = |old: &Grid, new: &Grid, wire: &Wire| {
        let mut out = Vec::new();
        draw(Some(old), new, wire, &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "^")
    };
    assert_eq!(bytes(&old, &new, &UTF8), "\r\n  at http://a.b now^[H");
    assert_eq!(bytes(&old, &new, &linked), "\r\n  at^]8;;http://a.b^\\^[Chttp://a.b^]8;;^\\ now^[H");
    // Another address behind letters that stay: all of its cells are written.
    let mut other = new.clone();
    other.text(14, 1, "c", Style::DEFAULT);
    assert_eq!(bytes(&new, &other, &linked), "^]8;;http://a.c^\\^[2;6Hhttp://a.c^]8;;^\\^[H");
    assert_eq!(bytes(&other, &other, &linked), "");
}
