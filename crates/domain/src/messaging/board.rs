//! Boards: making them, finding them, and the list a caller sees.

use super::reads::{boards_read, unread_of};
use super::rules::BoardRules;
use super::text::one_line;
use super::{Messaging, MessagingError};
use crate::access::CallerRule;
use crate::db::{DbError, Tx, holding, in_tx, now, on_db};
use crate::users::{Actor, audit, authority};
use crate::{BoardId, Caller, EventBody};
use chrono::{DateTime, Utc};
use std::fmt::Display;

/// Longest slug in characters: it is typed in commands and stands in a column of lists.
const SLUG_CHARS: usize = 24;
/// Longest name in characters: the room a list of 80 columns leaves it.
const NAME_CHARS: usize = 40;
/// Longest description in characters: one line.
const DESCRIPTION_CHARS: usize = 72;

const BOARD: &str = "SELECT id, slug, name, description, read_rule, post_rule FROM boards WHERE id = $1";
/// The counts of one reader on the boards `$2`.
pub(super) const BOARDS: &str = concat!(
    "SELECT s.id, s.message_count, s.last_post_at, ",
    unread_of!(),
    " AS unread FROM ",
    boards_read!("b.id IN (SELECT CAST(i.key AS BIGINT) FROM json_each($2) AS i)"),
    " ORDER BY s.id"
);

/// A message board and who may do what there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Its id.
    pub id: BoardId,
    /// Its name in commands: small letters, digits and dashes.
    pub slug: String,
    /// Its name for callers.
    pub name: String,
    /// What it is about, one line.
    pub description: String,
    /// Who may do what there.
    pub rules: BoardRules,
}

impl Board {
    /// Whether sysops alone post there.
    pub fn is_read_only(&self) -> bool {
        self.rules.post.is_for_sysops()
    }
}

/// A board as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct BoardRow {
    id: BoardId,
    slug: String,
    name: String,
    description: String,
    read_rule: String,
    post_rule: String,
}

impl From<BoardRow> for Board {
    fn from(row: BoardRow) -> Self {
        let BoardRow { id, slug, name, description, read_rule, post_rule } = row;
        Self { id, slug, name, description, rules: BoardRules::stored(&read_rule, &post_rule) }
    }
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
    /// Who may do what there.
    pub rules: BoardRules,
}

/// What becomes of a board; None leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardChange {
    /// Its name for callers.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Who may read it.
    pub read: Option<CallerRule>,
    /// Who may post there.
    pub post: Option<CallerRule>,
}

#[derive(sqlx::FromRow)]
struct Counts {
    id: BoardId,
    message_count: i64,
    unread: i64,
    last_post_at: Option<DateTime<Utc>>,
}

impl Messaging {
    /// The boards `who` may read, oldest board first, each with what is new for them.
    pub async fn boards(&self, who: &Caller) -> Result<Vec<BoardSummary>, MessagingError> {
        let list = self.board_list().await?;
        let facts = self.facts(who, list.asks_records()).await?;
        let counts: Vec<Counts> = on_db!(self.store, db => sqlx::query_as(BOARDS)
            .bind(who.id).bind(list.readable(&facts)).bind(who.created).fetch_all(db).await)?;
        let summary = |counts: Counts| {
            Some(BoardSummary {
                board: list.get(counts.id)?.clone(),
                messages: counts.message_count,
                unread: if who.guest { 0 } else { counts.unread.max(0) },
                last_post: counts.last_post_at,
            })
        };
        Ok(counts.into_iter().filter_map(summary).collect())
    }

    /// The board of that slug; case does not matter.
    pub async fn board_by_slug(&self, slug: &str) -> Result<Board, MessagingError> {
        let slug = slug.trim().to_ascii_lowercase();
        if !is_slug(&slug) {
            return Err(MessagingError::NotFound("board"));
        }
        let board: Option<BoardRow> = on_db!(self.store, db => sqlx::query_as(
            "SELECT id, slug, name, description, read_rule, post_rule FROM boards WHERE slug = $1")
            .bind(slug).fetch_optional(db).await)?;
        board.map(Board::from).ok_or(MessagingError::NotFound("board"))
    }

    pub(super) async fn board(&self, id: BoardId) -> Result<Board, MessagingError> {
        let board: Option<BoardRow> =
            on_db!(self.store, db => sqlx::query_as(BOARD).bind(id).fetch_optional(db).await)?;
        board.map(Board::from).ok_or(MessagingError::NotFound("board"))
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
        self.boards.forget();
        Ok(board)
    }

    /// Changes a board, with its line in the audit log: the board as it is then, or None when it is so already. Open
    /// calls go by its new rules at once.
    ///
    /// Forbidden to whoever is no sysop any more; Invalid when a field is out of its bounds, NotFound when there is no
    /// such board.
    pub async fn edit_board(
        &self,
        board: BoardId,
        change: BoardChange,
        by: impl Into<Actor>,
    ) -> Result<Option<Board>, MessagingError> {
        let by = by.into();
        let change = change.checked()?;
        let mut tx = self.store.begin().await?;
        authority::allow(&mut tx, by).await?;
        let sql = holding!(
            tx,
            "SELECT id, slug, name, description, read_rule, post_rule FROM boards WHERE id = $1"
        );
        let before: Option<BoardRow> =
            in_tx!(tx, db => sqlx::query_as(sql).bind(board).fetch_optional(db).await)?;
        let mut edited = Board::from(before.ok_or(MessagingError::NotFound("board"))?);
        let words = change.apply(&mut edited);
        if words.is_empty() {
            return Ok(None);
        }
        let BoardChange { name, description, read, post } = change;
        let (read, post) = (read.map(|rule| rule.to_string()), post.map(|rule| rule.to_string()));
        in_tx!(tx, db => sqlx::query(
            "UPDATE boards SET name = COALESCE($2, name), description = COALESCE($3, description), \
                 read_rule = COALESCE($4, read_rule), post_rule = COALESCE($5, post_rule) WHERE id = $1")
            .bind(board).bind(&name).bind(&description).bind(&read).bind(&post).execute(db).await.map(drop))?;
        let detail = format!("{}: {}", edited.slug, words.join("; "));
        audit::write(&mut tx, by.id(), "board.edit", &detail).await?;
        tx.event(EventBody::BoardChanged { board });
        tx.commit().await?;
        self.boards.forget();
        Ok(Some(edited))
    }
}

/// The board as it is in this transaction.
pub(super) async fn board_now(tx: &mut Tx, id: BoardId) -> Result<Board, MessagingError> {
    let board: Option<BoardRow> = in_tx!(tx, db => sqlx::query_as(BOARD).bind(id).fetch_optional(db).await)?;
    board.map(Board::from).ok_or(MessagingError::NotFound("board"))
}

/// The new board, or `None` when its slug is in use.
pub(super) async fn insert(tx: &mut Tx, new: NewBoard) -> Result<Option<Board>, DbError> {
    let NewBoard { slug, name, description, rules } = new;
    let id: Option<BoardId> = in_tx!(tx, db => sqlx::query_scalar(
        "INSERT INTO boards (slug, name, description, read_rule, post_rule, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slug) DO NOTHING RETURNING id")
        .bind(&slug).bind(&name).bind(&description).bind(rules.read.to_string()).bind(rules.post.to_string())
        .bind(now()).fetch_optional(db).await)?;
    let Some(id) = id else { return Ok(None) };
    tx.event(EventBody::BoardChanged { board: id });
    Ok(Some(Board { id, slug, name, description, rules }))
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
        let (name, description) = (checked_name(&self.name)?, checked_description(&self.description)?);
        Ok(NewBoard { slug, name, description, ..self })
    }
}

impl BoardChange {
    fn checked(self) -> Result<BoardChange, MessagingError> {
        let name = self.name.as_deref().map(checked_name).transpose()?;
        let description = self.description.as_deref().map(checked_description).transpose()?;
        Ok(BoardChange { name, description, ..self })
    }

    /// Changes `board`; says in words what is another than before.
    fn apply(&self, board: &mut Board) -> Vec<String> {
        fn set<T: Clone + PartialEq + Display>(
            what: &str,
            field: &mut T,
            to: Option<&T>,
            words: &mut Vec<String>,
        ) {
            if let Some(to) = to.filter(|to| *to != field) {
                words.push(format!("{what} from {field} to {to}"));
                field.clone_from(to);
            }
        }
        let mut words = Vec::new();
        set("name", &mut board.name, self.name.as_ref(), &mut words);
        set("description", &mut board.description, self.description.as_ref(), &mut words);
        set("read", &mut board.rules.read, self.read.as_ref(), &mut words);
        set("post", &mut board.rules.post, self.post.as_ref(), &mut words);
        words
    }
}

fn checked_name(name: &str) -> Result<String, MessagingError> {
    let name = one_line(name);
    if (1..=NAME_CHARS).contains(&name.chars().count()) {
        return Ok(name);
    }
    Err(MessagingError::Invalid(format!("A board's name has 1 to {NAME_CHARS} characters.")))
}

fn checked_description(description: &str) -> Result<String, MessagingError> {
    let description = one_line(description);
    if description.chars().count() <= DESCRIPTION_CHARS {
        return Ok(description);
    }
    Err(MessagingError::Invalid(format!("A board's description has up to {DESCRIPTION_CHARS} characters.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(slug: &str, name: &str) -> NewBoard {
        let (slug, name, description) = (slug.into(), name.into(), String::new());
        NewBoard { slug, name, description, rules: BoardRules::default() }
    }

    #[test]
    fn a_board_has_a_usable_name() {
        assert_eq!(new("blue-box2", " Blue\tboxes ").checked().unwrap().name, "Blue boxes");
        for slug in ["", "b", "Blue", "2600", "-b", "blue box", "bläu", "a-slug-of-more-than-24-ch"] {
            assert!(new(slug, "Blue").checked().is_err(), "{slug}");
        }
        assert!(new("blue", "\u{1b}").checked().is_err());
        assert!(new("blue", &"b".repeat(41)).checked().is_err());
        assert!(NewBoard { description: "d".repeat(73), ..new("blue", "Blue") }.checked().is_err());
    }
}
