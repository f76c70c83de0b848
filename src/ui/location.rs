//! Where a caller is on the board.

/// Where a caller is, for the header and for "who's online".
#[derive(Debug, Clone, Default)]
pub struct Location {
    art: String,
    title: String,
    subtitle: String,
}

impl Location {
    /// A place: its art, its title and the line below.
    pub fn new(art: &str, title: &str, subtitle: &str) -> Self {
        Self { art: art.to_owned(), title: title.to_owned(), subtitle: subtitle.to_owned() }
    }

    /// Changes the line below the title.
    pub fn set_subtitle(&mut self, subtitle: &str) {
        subtitle.clone_into(&mut self.subtitle);
    }

    /// The art of the header.
    pub fn art(&self) -> &str {
        &self.art
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The line below the title.
    pub fn subtitle(&self) -> &str {
        &self.subtitle
    }

    /// What the header's own marks stand for.
    pub fn value(&self, mark: &str) -> Option<String> {
        match mark {
            "TT" => Some(self.title.clone()),
            "SU" => Some(self.subtitle.clone()),
            _ => None,
        }
    }
}
