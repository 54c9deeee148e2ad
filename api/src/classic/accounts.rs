//! Everybody, as the classic API lists them.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use http::header;

use super::person::Person;
use crate::{Api, http::Problem, identity::Caller};

/// How many are read at a time: the list has no pages, so it is written while it is read.
const AT_A_TIME: i64 = 500;

/// A piece of the list.
struct Piece {
    json: Bytes,
    /// The number after which the next piece begins; `None` behind the last one.
    next: Option<i64>,
}

/// All accounts, by number.
#[utoipa::path(
    get, path = "/account", tag = "classic",
    responses((status = 200, description = "All accounts, by `id`", body = Vec<Person>))
)]
pub(crate) async fn accounts(
    State(api): State<Arc<Api>>,
    _caller: Caller,
) -> Result<Response, Problem> {
    // The first piece before the answer begins: what goes wrong until then can still be said.
    let first = piece(&api, 0).await?;
    let rest = stream::try_unfold(first.next, move |after| {
        let api = Arc::clone(&api);
        async move {
            let Some(after) = after else { return Ok(None) };
            let Piece { json, next } = piece(&api, after).await?;
            Ok::<_, sqlx::Error>(Some((json, next)))
        }
    });
    let body = Body::from_stream(stream::iter([Ok(first.json)]).chain(rest));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

async fn piece(api: &Api, after: i64) -> Result<Piece, sqlx::Error> {
    let people = sqlx::query_as!(
        Person,
        "select number as id, username, first_name, last_name, email from readmodel.accounts
         where number > $1 and erased_at is null order by number limit $2",
        after,
        AT_A_TIME
    );
    let people = people.fetch_all(&api.pool).await?;
    let is_last = i64::try_from(people.len()).is_ok_and(|count| count < AT_A_TIME);
    let next = people.last().filter(|_| !is_last).map(|person| person.id);
    Ok(Piece {
        json: write(&people, after == 0, is_last)?,
        next,
    })
}

/// A slice of the array, with its brackets where it begins and ends.
fn write(people: &[Person], is_first: bool, is_last: bool) -> Result<Bytes, sqlx::Error> {
    let mut json = Vec::with_capacity(people.len() * 128);
    if is_first {
        json.push(b'[');
    }
    for (place, person) in people.iter().enumerate() {
        if place > 0 || !is_first {
            json.push(b',');
        }
        serde_json::to_writer(&mut json, person)
            .map_err(|error| sqlx::Error::Encode(error.into()))?;
    }
    if is_last {
        json.push(b']');
    }
    Ok(json.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(numbers: &[i64]) -> Vec<Person> {
        let person = |id: &i64| Person {
            id: *id,
            username: "u".into(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
        };
        numbers.iter().map(person).collect()
    }

    #[test]
    fn the_pieces_make_one_array() {
        for pieces in [
            vec![vec![]],
            vec![vec![1, 2]],
            vec![vec![1, 2], vec![]],
            vec![vec![1], vec![2, 3], vec![4]],
        ] {
            let last = pieces.len() - 1;
            let json: Vec<u8> = pieces
                .iter()
                .enumerate()
                .flat_map(|(place, piece)| {
                    write(&people(piece), place == 0, place == last).unwrap()
                })
                .collect();
            let array: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
            assert_eq!(array.len(), pieces.concat().len());
        }
    }
}
