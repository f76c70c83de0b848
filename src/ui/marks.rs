//! A sample of what each mark in art stands for: what `art show` fills in.

/// Name and sample. A mark that is none of these is the place of a command, or of a group of them.
const SAMPLES: &[(&str, &str)] = &[
    ("BN", "Dialtone"),
    ("CN", "212"),
    ("DA", "2026-11-21"),
    ("LC", "zero cool, 2 min ago"),
    ("MI", "+1.2 %"),
    ("NM", "17"),
    ("NN", "1"),
    ("NP", "2"),
    ("ON", "12"),
    ("PV", "$104,210"),
    ("SU", "acid burn · node 1 · call 212"),
    ("TC", "23"),
    ("TI", "20:41"),
    ("TT", "main menu"),
    ("UL", "10"),
    ("UN", "acid burn"),
];

/// A sample of what a mark stands for.
pub fn sample(mark: &str) -> Option<String> {
    let known = SAMPLES.iter().find(|(name, _)| *name == mark);
    Some(known.map_or("COMMANDS", |(_, sample)| *sample).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::MARKS;

    #[test]
    fn every_mark_has_a_sample() {
        let names =
            |list: &[(&str, &str)]| list.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(names(SAMPLES), names(MARKS));
    }
}
