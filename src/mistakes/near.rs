//! What a mistyped word was meant to be.

/// The known word nearest to `word`, if it is near enough to have been meant.
pub fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let letters = word.chars().count();
    known
        .filter(|known| known.chars().count().abs_diff(letters) <= 3)
        .map(|known| (strsim::osa_distance(&word, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= 1 + known.chars().count().min(letters) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_strangers_are_not() {
        let known = ["boards", "who", "quotes", "pages", "page"];
        let table = [
            ("bords", Some("boards")),
            ("Boards", Some("boards")),
            ("pagse", Some("pages")),
            ("woh", Some("who")),
            ("xyzzy", None),
            ("", None),
        ];
        for (word, meant) in table {
            assert_eq!(near(word, known.into_iter()), meant, "{word}");
        }
    }
}
