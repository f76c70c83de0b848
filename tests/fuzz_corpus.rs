//! The fuzz targets on every build: their corpus as it is, cut short everywhere, and with a byte changed here and there.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

use dialtone::menu;

/// A target by the name of its corpus.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 7] = [
    ("access", targets::access),
    ("art", targets::art),
    ("keys", targets::keys),
    ("pipe", targets::pipe),
    ("sauce", targets::sauce),
    ("screen", targets::screen),
    ("telnet", targets::telnet),
];

/// Changes of a seed beyond its own bytes: few enough for every build.
const CHANGES: usize = 200;

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let files = std::fs::read_dir(&folder).expect("every target has a corpus");
    let mut seeds: Vec<Vec<u8>> =
        files.map(|file| std::fs::read(file.expect("a file").path()).expect("it can be read")).collect();
    seeds.sort();
    seeds
}

#[test]
fn the_corpus_breaks_nothing() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() >= 4, "{name} has too small a corpus");
        for seed in seeds {
            target(&seed);
            let step = (seed.len() / CHANGES).max(1);
            for at in (0..seed.len()).step_by(step) {
                target(seed.get(..at).expect("a prefix"));
                for change in [0x01, 0x80, 0x1b] {
                    let mut changed = seed.clone();
                    if let Some(byte) = changed.get_mut(at) {
                        *byte ^= change;
                    }
                    target(&changed);
                }
            }
        }
    }
}
