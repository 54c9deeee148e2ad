//! The doubles are what Postgres is: the same commands have the same outcomes, the same events make the same rows. What is
//! wrong in SQL, or in the code around it, is found by the same comparison.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod log;
mod tables;

use house::Database;

/// Alters a function of a database: part of its text becomes another one.
async fn alter(database: &Database, function: &str, part: &str, other: &str) {
    let owner = database.pool().await.unwrap();
    let text: String = sqlx::query_scalar("select pg_get_functiondef($1::text::regproc)")
        .bind(function)
        .fetch_one(&owner)
        .await
        .unwrap();
    let altered = text.replace(part, other);
    assert_ne!(altered, text, "{function} does not say {part}");
    sqlx::query(&altered).execute(&owner).await.unwrap();
}
