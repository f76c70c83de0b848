//! How the databases would run what callers wait for: by index, never through a whole table that grows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod raw;
mod support;

use dialtone_domain::{messaging, users};
use raw::Raw;
use sqlx::AssertSqlSafe;
use support::for_each_database;

/// The numbers from 1 `to` there, as `s (n)`, on both databases.
fn series(to: i64) -> String {
    format!("WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {to})")
}

/// Enough rows that a planner who counts them has a choice to make.
async fn fill(raw: &mut Raw) {
    let at = match raw {
        Raw::Postgres(_) => "TIMESTAMPTZ '2026-01-01 00:00:00+00' + n * INTERVAL '1 second'",
        Raw::Sqlite(_) => "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch')",
    };
    let key = match raw {
        Raw::Postgres(_) => "gen_random_uuid()",
        Raw::Sqlite(_) => "randomblob(16)",
    };
    let statements = [
        format!(
            "{} INSERT INTO boards (slug, name, description, read_level, post_level, read_only, created_at) \
             SELECT 'b' || n, 'B', '', 0, 10, FALSE, {at} FROM s",
            series(40)
        ),
        format!(
            "{} INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_at) \
             SELECT 1 + n % 40, 'S', 1 + n % 50, 'A', 10, {at} FROM s",
            series(8_000)
        ),
        format!(
            "{} INSERT INTO messages \
               (thread_id, board_id, number, author_id, author_handle, body, posted_at) \
             SELECT 1 + n % 8000, 1 + n % 40, 1 + n / 8000, 1 + n % 50, 'A', 'B', {at} FROM s",
            series(80_000)
        ),
        format!(
            "{} INSERT INTO thread_reads (user_id, thread_id, read_number, was_read) \
             SELECT 1 + n / 800, 1 + n % 8000, 5, 0 FROM s",
            series(40_000)
        ),
        format!(
            "{} INSERT INTO board_reads (user_id, board_id, messages_read) \
             SELECT 1 + n / 40, 1 + n % 40, 5 FROM s WHERE n < 40000",
            series(40_000)
        ),
        format!(
            "{} INSERT INTO pages (from_id, from_handle, to_id, text, sent_at, seen_at) \
             SELECT 1, 'A', 1 + n % 500, 'T', {at}, CASE WHEN n % 10 = 0 THEN NULL ELSE {at} END FROM s",
            series(100_000)
        ),
        format!(
            "{} INSERT INTO drafts (user_id, post_key, board_id, subject, body, saved_at) \
             SELECT 1 + n / 4, {key}, 1 + n % 40, 'S', 'B', {at} FROM s",
            series(8_000)
        ),
        format!(
            "{} INSERT INTO instances (name, host, since, last_seen, expires_at, present) \
             SELECT 'n' || n, 'H', {at}, {at}, {at}, n > 38 FROM s",
            series(40)
        ),
        // The newest half of all calls are guests', and twenty calls are open.
        format!(
            "{} INSERT INTO calls (instance, node, transport, peer, columns, rows, place, user_id, handle, \
                number, answered_at, logged_in_at, ended_at, lost, call_key) \
             SELECT 1 + n % 40, 1, 'ssh', 'P', 80, 25, '', CASE WHEN n > 40000 THEN 0 ELSE n END, 'A', \
                n, {at}, {at}, CASE WHEN n > 79980 THEN NULL ELSE {at} END, FALSE, {key} FROM s",
            series(80_000)
        ),
    ];
    for statement in statements {
        raw.execute(&statement).await.unwrap();
    }
    assert_eq!(raw.number("SELECT COUNT(*) FROM messages").await, 80_000);
    raw.execute("ANALYZE").await.unwrap();
}

/// The plans, one line a step: the one for any values and, on Postgres, also the one for these.
async fn plans(raw: &mut Raw, sql: &str) -> Vec<Vec<String>> {
    match raw {
        Raw::Sqlite(db) => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(db).await.unwrap();
            vec![rows.into_iter().map(|row| row.3).collect()]
        }
        Raw::Postgres(db) => {
            // Every parameter is a number, but for a place in the list of threads, the end of a lease, and the time
            // before which rows are forgotten.
            let place = |n: usize| (n == 3 || (n == 5 && sql.contains("$6"))) && sql.contains("last_at");
            let time =
                |n: usize| place(n) || (n == 1 && (sql.contains("expires_at") || sql.starts_with("DELETE")));
            let of_each = |time_is: &str, number_is: &str| -> String {
                let used = (1..).take_while(|n| sql.contains(&format!("${n}")));
                used.map(|n| if time(n) { time_is } else { number_is }).collect::<Vec<_>>().join(", ")
            };
            let listed = |list: String| if list.is_empty() { list } else { format!("({list})") };
            let types = listed(of_each("TIMESTAMPTZ", "BIGINT"));
            let values = listed(of_each("'2026-01-01 01:00:00+00'", "7"));
            let mut plans = Vec::new();
            for mode in ["force_generic_plan", "force_custom_plan"] {
                let script = [format!("SET plan_cache_mode = {mode}"), format!("PREPARE p {types} AS {sql}")];
                for statement in script {
                    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *db).await.unwrap();
                }
                let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE p {values}"));
                plans.push(sqlx::query_scalar(explain).fetch_all(&mut *db).await.unwrap());
                sqlx::raw_sql("DEALLOCATE p").execute(&mut *db).await.unwrap();
            }
            plans
        }
    }
}

/// The table that a step of a plan goes through from end to end.
fn scanned(step: &str) -> Option<&str> {
    let step = step.trim().trim_start_matches("->").trim();
    step.strip_prefix("Seq Scan on ").or_else(|| step.strip_prefix("SCAN ")).and_then(|s| s.split(' ').next())
}

#[test]
fn what_callers_wait_for_is_found_by_index() {
    for_each_database(|domain, url| async move {
        // The tables are there, and the connections of the domain need not be.
        domain.ping().await.unwrap();
        let mut raw = Raw::open(&url).await;
        fill(&mut raw).await;
        let pruning = messaging::PRUNING.iter().chain(users::PRUNING);
        for (name, sql) in messaging::READING.iter().chain(users::READING).chain(pruning) {
            for plan in plans(&mut raw, sql).await {
                assert!(plan.iter().any(|step| step.contains("SEARCH") || step.contains("Index")), "{name}");
                for step in &plan {
                    // Boards are few, and their list is all of them; so are the instances (n) that are up.
                    let table = scanned(step).filter(|table| !["boards", "instances", "n"].contains(table));
                    assert_eq!(table, None, "{name} goes through all of a table: {plan:#?}");
                    let sorts = step.contains("TEMP B-TREE FOR ORDER") || step.contains("Sort Key");
                    assert!(
                        !sorts || !["threads", "unread threads", "pages", "last callers"].contains(name),
                        "{name} sorts: {plan:#?}"
                    );
                }
            }
        }
    });
}
