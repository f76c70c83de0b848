//! What is old is forgotten: nobody who only calls again and again fills the disk.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod raw;
mod support;

use chrono::{DateTime, TimeDelta, Utc};
use dialtone_domain::instances::Joining;
use raw::Raw;
use support::for_each_database;

/// The numbers from 1 `to` there, as `s (n)`, on both databases.
fn series(to: i64) -> String {
    format!("WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {to})")
}

/// The statement with its times as times, where the database has such a type.
fn timed(raw: &Raw, sql: String) -> String {
    match raw {
        Raw::Postgres(_) => sql.replace("+00:00'", "+00:00'::TIMESTAMPTZ"),
        Raw::Sqlite(_) => sql,
    }
}

/// So many calls of `user`, answered in 2026 and over unless `ended` is NULL.
async fn calls(raw: &mut Raw, count: i64, user: &str, ended: &str) {
    let login = if user == "NULL" { "NULL" } else { "'2026-01-01T00:00:00+00:00'" };
    let key = match raw {
        Raw::Postgres(_) => "gen_random_uuid()",
        Raw::Sqlite(_) => "randomblob(16)",
    };
    let sql = format!(
        "{} INSERT INTO calls (instance, node, transport, peer, columns, rows, place, user_id, handle, number, \
            answered_at, logged_in_at, ended_at, lost, call_key) \
         SELECT 1, 1, 'ssh', 'P', 80, 25, '', {user}, 'Joe', n, '2026-01-01T00:00:00+00:00', {login}, {ended}, FALSE, \
            {key} FROM s",
        series(count)
    );
    let sql = timed(raw, sql);
    assert_eq!(raw.execute(&sql).await.unwrap(), count.unsigned_abs());
}

#[test]
fn what_guests_and_silent_callers_leave_behind_is_forgotten() {
    for_each_database(|domain, url| async move {
        let mut raw = Raw::open(&url).await;
        let (old, recent) = ("'2026-01-02T00:00:00+00:00'", "'2026-01-09T00:00:00+00:00'");
        for ended in [old, recent, "NULL"] {
            calls(&mut raw, 1_200, "0", ended).await;
            calls(&mut raw, 1_200, "NULL", ended).await;
            calls(&mut raw, 700, "7", ended).await;
        }
        let day =
            |day: i64| DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::days(day - 1);
        assert_eq!(domain.users.prune_calls(day(5), day(1)).await.unwrap(), 2_400);
        assert_eq!(domain.users.prune_calls(day(5), day(1)).await.unwrap(), 0);
        let left = format!("SELECT COUNT(*) FROM calls WHERE ended_at = {old}");
        assert_eq!(raw.number(&left).await, 700, "a caller with an account is remembered for longer");
        assert_eq!(raw.number("SELECT COUNT(*) FROM calls").await, 6_900);

        let last = domain.users.last_callers(20).await.unwrap();
        domain.users.prune_calls(day(31), day(31)).await.unwrap();
        assert_eq!(
            raw.number("SELECT COUNT(*) FROM calls WHERE ended_at IS NULL").await,
            3_100,
            "open calls stay"
        );
        assert_eq!(domain.users.last_callers(20).await.unwrap(), last, "so do the last callers");
        assert!(raw.number("SELECT COUNT(*) FROM calls").await <= 3_120);
    });
}

#[test]
fn pages_that_were_seen_and_instances_that_are_gone_are_forgotten() {
    for_each_database(|domain, url| async move {
        let mut raw = Raw::open(&url).await;
        let pages = format!(
            "{} INSERT INTO pages (from_id, from_handle, to_id, text, sent_at, seen_at) \
             SELECT 1, 'A', 2, 'T', '2026-01-01T00:00:00+00:00', \
                CASE WHEN n > 1200 THEN NULL ELSE '2026-01-02T00:00:00+00:00' END FROM s",
            series(1_220)
        );
        raw.execute(&timed(&raw, pages)).await.unwrap();
        let soon = Utc::now() + TimeDelta::hours(1);
        assert_eq!(domain.messaging.prune_pages(soon - TimeDelta::days(50_000)).await.unwrap(), 0);
        assert_eq!(domain.messaging.prune_pages(soon).await.unwrap(), 1_200);
        assert_eq!(raw.number("SELECT COUNT(*) FROM pages").await, 20, "what nobody has seen waits");

        let join = |name| Joining { name: Some(name), host: "here:2323", exclusive: false };
        let gone = domain.instances.join(join("gone")).await.unwrap();
        let here = domain.instances.join(join("here")).await.unwrap();
        assert!(domain.instances.lead(here.id, "tidy").await.unwrap());
        domain.instances.leave(gone.id).await.unwrap();
        assert_eq!(
            domain.instances.prune(Utc::now() - TimeDelta::days(1)).await.unwrap(),
            0,
            "it may come back"
        );
        // A process that cannot start is started again and again.
        let starts = format!(
            "{} INSERT INTO instances (name, host, since, last_seen, expires_at, present) SELECT 'n', 'H', \
                '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', FALSE FROM s",
            series(500)
        );
        raw.execute(&timed(&raw, starts)).await.unwrap();
        assert_eq!(domain.instances.prune(soon).await.unwrap(), 501, "slice by slice");
        assert_eq!(raw.number("SELECT COUNT(*) FROM instances").await, 1);
        assert_eq!(domain.instances.list().await.unwrap().len(), 1);
    });
}
