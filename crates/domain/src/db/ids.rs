//! A list of ids as one parameter of a statement.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgTypeInfo;
use sqlx::postgres::types::Oid;
use sqlx::sqlite::SqliteTypeInfo;
use sqlx::{Database, Encode, Postgres, Sqlite, Type};

/// The type `json` of Postgres, which its `json_each` takes; what sqlx calls JSON is `jsonb`.
const JSON: Oid = Oid(114);

/// The ids that a statement is about: `id IN (SELECT CAST(i.key AS BIGINT) FROM json_each($2) AS i)`. They are the keys
/// of an object, because so far both databases mean the same by `json_each`.
#[derive(Debug, Clone)]
pub(crate) struct Ids(String);

impl FromIterator<i64> for Ids {
    fn from_iter<T: IntoIterator<Item = i64>>(ids: T) -> Self {
        let keys: Vec<String> = ids.into_iter().map(|id| format!("\"{id}\":0")).collect();
        Self(format!("{{{}}}", keys.join(",")))
    }
}

impl Type<Postgres> for Ids {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSON)
    }
}

impl Type<Sqlite> for Ids {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl<'q, D: Database> Encode<'q, D> for Ids
where
    String: Encode<'q, D>,
{
    fn encode_by_ref(&self, buffer: &mut D::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.encode_by_ref(buffer)
    }
}
