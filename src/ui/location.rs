//! Where a caller is on the board.

/// Where a caller is, for the header and for "who's online".
#[derive(Debug, Clone, Default)]
pub struct Location {
    pub(super) art: String,
    pub(super) title: String,
    pub(super) subtitle: String,
}

impl Location {
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
