//! Callers as the users service would hand them out, and the accounts behind them where they write.

#![allow(dead_code, reason = "each test file is a program of its own and uses its part of this")]

use dialtone_domain::{Caller, Domain, UserId};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::future::Future;

/// A new caller with that id, called `Caller 7` for 7.
pub async fn caller(domain: &Domain, id: i64) -> Caller {
    domain.users.caller(UserId(id)).await.unwrap()
}

/// The sysop, with id 1.
pub async fn sysop(domain: &Domain) -> Caller {
    caller(domain, 1).await
}

/// As [`super::support::for_each_database`], with the accounts that [`caller`] and [`sysop`] give.
pub fn for_each_database<B, F>(body: B)
where
    B: Fn(Domain, String) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    super::support::for_each_database(|domain, url| {
        let body = body(domain, url.clone());
        async move {
            enroll(&url).await;
            body.await;
        }
    });
}

/// Accounts 1 to 200; the first is the sysop's.
async fn enroll(url: &str) {
    let sql = |overriding: &str, flags: &str, at: &str| {
        AssertSqlSafe(format!(
            "INSERT INTO users (id, handle, folded, skeleton, password, display_name, location, bio, interests, \
                 level, flags, sysop, banned, calls, created_at) {overriding} \
             WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 200) \
             SELECT n, 'Caller ' || n, 'caller ' || n, 'caller ' || n, '', '', '', '', '', \
                 CASE n WHEN 1 THEN 100 ELSE 10 END, {flags}, n = 1, FALSE, 0, {at} FROM s"
        ))
    };
    if url.starts_with("sqlite:") {
        let mut db = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql("", "'[]'", "'1970-01-01T00:00:00+00:00'")).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    } else {
        let mut db = PgConnection::connect(url).await.unwrap();
        let sql = sql("OVERRIDING SYSTEM VALUE", "'[]'::jsonb", "TIMESTAMPTZ '1970-01-01 00:00:00+00'");
        sqlx::raw_sql(sql).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    }
}
