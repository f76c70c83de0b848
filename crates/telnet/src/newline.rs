//! The carriage return of the network virtual terminal (RFC 854): CR LF, CR NUL and nothing else.
//!
//! Both halves remember a CR at the end of what they were given, so a split between it and the byte
//! that belongs to it changes nothing. BINARY has no such rule (RFC 856).

use crate::codec::put_data;

/// Takes the NUL out of each CR NUL that comes in.
#[derive(Debug, Default)]
pub struct Reader {
    after_cr: bool,
}

impl Reader {
    /// Hands the data on in at least as many runs as it has CR NUL in it.
    pub fn read<'a>(&mut self, mut data: &'a [u8], binary: bool, mut on: impl FnMut(&'a [u8])) {
        if binary {
            self.after_cr = false;
            if !data.is_empty() {
                on(data);
            }
            return;
        }
        while !data.is_empty() {
            if std::mem::take(&mut self.after_cr)
                && let Some(rest) = data.strip_prefix(b"\0")
            {
                data = rest;
                continue;
            }
            let end = data.windows(2).position(|pair| pair == b"\r\0").map_or(data.len(), |at| at + 1);
            let (run, rest) = data.split_at(end);
            self.after_cr = run.ends_with(b"\r");
            on(run);
            data = rest;
        }
    }
}

/// Puts a NUL behind each CR that goes out without a LF.
#[derive(Debug, Default)]
pub struct Writer {
    after_cr: bool,
}

impl Writer {
    /// Appends the data, with its NULs and with each IAC doubled. The NUL of a CR at the end is
    /// appended by the next call, when it is known whether a LF follows.
    pub fn write(&mut self, data: &[u8], binary: bool, out: &mut Vec<u8>) {
        if binary {
            self.after_cr = false;
            put_data(data, out);
            return;
        }
        for run in data.split_inclusive(|&byte| byte == b'\r') {
            if std::mem::replace(&mut self.after_cr, run.ends_with(b"\r")) && !run.starts_with(b"\n") {
                out.push(0);
            }
            put_data(run, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parts: &[&[u8]], binary: bool) -> Vec<u8> {
        let (mut reader, mut data) = (Reader::default(), Vec::new());
        for part in parts {
            reader.read(part, binary, |run| {
                assert!(!run.is_empty());
                data.extend_from_slice(run);
            });
        }
        data
    }

    fn write(parts: &[&[u8]], binary: bool) -> Vec<u8> {
        let (mut writer, mut wire) = (Writer::default(), Vec::new());
        for part in parts {
            writer.write(part, binary, &mut wire);
        }
        wire
    }

    #[test]
    fn only_the_nul_after_a_cr_goes() {
        assert_eq!(read(&[b"a\r\0b\r\nc\rd\0\r\0\0\r\r\0"], false), b"a\rb\r\nc\rd\0\r\0\r\r");
        assert_eq!(read(&[b"a\r", b"", b"\0", b"\0b\r"], false), b"a\r\0b\r");
        assert_eq!(read(&[b"\r\0"], true), b"\r\0");
    }

    #[test]
    fn a_cr_from_before_binary_is_forgotten() {
        let (mut reader, mut data) = (Reader::default(), Vec::new());
        for (part, binary) in [(&b"a\r"[..], false), (b"b", true), (b"\0c", false)] {
            reader.read(part, binary, |run| data.extend_from_slice(run));
        }
        assert_eq!(data, b"a\rb\0c");
        let (mut writer, mut wire) = (Writer::default(), Vec::new());
        for (part, binary) in [(&b"a\r"[..], false), (b"b", true), (b"c", false)] {
            writer.write(part, binary, &mut wire);
        }
        assert_eq!(wire, b"a\rbc");
    }

    #[test]
    fn a_cr_goes_out_with_a_lf_or_a_nul() {
        assert_eq!(write(&[b"a\r\nb\rc\r\r\n\n"], false), b"a\r\nb\r\0c\r\0\r\n\n");
        assert_eq!(write(&[b"a\r", b"", b"\nb\r", b"c"], false), b"a\r\nb\r\0c");
        assert_eq!(write(&[b"\r\xffa"], false), b"\r\0\xff\xffa");
        assert_eq!(write(&[b"\r\xffa"], true), b"\r\xff\xffa");
    }
}
