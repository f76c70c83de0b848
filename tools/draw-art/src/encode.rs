//! A grid as few ANSI.SYS bytes: code page 437, SGR 0, 1, 30 to 37 and 40 to 47, cursor forward, cursor position.
//!
//! Most cells can be drawn in more than one way (a full blue block or a blank on blue; an upper half, or a lower half
//! with the colours changed over), so the colours in force after each cell are chosen for the whole row's sake.

use dialtone_terminal::{Cell, Charset, Color, Grid};
use std::collections::BTreeMap;

/// The colours in force: foreground 0 to 15 and background 0 to 7.
type Inks = (u8, u8);

/// After a reset.
const PLAIN: Inks = (7, 0);
/// No change of colours takes more bytes than `ESC[0;1;3x;4xm`: a way that much longer than another is lost.
const DEAREST_CHANGE: usize = 12;
/// A gap this wide is cheaper skipped than written.
const SKIPPED_GAP: usize = 4;

/// One way to draw a cell: the byte, and the colours it needs.
struct Way {
    byte: u8,
    fg: Option<u8>,
    bg: Option<u8>,
}

/// The bytes that draw `grid` from the top left of a cleared screen. They end in plain colours.
pub fn encode(grid: &Grid) -> Vec<u8> {
    let mut out = b"\x1b[0m".to_vec();
    let mut inks = PLAIN;
    for y in 0..grid.rows() {
        let row = grid.row(y);
        let used = row.iter().rposition(|cell| !empty(cell)).map_or(0, |last| last + 1);
        let (bytes, after) = encode_row(row.get(..used).unwrap_or_default(), inks);
        out.extend(bytes);
        inks = after;
        if y + 1 == grid.rows() {
            break;
        }
        if used == row.len() {
            // Terminals differ on where the cursor is after the last column; this is right on all of them.
            out.extend(format!("\x1b[{}H", y + 2).bytes());
        } else {
            out.extend(b"\r\n");
        }
    }
    if inks != PLAIN {
        out.extend(b"\x1b[0m");
    }
    out
}

/// The shortest bytes for a row that begins in the colours `from`, and the colours it ends in.
fn encode_row(cells: &[Cell], from: Inks) -> (Vec<u8>, Inks) {
    // For each column the shortest way to come there, by the colours then in force.
    let mut ways_to: BTreeMap<usize, BTreeMap<Inks, Vec<u8>>> = BTreeMap::new();
    ways_to.entry(0).or_default().insert(from, Vec::new());
    let mut rest = cells;
    while let Some((cell, after)) = rest.split_first() {
        let x = cells.len() - rest.len();
        let gap = rest.iter().take_while(|cell| empty(cell)).count();
        let here = ways_to.remove(&x).unwrap_or_default();
        let least = here.values().map(Vec::len).min().unwrap_or(0);
        for (inks, so_far) in here.into_iter().filter(|(_, bytes)| bytes.len() <= least + DEAREST_CHANGE) {
            for way in ways(cell) {
                for (sgr, then) in changes(inks, &way) {
                    let bytes = [so_far.as_slice(), &sgr, &[way.byte]].concat();
                    offer(ways_to.entry(x + 1).or_default(), then, bytes);
                }
            }
            if gap >= SKIPPED_GAP {
                let bytes = [so_far.as_slice(), format!("\x1b[{gap}C").as_bytes()].concat();
                offer(ways_to.entry(x + gap).or_default(), inks, bytes);
            }
        }
        rest = after;
    }
    let ends = ways_to.remove(&cells.len()).unwrap_or_default();
    let best = ends.into_iter().min_by_key(|(_, bytes)| bytes.len());
    best.map_or((Vec::new(), from), |(inks, bytes)| (bytes, inks))
}

fn offer(places: &mut BTreeMap<Inks, Vec<u8>>, inks: Inks, bytes: Vec<u8>) {
    match places.get_mut(&inks) {
        Some(there) if there.len() <= bytes.len() => {}
        Some(there) => *there = bytes,
        None => {
            places.insert(inks, bytes);
        }
    }
}

/// The SGR bytes that give `way` its colours, by a change and by a reset, and the colours then in force.
fn changes(now: Inks, way: &Way) -> Vec<(Vec<u8>, Inks)> {
    let changed = (way.fg.unwrap_or(now.0), way.bg.unwrap_or(now.1));
    if changed == now {
        return vec![(Vec::new(), now)];
    }
    let reset = (way.fg.unwrap_or(PLAIN.0), way.bg.unwrap_or(PLAIN.1));
    let mut all = vec![(sgr(vec!["0".into()], PLAIN, reset), reset)];
    // Bold cannot be taken back without a reset.
    if now.0 < 8 || changed.0 >= 8 {
        all.push((sgr(Vec::new(), now, changed), changed));
    }
    all
}

fn sgr(mut parts: Vec<String>, from: Inks, to: Inks) -> Vec<u8> {
    if from.0 < 8 && to.0 >= 8 {
        parts.push("1".into());
    }
    if from.0 % 8 != to.0 % 8 {
        parts.push(format!("3{}", to.0 % 8));
    }
    if from.1 != to.1 {
        parts.push(format!("4{}", to.1));
    }
    format!("\x1b[{}m", parts.join(";")).into_bytes()
}

fn ways(cell: &Cell) -> Vec<Way> {
    let (_, fg, bg) = look(cell);
    let as_is = |ch| Way { byte: byte(ch), fg: Some(fg), bg: Some(bg) };
    let filled = |n: u8| {
        let block = Way { byte: byte('█'), fg: Some(n), bg: None };
        let blank = Way { byte: b' ', fg: None, bg: Some(n) };
        match n {
            // A black block is darkness too, but who copies the screen's letters would find it.
            0 => vec![blank],
            1..8 => vec![blank, block],
            _ => vec![block],
        }
    };
    let turned = |other| {
        // The ground stays behind: in front a theme may show it brighter.
        let turned = (fg < 8 && bg != 0).then(|| Way { byte: byte(other), fg: Some(bg), bg: Some(fg) });
        std::iter::once(as_is(cell.ch)).chain(turned).collect()
    };
    match cell.ch {
        ' ' => filled(bg),
        '█' => filled(fg),
        '▀' => turned('▄'),
        '▄' => turned('▀'),
        '▌' => turned('▐'),
        '▐' => turned('▌'),
        '▒' => turned('▒'),
        ch => vec![as_is(ch)],
    }
}

/// A cell's glyph and its colours by number.
pub fn look(cell: &Cell) -> (char, u8, u8) {
    (cell.ch, number(cell.style.fg, PLAIN.0), number(cell.style.bg, PLAIN.1))
}

fn empty(cell: &Cell) -> bool {
    cell.ch == ' ' && number(cell.style.bg, PLAIN.1) == PLAIN.1
}

fn number(color: Color, default: u8) -> u8 {
    match color {
        Color::Indexed(n) => n,
        _ => default,
    }
}

fn byte(ch: char) -> u8 {
    let mut out = Vec::new();
    Charset::Cp437.encode(ch, &mut out);
    out.first().copied().unwrap_or(b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_terminal::Style;

    #[test]
    fn a_row_takes_the_cheaper_way() {
        let mut grid = Grid::new(12, 2);
        grid.fill(0, 0, 3, 1, '█', Style::fg(4));
        grid.put(3, 0, '▀', Style::new(6, 4));
        grid.text(10, 0, "a", Style::new(14, 0));
        grid.text(0, 1, "b", Style::fg(7));
        // Blue stays behind from the first blank to the half; the gap is skipped in whatever colours.
        assert_eq!(encode(&grid), b"\x1b[0m\x1b[44m   \x1b[36m\xdf\x1b[6C\x1b[1;40ma\r\n\x1b[0mb");
    }

    #[test]
    fn a_full_row_is_left_by_address() {
        let mut grid = Grid::new(3, 2);
        grid.text(0, 0, "abc", Style::DEFAULT);
        grid.text(0, 1, "d", Style::fg(12));
        assert_eq!(encode(&grid), b"\x1b[0mabc\x1b[2H\x1b[1;34md\x1b[0m");
    }
}
