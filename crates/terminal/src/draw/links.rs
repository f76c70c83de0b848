//! Addresses that stand in a row, made into links where the terminal knows how (OSC 8). The address is the text that
//! one reads: nothing hides behind it.

use crate::cell::Cell;

/// The longest address made into a link, in cells: one that fills a row may go on in the next.
const LONGEST: usize = 70;

/// Where an address stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its first cell.
    pub start: usize,
    /// The cell behind its last.
    pub end: usize,
    /// The address, printable ASCII.
    pub address: String,
}

/// The addresses of a row, left to right.
pub fn find(row: &[Cell]) -> Vec<Link> {
    let mut links = Vec::new();
    let mut from = 0;
    let is = |at: usize, c: char| row.get(at).is_some_and(|cell| cell.ch == c);
    while let Some(colon) = (from..row.len()).find(|at| is(*at, ':') && is(at + 1, '/') && is(at + 2, '/')) {
        from = colon + 3;
        let Some(start) = ["https", "http"].iter().find_map(|scheme| scheme_before(row, colon, scheme))
        else {
            continue;
        };
        let end = (from..row.len()).find(|at| !row.get(*at).is_some_and(|cell| belongs(cell.ch)));
        let end = end.unwrap_or(row.len());
        let cut = is(end, '…') || end == row.len();
        let mut address: String =
            row.get(start..end).unwrap_or_default().iter().map(|cell| cell.ch).collect();
        // What ends a sentence is no part of it.
        address.truncate(address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']).len());
        let end = start + address.len();
        if !cut && end > from && address.len() <= LONGEST {
            links.push(Link { start, end, address });
        }
        from = from.max(end);
    }
    links
}

fn scheme_before(row: &[Cell], colon: usize, scheme: &str) -> Option<usize> {
    let start = colon.checked_sub(scheme.len())?;
    let cells = row.get(start..colon)?;
    let alone = start == 0 || !row.get(start - 1)?.ch.is_alphanumeric();
    (alone && cells.iter().map(|cell| cell.ch).eq(scheme.chars())).then_some(start)
}

/// The characters of an address (RFC 3986).
fn belongs(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

/// Appends what begins a link.
pub fn open(link: &Link, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b]8;;");
    out.extend_from_slice(link.address.as_bytes());
    out.extend_from_slice(b"\x1b\\");
}

/// Appends what ends a link.
pub fn close(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b]8;;\x1b\\");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Style;
    use crate::grid::Grid;

    fn found(text: &str) -> Vec<String> {
        let mut grid = Grid::new(80, 1);
        grid.text(0, 0, text, Style::DEFAULT);
        find(grid.row(0)).into_iter().map(|link| link.address).collect()
    }

    #[test]
    fn addresses_are_found_in_their_sentences() {
        assert_eq!(
            found("see https://bbs.example/a?b=c, or (http://x.org)."),
            ["https://bbs.example/a?b=c", "http://x.org"]
        );
        for none in ["http://", "xhttp://a.b", "ftp://a.b", "//a.b", "javascript://x", "https://cut.exampl…"]
        {
            assert_eq!(found(none), [""; 0], "{none}");
        }
        assert_eq!(found(&format!("https://{}", "x".repeat(68))), [""; 0]);
        assert_eq!(found("http://a\u{1b}]0;x"), ["http://a"]);
    }
}
