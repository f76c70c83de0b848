//! How the databases would run each statement of the domain: by index, never through a whole table that grows.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod raw;
mod statements;
mod support;

use dialtone_domain::{messaging, users};
use raw::Raw;
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use support::for_each_database;

const BOARDS: i64 = 40;
const ACCOUNTS: i64 = 100_000;
/// Named in [`ROWS`], too.
const THREADS: i64 = 8_000;
const MESSAGES: i64 = 1_000_000;
const CALLS: i64 = 300_000;

/// Tables that don't grow with callers or with what they write, so that going through one is going through a page.
const SMALL: &[&str] = &["boards", "counters", "leases", "quotes", "_sqlx_migrations", "sqlite_master"];
/// What only one of the databases understands.
const POSTGRES_ONLY: &[&str] =
    &["pg_", "clock_timestamp()", "to_regclass", "has_schema_privilege", "ANY($2)", "WITH board AS ( UPDATE"];
const SQLITE_ONLY: &[&str] = &["sqlite_master", "json_each"];

/// Rows for every table, made inside the database; `{at}` is a time that grows with `n`, `{key}` a key of its own.
const ROWS: &[(i64, &str)] = &[
    (
        ACCOUNTS,
        "INSERT INTO users (handle, folded, skeleton, password, display_name, location, bio, interests, level, flags, \
            sysop, banned, calls, created_at) \
         SELECT 'c' || n, 'c' || n, 'c' || n, '', '', '', '', '', 10, {json}, n = 1, FALSE, 0, {at} FROM s",
    ),
    (
        ACCOUNTS,
        "INSERT INTO ssh_keys (user_id, kind, blob, comment, added_at) SELECT n, 'K', {blob}, '', {at} FROM s",
    ),
    (
        ACCOUNTS - 1,
        "INSERT INTO friends (user_id, friend_id, folded, since) SELECT 1 + n / 10, n + 1, 'c' || (n + 1), {at} FROM s",
    ),
    (
        BOARDS,
        "INSERT INTO boards (slug, name, description, read_rule, post_rule, message_count, last_number, \
            created_at) SELECT 'b' || n, 'B', '', 'all', 'level >= 10', 0, 10000000, {at} FROM s",
    ),
    (
        THREADS,
        "INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_number, \
            last_board_number, last_at) SELECT 1 + n % 40, 'S', 1 + n % 500, 'A', 5, 5, 5000000 + n, {at} FROM s",
    ),
    (
        MESSAGES,
        "INSERT INTO messages (thread_id, board_id, number, board_number, author_id, author_handle, body, posted_at, \
            reply_to, post_key, deleted) \
         SELECT 1 + n % 8000, 1 + (1 + n % 8000) % 40, 1 + n / 8000, n, 1 + n % 500, 'A', 'B', {at}, \
            CASE WHEN n > 8000 THEN n - 8000 ELSE NULL END, {key}, n % 1000 = 0 FROM s",
    ),
    (ACCOUNTS, "INSERT INTO authors (user_id, posts) SELECT n, 1 FROM s"),
    (
        ACCOUNTS,
        "INSERT INTO board_reads (user_id, board_id, read_to, read_beyond) SELECT n, 1 + n % 40, 5, 0 FROM s",
    ),
    (
        2 * ACCOUNTS,
        "INSERT INTO thread_reads (user_id, thread_id, board_id, read_to) \
         SELECT 1 + n / 20, 1 + n % 8000, 1 + n % 40, 5 FROM s",
    ),
    (
        ACCOUNTS,
        "INSERT INTO drafts (user_id, post_key, board_id, subject, body, saved_at) \
         SELECT 1 + n / 4, {key}, 1 + n % 40, 'S', 'B', {at} FROM s",
    ),
    (
        2 * ACCOUNTS,
        "INSERT INTO pages (from_id, from_handle, to_id, text, sent_at, seen_at) \
         SELECT 1, 'A', 1 + n % 500, 'T', {at}, CASE WHEN n % 10 = 0 THEN NULL ELSE {at} END FROM s",
    ),
    (
        CALLS / 5,
        "INSERT INTO instances (name, host, since, last_seen, expires_at, present) \
         SELECT 'n' || n, 'H', {at}, {at}, {at}, n < 3 FROM s",
    ),
    (2, "INSERT INTO leases (office, instance, expires_at) SELECT 'o' || n, n, {at} FROM s"),
    // Half of all calls are guests', and the newest thousands are open, most of them on instances that are up.
    (
        CALLS,
        "INSERT INTO calls (instance, node, transport, peer, columns, rows, place, user_id, handle, number, \
            answered_at, logged_in_at, ended_at, lost, call_key) \
         SELECT CASE WHEN n % 40 < 30 THEN 1 + n % 2 ELSE 1 + n % 40 END, 1, 'ssh', 'P', 80, 25, '', \
            CASE WHEN n % 2 = 0 THEN 0 ELSE n END, 'A', n, {at}, {at}, \
            CASE WHEN n > 290000 THEN NULL ELSE {at} END, FALSE, {key} FROM s",
    ),
    (CALLS, "INSERT INTO audit (at, actor, action, detail) SELECT {at}, n, 'a', 'd' FROM s"),
    (CALLS, "INSERT INTO events (at, kind, body) SELECT {at}, 'k', {json} FROM s"),
    (30, "INSERT INTO quotes (symbol, name, price, open, quoted_at) SELECT 'Q' || n, 'N', 5, 5, {at} FROM s"),
    (ACCOUNTS, "INSERT INTO accounts (user_id, cash, orders, opened_at) SELECT n, 5, 1, {at} FROM s"),
    (ACCOUNTS, "INSERT INTO holdings (user_id, symbol, shares, cost) SELECT n, 'Q1', 1, 1 FROM s"),
    (
        ACCOUNTS,
        "INSERT INTO orders (user_id, order_key, side, symbol, shares, price, total, state, cash_left, placed_at) \
         SELECT n, {key}, 'BUY', 'Q1', 1, 1, 1, 'SETTLED', 1, {at} FROM s",
    ),
    (ACCOUNTS, "INSERT INTO ledger (user_id, order_id, amount, booked_at) SELECT n, n, 1, {at} FROM s"),
];

/// Enough rows that a planner who counts them has a choice to make.
async fn fill(raw: &mut Raw) {
    let [at, key, blob, json] = match raw {
        Raw::Postgres(_) => [
            "TIMESTAMPTZ '2026-01-01 00:00:00+00' + n * INTERVAL '1 second'",
            "('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid",
            "sha256('k')",
            "'[]'::jsonb",
        ],
        Raw::Sqlite(_) => [
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch')",
            "CAST(printf('%016d', n) AS BLOB)",
            "x'00'",
            "'[]'",
        ],
    };
    // The rows refer to what is there, and nobody else reads or writes meanwhile.
    let (settings, indices): (&[&str], _) = match raw {
        Raw::Postgres(_) => (
            &[
                "SET session_replication_role = replica",
                "SET synchronous_commit = off",
                "SET maintenance_work_mem = '256MB'",
            ],
            "SELECT indexdef FROM pg_indexes i WHERE schemaname = 'public' AND NOT EXISTS \
               (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
        ),
        Raw::Sqlite(_) => (
            &["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"],
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        ),
    };
    for setting in settings {
        raw.execute(setting).await.unwrap();
    }
    // Made when the rows are there, an index takes a fraction of the time.
    let indices = raw.words(indices).await;
    for index in &indices {
        let name = index.split(" ON ").next().and_then(|words| words.split(' ').next_back()).unwrap();
        raw.execute(&format!("DROP INDEX {name}")).await.unwrap();
    }
    for (count, rows) in ROWS {
        let rows =
            rows.replace("{at}", at).replace("{key}", key).replace("{blob}", blob).replace("{json}", json);
        // The numbers from 1 on, as `s (n)`.
        let series =
            format!("WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})");
        let done = raw.execute(&format!("{series} {rows}")).await;
        assert_eq!(done.unwrap_or_else(|error| panic!("{rows}: {error}")), count.unsigned_abs(), "{rows}");
    }
    assert!(indices.len() > 20, "{indices:?}");
    for index in &indices {
        raw.execute(index).await.unwrap_or_else(|error| panic!("{index}: {error}"));
    }
    raw.execute("ANALYZE").await.unwrap();
}

/// The types of the parameters of statements where Postgres cannot tell them from the text; the domain sends them along.
fn types(sql: &str) -> &'static str {
    if sql.contains("SELECT $1, b.id") {
        "(BIGINT, BIGINT, TIMESTAMPTZ)"
    } else if sql.contains("SELECT $1, t.id") {
        "(BIGINT, BIGINT, BIGINT, BIGINT)"
    } else if sql.contains("WITH board AS ( UPDATE") {
        "(BIGINT, BIGINT, TEXT, TEXT, TIMESTAMPTZ, UUID)"
    } else if sql.contains("INSERT INTO pages") {
        "(BIGINT, TEXT, BIGINT, TEXT, TIMESTAMPTZ)"
    } else {
        ""
    }
}

/// A value of that type.
fn value(kind: &str) -> &'static str {
    match kind {
        "bigint" | "integer" => "7",
        "boolean" => "FALSE",
        "timestamp with time zone" => "'2026-01-01 01:00:00+00'",
        "uuid" => "'00000000-0000-0000-0000-000000000000'",
        "jsonb" => "'{}'",
        "json" => "'{\"7\": 0}'",
        "bytea" => "'\\x00'",
        "bigint[]" => "'{7}'",
        _ => "'x'",
    }
}

/// The plans, one line a step: the one for any values and, on Postgres, also the one for these.
async fn plans(raw: &mut Raw, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
    match raw {
        Raw::Sqlite(db) => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(db).await?;
            Ok(vec![rows.into_iter().map(|row| row.3).collect()])
        }
        Raw::Postgres(db) => {
            let mut plans = Vec::new();
            for mode in ["force_generic_plan", "force_custom_plan"] {
                let script =
                    [format!("SET plan_cache_mode = {mode}"), format!("PREPARE p {} AS {sql}", types(sql))];
                for statement in script {
                    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *db).await?;
                }
                let kinds: Vec<String> = sqlx::query_scalar(
                    "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'p'",
                )
                .fetch_all(&mut *db)
                .await?;
                let values: Vec<&str> = kinds.iter().map(|kind| value(kind)).collect();
                let values =
                    if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
                let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE p {values}"));
                plans.push(sqlx::query_scalar(explain).fetch_all(&mut *db).await?);
                sqlx::raw_sql("DEALLOCATE p").execute(&mut *db).await?;
            }
            Ok(plans)
        }
    }
}

/// What is in the database, by name.
struct Schema {
    tables: Vec<String>,
    /// Indices of a few rows of a table: going through one of them is what it is for.
    partial: Vec<String>,
}

/// The table that a step of a plan goes through from end to end, if it is not a small one; `names` has the tables by the
/// names that the statement gives them.
fn scanned<'a>(step: &'a str, names: &HashMap<&'a str, &'a str>, schema: &Schema) -> Option<&'a str> {
    let step = step.trim().trim_start_matches("->").trim().trim_start_matches("Parallel ");
    let rest = step.strip_prefix("Seq Scan on ").or_else(|| step.strip_prefix("SCAN "))?;
    let name = rest.split(' ').next()?;
    let table = names.get(name).copied().unwrap_or(name);
    let partial = schema.partial.iter().any(|index| rest.ends_with(index));
    (schema.tables.iter().any(|known| known == table) && !SMALL.contains(&table) && !partial).then_some(table)
}

#[test]
fn every_statement_finds_its_rows_by_index() {
    let found = statements::in_the_source();
    assert!(found.len() > 90, "statements are found in the source: {}", found.len());
    for_each_database(move |domain, url| {
        let statements: Vec<String> =
            found.iter().cloned().chain(messaging::COMPOSED.iter().map(|sql| (*sql).to_owned())).collect();
        async move {
            // The tables are there, and the connections of the domain need not be.
            domain.ping().await.unwrap();
            let mut raw = Raw::open(&url).await;
            fill(&mut raw).await;
            let (elsewhere, schema) = match &mut raw {
                Raw::Postgres(_) => {
                    (SQLITE_ONLY, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                }
                Raw::Sqlite(_) => (POSTGRES_ONLY, "SELECT name FROM sqlite_master WHERE type = 'table'"),
            };
            let tables = raw.words(schema).await;
            let partial = match &mut raw {
                Raw::Postgres(_) => Vec::new(),
                Raw::Sqlite(_) => {
                    raw.words("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%) WHERE %'")
                        .await
                }
            };
            let schema = Schema { tables, partial };
            let mut wrong = Vec::new();
            for sql in statements.iter().filter(|sql| !elsewhere.iter().any(|mark| sql.contains(mark))) {
                let plans = match plans(&mut raw, sql).await {
                    Ok(plans) => plans,
                    Err(error) => {
                        wrong.push(format!("{sql}\n  cannot be planned: {error}"));
                        raw = Raw::open(&url).await;
                        continue;
                    }
                };
                let names = statements::names(sql);
                let in_order = messaging::IN_ORDER.iter().chain(users::IN_ORDER).any(|listed| listed == sql);
                // Reads as many rows as it gives, wherever they lie.
                let first_rows = sql.contains(" LIMIT ") && !sql.contains(" WHERE ");
                for plan in plans {
                    let table = plan.iter().find_map(|step| scanned(step, &names, &schema));
                    let sorts =
                        |step: &String| step.contains("TEMP B-TREE FOR ORDER") || step.contains("Sort Key");
                    if let Some(table) = table.filter(|_| !first_rows || plan.iter().any(sorts)) {
                        wrong.push(format!("{sql}\n  goes through all of {table}: {plan:#?}"));
                    }
                    if in_order && plan.iter().any(sorts) {
                        wrong.push(format!("{sql}\n  sorts: {plan:#?}"));
                    }
                }
            }
            assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), statements.len(), wrong.join("\n\n"));
        }
    });
}
