//! Runs one test body against both databases, each time on a database of its own.

#![allow(dead_code, reason = "each test file is a program of its own and uses its part of this")]

use dialtone_domain::Domain;
use dialtone_domain::access::CallerRule;
use dialtone_domain::messaging::BoardRules;
use dialtone_domain::users::Operator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Whoever holds the databases of these tests.
static OPERATOR: OnceLock<Operator> = OnceLock::new();

/// The right of whoever holds the database, once one is open.
pub fn operator() -> Operator {
    *OPERATOR.get().unwrap()
}

/// Runs `body` on a fresh SQLite file and on a fresh Postgres database, given the domain and its URL.
///
/// Postgres is the server that `DIALTONE_TEST_POSTGRES` names. Without it the test fails: no test passes on one
/// database alone.
pub fn for_each_database<B, F>(body: B)
where
    B: Fn(Domain, String) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let server = std::env::var("DIALTONE_TEST_POSTGRES").expect(
        "DIALTONE_TEST_POSTGRES names no server: run the tests by tests/run, which starts a private Postgres, or \
         set it to the postgres:// URL of one where this test may create databases",
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for place in [Place::sqlite(), Place::postgres(&server).await] {
            let (domain, operator) = Domain::open_as_operator(&place.url).await.unwrap();
            OPERATOR.get_or_init(|| operator);
            let outcome = tokio::spawn(body(domain.clone(), place.url.clone())).await;
            domain.close().await;
            let kind = place.kind();
            place.remove().await;
            if let Err(failure) = outcome {
                eprintln!("this failed on {kind}");
                std::panic::resume_unwind(failure.into_panic());
            }
        }
    });
}

struct Place {
    url: String,
    keeper: Keeper,
}

enum Keeper {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Place {
    fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("board.db").display());
        Self { url, keeper: Keeper::Sqlite(folder) }
    }

    async fn postgres(server: &str) -> Self {
        let name = format!("dialtone_test_{}", uuid::Uuid::new_v4().simple());
        let mut link = PgConnection::connect(server).await.expect("the server DIALTONE_TEST_POSTGRES names");
        // template0, because template1 cannot be copied while somebody is connected to it.
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"));
        sqlx::raw_sql(create).execute(&mut link).await.unwrap();
        link.close().await.unwrap();
        let (base, query) =
            server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
        let (authority, _) =
            base.rsplit_once('/').filter(|(left, _)| !left.ends_with('/')).unwrap_or((base, ""));
        let url = match query {
            Some(query) => format!("{authority}/{name}?{query}"),
            None => format!("{authority}/{name}"),
        };
        Self { url, keeper: Keeper::Postgres { server: server.to_owned(), name } }
    }

    fn kind(&self) -> &'static str {
        match self.keeper {
            Keeper::Sqlite(_) => "SQLite",
            Keeper::Postgres { .. } => "Postgres",
        }
    }

    async fn remove(self) {
        match self.keeper {
            Keeper::Sqlite(folder) => folder.close().unwrap(),
            Keeper::Postgres { server, name } => {
                let mut link = PgConnection::connect(&server).await.unwrap();
                let drop = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
                sqlx::raw_sql(drop).execute(&mut link).await.unwrap();
                link.close().await.unwrap();
            }
        }
    }
}

/// A rule that may name the flag `elite`.
pub fn rule(text: &str) -> CallerRule {
    CallerRule::parse(text, &BTreeSet::from(["elite".to_owned()])).unwrap()
}

/// Who may read, and who may post.
pub fn rules(read: &str, post: &str) -> BoardRules {
    BoardRules { read: rule(read), post: rule(post) }
}
