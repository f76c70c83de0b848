//! Welcome and goodbye in ASCII alone, for terminals without colours or a cursor: the wave in `. - ' "`.

use crate::frame::{mark, mark_right};
use crate::word::{self, Pixel};
use dialtone_terminal::mark::{BEAT, sine, tone};

const COLUMNS: usize = 78;
/// Heights that a row can show: `'` above, `-` in the middle, `.` below.
const STEPS: f32 = 3.0;

/// One beat of the tone, and the word.
pub fn welcome() -> String {
    let mut lines = wave(9, |x| tone((x - 0.5) * BEAT, 0.159));
    lines.extend(letters());
    lines.push(String::new());
    lines.push(centred("a board that answers"));
    lines.push(spread("350 Hz + 440 Hz", &format!("node {}  {}", mark("NN", 3), mark_right("TI", 8))));
    lines.push(format!(" callers on line {}      last call {}", mark("ON", 6), mark("LC", 36)));
    finish(&lines)
}

/// The tone dies away.
pub fn goodbye() -> String {
    let mut lines = wave(9, |x| {
        let left = (1.0 - x / 0.8).max(0.0);
        left * left.sqrt() * sine(x * 7.0 + 0.16)
    });
    let middle = lines.len() / 2;
    if let Some(line) = lines.get_mut(middle) {
        line.truncate(COLUMNS - 12);
        line.push_str("  NO CARRIER");
    }
    lines.push(String::new());
    lines.push(format!(" so long, {}", mark("UN", 26)));
    lines.push(" the tone was here before you called. it still is.".into());
    lines.push(String::new());
    let left = format!("minutes on line {}", mark("TC", 7));
    lines.push(spread(&left, &format!("callers left {}", mark("ON", 6))));
    finish(&lines)
}

/// A curve over the whole width in `rows` rows; `at` gives its height, -1 to 1, for 0 to 1 from left to right.
fn wave(rows: usize, at: impl Fn(f32) -> f32) -> Vec<String> {
    let steps = rows as f32 * STEPS;
    let place = |x: f32| ((1.0 - at(x / COLUMNS as f32)) / 2.0 * steps).clamp(0.0, steps - 1.0) as usize;
    let mut lines = vec![vec![b' '; COLUMNS]; rows];
    for x in 0..COLUMNS {
        let (left, right) = (place(x as f32), place(x as f32 + 1.0));
        let (top, bottom) = (left.min(right), left.max(right));
        for (row, line) in lines.iter_mut().enumerate() {
            let first = row * 3;
            let inside: Vec<usize> =
                (first..first + 3).filter(|step| (top..=bottom).contains(step)).collect();
            let glyph = match inside.as_slice() {
                [] => continue,
                [one] if *one == first => b'\'',
                [one] if *one == first + 1 => b'-',
                [_] => b'.',
                [one, ..] if *one == first => b'"',
                _ => b'.',
            };
            if let Some(cell) = line.get_mut(x) {
                *cell = glyph;
            }
        }
    }
    lines.into_iter().map(|line| line.into_iter().map(char::from).collect()).collect()
}

/// The word: two pixels to a character, one above the other.
fn letters() -> Vec<String> {
    let ink = |x, y| word::pixel(x, y) != Pixel::Out;
    let glyph = |x, y| match (ink(x, y), ink(x, y + 1)) {
        (true, true) => '#',
        (true, false) => '"',
        (false, true) => '.',
        (false, false) => ' ',
    };
    let line = |y| std::iter::once(' ').chain((0..word::WIDTH).map(move |x| glyph(x, y))).collect();
    (0..word::HEIGHT).step_by(2).map(line).collect()
}

fn centred(text: &str) -> String {
    format!("{text:^COLUMNS$}")
}

fn spread(left: &str, right: &str) -> String {
    let room = COLUMNS - 2 - left.len();
    format!(" {left}{right:>room$}")
}

fn finish(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\r\n", line.trim_end())).collect()
}
