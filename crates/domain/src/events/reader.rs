//! Reading the log: each event once, as soon as it is committed, though numbers do not commit in order.

use super::gaps::{Gaps, missing};
use super::{Event, EventBody};
use crate::db::{Db, DbError, Store, bounded, on_db};
use crate::{EventSeq, InstanceId, Unavailable};
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use std::collections::BTreeSet;

/// How far back from the end of the log a new reader looks for numbers that are still to come.
const LOOK_BACK: i64 = 1_000;
/// Events read at once, which the statements below name as well.
const BATCH: usize = 1_000;
/// Unknown kinds that are logged at most.
const KINDS_LOGGED: usize = 64;

/// One statement, so one snapshot: a writer's second event never shows without its first. Each half has its own
/// order and limit as a number, because the server plans for any cursor: an OR it would answer by walking the log
/// from its beginning, and a limit it does not know by sorting a third of it.
const POSTGRES: &str = "SELECT seq, at, instance, correlation, body FROM ( \
         (SELECT * FROM events WHERE seq = ANY($2)) \
         UNION ALL \
         (SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT 1000)) AS next ORDER BY seq LIMIT 1000";
const SQLITE: &str =
    "SELECT seq, at, instance, correlation, body FROM events WHERE seq > $1 ORDER BY seq LIMIT 1000";

/// A place in the log. What a reader has delivered it never delivers again.
///
/// On Postgres a number is drawn before its transaction commits, so a higher one may show first. The reader
/// delivers what shows at once and remembers the hole; [`Gaps`] says when a hole is final. A transaction that
/// stays open elsewhere keeps holes remembered and delays nothing. On SQLite one transaction writes at a
/// time, so a hole is final when it is seen.
#[derive(Debug)]
pub struct EventReader {
    store: Store,
    cursor: i64,
    gaps: Gaps,
    /// Kinds that were met and could not be read: each is logged once.
    unknown: BTreeSet<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: DateTime<Utc>,
    instance: Option<InstanceId>,
    correlation: Option<String>,
    body: Json<serde_json::Value>,
}

impl EventReader {
    pub(super) async fn at_end(store: Store) -> Result<Self, DbError> {
        let recent: Vec<i64> = on_db!(store, db => sqlx::query_scalar(
                "SELECT seq FROM events WHERE seq > (SELECT COALESCE(MAX(seq), 0) FROM events) - $1 ORDER BY seq")
            .bind(LOOK_BACK).fetch_all(db).await)?;
        let cursor = recent.last().copied().unwrap_or(0);
        let mut reader = Self { store, cursor, gaps: Gaps::default(), unknown: BTreeSet::new() };
        reader.note(&missing((cursor - LOOK_BACK).max(0), recent.into_iter())).await?;
        Ok(reader)
    }

    /// Everything committed since the last call, in order of number, at most a thousand: empty when there is
    /// nothing new. Events of one writer come in the order of its commits.
    ///
    /// After an error, call again: nothing is lost.
    pub async fn next_batch(&mut self) -> Result<Vec<Event>, Unavailable> {
        let answer = self.read().await;
        self.store.saw(&answer);
        Ok(answer?)
    }

    /// Numbers seen missing that may still come.
    pub fn gaps(&self) -> usize {
        self.gaps.len()
    }

    async fn read(&mut self) -> Result<Vec<Event>, DbError> {
        // Asked before the rows are read: whatever was over by then, the rows show.
        let oldest = self.oldest_running().await?;
        let rows: Vec<Row> = match self.store.db() {
            Db::Postgres(pool) => {
                let holes = self.gaps.numbers();
                bounded(sqlx::query_as(POSTGRES).bind(self.cursor).bind(holes).fetch_all(pool)).await?
            }
            Db::Sqlite { read, .. } => {
                bounded(sqlx::query_as(SQLITE).bind(self.cursor).fetch_all(read)).await?
            }
        };
        let newer = rows.iter().map(|row| row.seq).filter(|seq| *seq > self.cursor);
        self.note(&missing(self.cursor, newer)).await?;
        // Nothing below can fail or wait, so a call that is dropped half way has delivered nothing and lost nothing.
        for row in &rows {
            self.gaps.fill(row.seq);
            self.cursor = self.cursor.max(row.seq);
        }
        // A full batch may have been cut before the last hole that was filled.
        if let Some(oldest) = oldest.filter(|_| rows.len() < BATCH) {
            self.gaps.give_up(oldest);
        }
        Ok(rows.into_iter().filter_map(|row| row.event(&mut self.unknown)).collect())
    }

    /// The lowest transaction id still running, where there are holes to judge by it.
    async fn oldest_running(&self) -> Result<Option<i64>, DbError> {
        match self.store.db() {
            Db::Postgres(pool) if !self.gaps.is_empty() => {
                let sql = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
                bounded(sqlx::query_scalar(sql).fetch_one(pool)).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Remembers holes that were just seen. The horizon is a transaction id drawn now: `pg_snapshot_xmax`
    /// would not do, for it is the newest id that is *over* plus one, and whoever holds a hole may be newer.
    async fn note(&mut self, holes: &[i64]) -> Result<(), DbError> {
        if let (Db::Postgres(pool), false) = (self.store.db(), holes.is_empty()) {
            let sql = "SELECT pg_current_xact_id()::text::bigint";
            let horizon = bounded(sqlx::query_scalar(sql).fetch_one(pool)).await?;
            self.gaps.remember(holes, horizon);
        }
        Ok(())
    }
}

impl Row {
    /// An event this program does not know was written by a newer one, for its own callers: it is passed over, and of
    /// many of a kind the first is logged.
    fn event(self, unknown: &mut BTreeSet<String>) -> Option<Event> {
        let kind = self.body.0.get("type").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
        match serde_json::from_value::<EventBody>(self.body.0) {
            Ok(body) => Some(Event {
                seq: EventSeq(self.seq),
                at: self.at,
                instance: self.instance,
                correlation: self.correlation,
                body,
            }),
            Err(error) => {
                if unknown.len() < KINDS_LOGGED && unknown.insert(kind) {
                    tracing::warn!(event.seq = self.seq, %error, "passed over events this program does not know");
                }
                None
            }
        }
    }
}
