//! Durable posts a second through the domain, beside the same row inserted by bare sqlx into the same database.
//!
//! `DATABASE_URL` adds a Postgres database to the embedded one; it should be an empty one of its own.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use dialtone_domain::messaging::{BoardRules, Draft, NewBoard, Poster};
use dialtone_domain::users::Operator;
use dialtone_domain::{Domain, ThreadId};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Posts in each round.
const POSTS: usize = 400;
/// Rounds of each kind, by turns: a machine that others use is seldom as fast twice.
const ROUNDS: usize = 5;
/// A message of usual length.
const BODY: &str = "The line was busy all evening, so this goes up late. Does anyone still have the driver disk for the \
                    1200 baud card? Mine went through the wash. I will trade two boxes of blank floppies for it.";

fn main() -> Outcome<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Outcome<()> {
    println!("| work | ours | floor | ratio | aim | |\n|---|---:|---:|---:|---|---|");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("dialtone.db");
    compare("SQLite", &format!("sqlite:{}", file.display()), || Bare::sqlite(&file)).await?;
    if let Ok(url) = std::env::var("DATABASE_URL") {
        compare("Postgres", &url, || Bare::postgres(&url)).await?;
    }
    Ok(())
}

/// A pool of one database, as the domain has its own.
#[derive(Clone)]
enum Bare {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

impl Bare {
    /// One connection that writes, each commit on the disk before it is told: as the domain opens it.
    async fn sqlite(file: &Path) -> Outcome<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true);
        Ok(Self::Sqlite(
            SqlitePoolOptions::new()
                .max_connections(1)
                .test_before_acquire(false)
                .connect_with(options)
                .await?,
        ))
    }

    async fn postgres(url: &str) -> Outcome<Self> {
        Ok(Self::Postgres(
            PgPoolOptions::new().max_connections(16).test_before_acquire(false).connect(url).await?,
        ))
    }

    async fn insert(&self, poster: &Poster, thread: ThreadId, number: i64) -> Outcome<()> {
        const INSERT: &str = "INSERT INTO messages \
            (thread_id, board_id, number, board_number, author_id, author_handle, body, posted_at) \
            VALUES ($1, $2, $3, $3, $4, $5, $6, $7)";
        let (board, now) = (poster.board().id.0, chrono::Utc::now());
        macro_rules! on {
            ($pool:expr) => {
                sqlx::query(INSERT)
                    .bind(thread.0)
                    .bind(board)
                    .bind(number)
                    .bind(1_i64)
                    .bind("Load")
                    .bind(BODY)
                    .bind(now)
                    .execute($pool)
                    .await
                    .map(drop)?
            };
        }
        match self {
            Self::Sqlite(pool) => on!(pool),
            Self::Postgres(pool) => on!(pool),
        }
        Ok(())
    }
}

async fn compare<F: Future<Output = Outcome<Bare>>>(
    name: &str,
    url: &str,
    bare: impl Fn() -> F,
) -> Outcome<()> {
    let (domain, operator) = Domain::open_as_operator(url).await?;
    let bare = bare().await?;
    for at_once in [1, 16] {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let threads = threads(&domain, operator, at_once).await?;
            let begin = Instant::now();
            let mut running = JoinSet::new();
            for (poster, first) in threads.clone() {
                let domain = domain.clone();
                running.spawn(async move {
                    for _ in 0..POSTS / at_once {
                        let draft =
                            Draft { body: BODY.to_owned(), reply_to: Some(first.1), ..Draft::default() };
                        domain.messaging.post(&poster, draft).await?;
                    }
                    Outcome::Ok(())
                });
            }
            ours.push(rate(running, begin).await?);

            let begin = Instant::now();
            let mut running = JoinSet::new();
            for (poster, first) in threads {
                let bare = bare.clone();
                running.spawn(async move {
                    // Far above what the domain has numbered in the same thread.
                    for number in 0..i64::try_from(POSTS / at_once)? {
                        bare.insert(&poster, first.0, 1_000_000 + number).await?;
                    }
                    Ok(())
                });
            }
            floor.push(rate(running, begin).await?);
        }
        let (ours, floor) = (median(ours), median(floor));
        let verdict = if ours / floor >= 0.8 { "reached" } else { "missed" };
        println!(
            "| durable posts a second, {name}, {at_once} at once | {ours:.0} /s | {floor:.0} /s | {:.2} | >= 0.8x | {verdict} |",
            ours / floor
        );
    }
    domain.close().await;
    Ok(())
}

/// A board of its own for each who posts, with one thread to post in.
async fn threads(
    domain: &Domain,
    operator: Operator,
    count: usize,
) -> Outcome<Vec<(Poster, (ThreadId, dialtone_domain::MessageId))>> {
    let who = domain
        .users
        .ensure_sysop()
        .await?
        .ok_or("the sysop has a password: this is no database of its own")?;
    let mut threads = Vec::new();
    for _ in 0..count {
        let slug = format!("b{}", uuid::Uuid::new_v4().simple());
        let new = NewBoard {
            slug: slug.get(..12).unwrap_or_default().to_owned(),
            name: "Load".to_owned(),
            description: String::new(),
            rules: BoardRules::default(),
        };
        let board = domain.messaging.create_board(new, operator).await?;
        let poster = domain.messaging.poster(&who, board.id).await?;
        let draft = Draft { subject: "Load".to_owned(), body: BODY.to_owned(), ..Draft::default() };
        let first = domain.messaging.post(&poster, draft).await?;
        threads.push((poster, (first.thread, first.id)));
    }
    Ok(threads)
}

async fn rate(mut running: JoinSet<Outcome<()>>, begin: Instant) -> Outcome<f64> {
    let writers = running.len();
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok((POSTS / writers * writers) as f64 / begin.elapsed().as_secs_f64())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
