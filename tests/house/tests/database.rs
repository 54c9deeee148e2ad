//! The harness keeps its own promises.

use house::{Database, Postgres};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection};

fn one_table() -> Migrator {
    let sql = "create table public.thing (id bigint primary key)";
    let migration = Migration::new(1, "thing".into(), MigrationType::Simple, sql.into(), false);
    Migrator {
        migrations: vec![migration].into(),
        ..Migrator::DEFAULT
    }
}

#[tokio::test]
async fn each_test_has_a_database_of_its_own_which_goes_with_it() {
    let migrator = one_table();
    let (one, two) = tokio::join!(Database::create(&migrator), Database::create(&migrator));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_ne!(one.url(), two.url());

    let pool = one.pool().await.unwrap();
    sqlx::query("insert into thing values (1)")
        .execute(&pool)
        .await
        .unwrap();
    let seen_by_the_other: i64 = sqlx::query_scalar("select count(*) from thing")
        .fetch_one(&two.pool().await.unwrap())
        .await
        .unwrap();
    assert_eq!(seen_by_the_other, 0);

    let url = one.url();
    drop(one);
    assert!(
        PgConnection::connect(&url).await.is_err(),
        "dropped although a pool still held it"
    );
    assert!(
        PgConnection::connect(&Postgres::shared().url("postgres"))
            .await
            .is_ok()
    );
}
