//! Somebody, as the classic API shows them: e-mail and all.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Api, http::Problem};

/// An account.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ClassicPerson)]
pub(crate) struct Person {
    pub id: i64,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

/// Some people, by account.
pub(super) async fn people(api: &Api, accounts: &[Uuid]) -> Result<HashMap<Uuid, Person>, Problem> {
    let rows = sqlx::query!(
        "select account_id, number, username, first_name, last_name, email from readmodel.accounts
         where account_id = any($1)",
        accounts
    );
    let people = rows.fetch_all(&api.reads).await?.into_iter().map(|row| {
        let person = Person {
            id: row.number,
            username: row.username,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
        };
        (row.account_id, person)
    });
    Ok(people.collect())
}

/// A time as the original writes it: UTC, six decimals, no zone.
pub(super) fn naive(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_decimals_and_no_zone() {
        let time = DateTime::from_timestamp_micros(1_660_535_258_000_000).unwrap();
        assert_eq!(naive(time), "2022-08-15T03:47:38.000000");
    }
}
