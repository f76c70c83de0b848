//! Boards: making them, finding them, and the list a caller sees.

use super::reads::{boards_read, unread_of};
use super::text::one_line;
use super::{Messaging, MessagingError};
use crate::db::{DbError, Tx, in_tx, now, on_db};
use crate::users::{Actor, audit, authority};
use crate::{BoardId, Caller, EventBody, level};
use chrono::{DateTime, Utc};

/// Longest slug in characters: it is typed in commands and stands in a column of lists.
const SLUG_CHARS: usize = 24;
/// Longest name in characters: the room a list of 80 columns leaves it.
const NAME_CHARS: usize = 40;
/// Longest description in characters: one line.
const DESCRIPTION_CHARS: usize = 72;

/// The boards one may read, with the counts of one reader.
pub(super) const BOARDS: &str = concat!(
    "SELECT s.id, s.slug, s.name, s.description, s.read_level, s.post_level, s.read_only, s.message_count, \
            s.last_post_at, ",
    unread_of!(),
    " AS unread FROM ",
    boards_read!("b.read_level <= $2"),
    " ORDER BY s.id"
);

/// A message board and who may do what there.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Board {
    /// Its id.
    pub id: BoardId,
    /// Its name in commands: small letters, digits and dashes.
    pub slug: String,
    /// Its name for callers.
    pub name: String,
    /// What it is about, one line.
    pub description: String,
    /// The level one needs to read it.
    pub read_level: i64,
    /// The level one needs to post there.
    pub post_level: i64,
    /// Only the sysop posts there.
    pub read_only: bool,
}

/// A board in the list a caller sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardSummary {
    /// The board.
    pub board: Board,
    /// Messages on it.
    pub messages: i64,
    /// Those the caller has not read; none for a guest, who has no read pointers.
    pub unread: i64,
    /// When the last one was posted.
    pub last_post: Option<DateTime<Utc>>,
}

/// A board to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBoard {
    /// 2 to 24 small letters, digits and dashes, beginning with a letter; no other board has it.
    pub slug: String,
    /// 1 to 40 characters.
    pub name: String,
    /// Up to 72 characters.
    pub description: String,
    /// The level one needs to read it.
    pub read_level: i64,
    /// The level one needs to post there.
    pub post_level: i64,
    /// Only the sysop posts there.
    pub read_only: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    board: Board,
    message_count: i64,
    unread: i64,
    last_post_at: Option<DateTime<Utc>>,
}

/// The highest `read_level` whose boards `who` may read.
pub(super) fn reading_level(who: &Caller) -> i64 {
    if who.sysop { i64::MAX } else { who.level }
}

impl Messaging {
    /// The boards `who` may read, oldest board first, each with what is new for them.
    pub async fn boards(&self, who: &Caller) -> Result<Vec<BoardSummary>, MessagingError> {
        let rows: Vec<Row> = on_db!(self.store, db => sqlx::query_as(BOARDS)
            .bind(who.id).bind(reading_level(who)).bind(who.created).fetch_all(db).await)?;
        let summary = |row: Row| BoardSummary {
            unread: if who.guest { 0 } else { row.unread.max(0) },
            board: row.board,
            messages: row.message_count,
            last_post: row.last_post_at,
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// The board of that slug; case does not matter.
    pub async fn board_by_slug(&self, slug: &str) -> Result<Board, MessagingError> {
        let slug = slug.trim().to_ascii_lowercase();
        if !is_slug(&slug) {
            return Err(MessagingError::NotFound("board"));
        }
        let board: Option<Board> = on_db!(self.store, db => sqlx::query_as(
            "SELECT id, slug, name, description, read_level, post_level, read_only FROM boards WHERE slug = $1")
            .bind(slug).fetch_optional(db).await)?;
        board.ok_or(MessagingError::NotFound("board"))
    }

    pub(super) async fn board(&self, id: BoardId) -> Result<Board, MessagingError> {
        let board: Option<Board> = on_db!(self.store, db => sqlx::query_as(
            "SELECT id, slug, name, description, read_level, post_level, read_only FROM boards WHERE id = $1")
            .bind(id).fetch_optional(db).await)?;
        board.ok_or(MessagingError::NotFound("board"))
    }

    /// Makes a board, with its line in the audit log.
    ///
    /// Forbidden to whoever is no sysop any more; Invalid when a field is out of its bounds, Conflict when the slug is in use.
    pub async fn create_board(&self, new: NewBoard, by: impl Into<Actor>) -> Result<Board, MessagingError> {
        let by = by.into();
        let new = new.checked()?;
        let taken = format!("There is a board called {} already.", new.slug);
        let mut tx = self.store.begin().await?;
        authority::allow(&mut tx, by).await?;
        let board = insert(&mut tx, new).await?.ok_or(MessagingError::Conflict(taken))?;
        audit::write(&mut tx, by.id(), "board.add", &board.slug).await?;
        tx.commit().await?;
        Ok(board)
    }
}

/// The new board, or `None` when its slug is in use.
pub(super) async fn insert(tx: &mut Tx, new: NewBoard) -> Result<Option<Board>, DbError> {
    let id: Option<BoardId> = in_tx!(tx, db => sqlx::query_scalar(
        "INSERT INTO boards (slug, name, description, read_level, post_level, read_only, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slug) DO NOTHING RETURNING id")
        .bind(&new.slug).bind(&new.name).bind(&new.description).bind(new.read_level).bind(new.post_level)
        .bind(new.read_only).bind(now()).fetch_optional(db).await)?;
    let Some(id) = id else { return Ok(None) };
    tx.event(EventBody::BoardChanged { board: id });
    let NewBoard { slug, name, description, read_level, post_level, read_only } = new;
    Ok(Some(Board { id, slug, name, description, read_level, post_level, read_only }))
}

/// Small letters, digits and dashes, a letter first.
fn is_slug(slug: &str) -> bool {
    slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl NewBoard {
    fn checked(self) -> Result<NewBoard, MessagingError> {
        let invalid = |words: String| Err(MessagingError::Invalid(words));
        let slug = self.slug;
        if !is_slug(&slug) {
            return invalid("A board's slug has small letters, digits and dashes, a letter first.".into());
        }
        if !(2..=SLUG_CHARS).contains(&slug.len()) {
            return invalid(format!("A board's slug has 2 to {SLUG_CHARS} characters."));
        }
        let (name, description) = (one_line(&self.name), one_line(&self.description));
        if !(1..=NAME_CHARS).contains(&name.chars().count()) {
            return invalid(format!("A board's name has 1 to {NAME_CHARS} characters."));
        }
        if description.chars().count() > DESCRIPTION_CHARS {
            return invalid(format!("A board's description has up to {DESCRIPTION_CHARS} characters."));
        }
        if !level::ALL.contains(&self.read_level) || !level::ALL.contains(&self.post_level) {
            return invalid(level::out_of_range());
        }
        Ok(NewBoard { slug, name, description, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(slug: &str, name: &str) -> NewBoard {
        let (slug, name, description) = (slug.into(), name.into(), String::new());
        NewBoard { slug, name, description, read_level: 0, post_level: 10, read_only: false }
    }

    #[test]
    fn a_board_has_a_usable_name() {
        assert_eq!(new("blue-box2", " Blue\tboxes ").checked().unwrap().name, "Blue boxes");
        for slug in ["", "b", "Blue", "2600", "-b", "blue box", "bläu", "a-slug-of-more-than-24-ch"] {
            assert!(new(slug, "Blue").checked().is_err(), "{slug}");
        }
        assert!(new("blue", "\u{1b}").checked().is_err());
        assert!(new("blue", &"b".repeat(41)).checked().is_err());
        assert!(NewBoard { read_level: 256, ..new("blue", "Blue") }.checked().is_err());
        assert!(NewBoard { description: "d".repeat(73), ..new("blue", "Blue") }.checked().is_err());
    }
}
