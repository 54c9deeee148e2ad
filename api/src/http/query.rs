//! Query strings and the ids in a path.

use axum::extract::{FromRequestParts, Path, Query};
use http::{Uri, request::Parts};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::problem::Problem;

/// The query string. An unknown parameter is refused if `T` says `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, Copy)]
pub struct Params<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => {
                let sentence = rejection.body_text();
                let cause = sentence
                    .rsplit("query string: ")
                    .next()
                    .unwrap_or(&sentence);
                Err(Problem::bad_request(format!(
                    "The query string is not understood: {cause}."
                )))
            }
        }
    }
}

/// What stands in the path. An id that cannot be one is *not there*, like one that nobody has.
#[derive(Debug, Clone, Copy)]
pub struct InPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::from_request_parts(parts, state).await;
        found
            .map(|Path(value)| Self(value))
            .map_err(|_| Problem::not_found())
    }
}

/// How many items of a list: 1–200, by default 50. Use it with `#[serde(default)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

/// By hand, since what the derive is told of a newtype's range it forgets.
impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(200))
            .default(Some(50.into()))
            .into()
    }
}

impl ToSchema for Limit {}

impl Limit {
    /// As the number of rows to read.
    #[must_use]
    pub fn get(self) -> usize {
        self.0.into()
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("`limit` is a number from 1 to 200");
        let number = u16::deserialize(source).map_err(|_| wrong())?;
        if (1..=200).contains(&number) {
            Ok(Self(number))
        } else {
            Err(wrong())
        }
    }
}

/// Refuses addresses that no handler may see: U+0000, which the database refuses, and bytes that are not UTF-8, which
/// would silently become other characters.
pub(super) fn check(uri: &Uri) -> Result<(), Problem> {
    if !is_text(uri.path()) {
        return Err(Problem::not_found());
    }
    if !uri.query().is_none_or(is_text) {
        return Err(Problem::bad_request(
            "The query string is not valid UTF-8, or holds the character U+0000.",
        ));
    }
    Ok(())
}

fn is_text(encoded: &str) -> bool {
    !encoded.contains('%')
        || percent_decode_str(encoded)
            .decode_utf8()
            .is_ok_and(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::Request, routing::get};

    use super::*;
    use crate::http::testing::{ask, http, problem_of};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        #[serde(default)]
        limit: Limit,
        #[serde(default)]
        unread: bool,
    }

    fn app() -> Router {
        let list =
            async |Params(page): Params<Page>| format!("{} {}", page.limit.get(), page.unread);
        let one = async |InPath((id, name)): InPath<(uuid::Uuid, String)>| format!("{id} {name}");
        http(
            Router::new()
                .route("/list", get(list))
                .route("/one/{id}/{name}", get(one)),
        )
    }

    async fn status(uri: &str) -> u16 {
        ask(&app(), Request::get(uri).body(Body::empty()).unwrap())
            .await
            .status()
            .as_u16()
    }

    #[tokio::test]
    async fn a_limit_is_1_to_200() {
        for uri in ["/list", "/list?limit=1", "/list?limit=200&unread=true"] {
            assert_eq!(status(uri).await, 200, "{uri}");
        }
        for limit in ["0", "201", "-1", "1.5", "x", "", "99999999999"] {
            assert_eq!(
                status(&format!("/list?limit={limit}")).await,
                400,
                "{limit}"
            );
        }
    }

    #[tokio::test]
    async fn an_unknown_a_repeated_and_a_wrong_parameter_are_refused() {
        for query in ["colour=red", "limit=1&limit=2", "unread=perhaps"] {
            assert_eq!(status(&format!("/list?{query}")).await, 400, "{query}");
        }
        let request = Request::get("/list?colour=red")
            .body(Body::empty())
            .unwrap();
        let document = problem_of(ask(&app(), request).await).await;
        assert!(
            document["detail"].as_str().unwrap().contains("`colour`"),
            "{document}"
        );
    }

    #[tokio::test]
    async fn an_id_that_cannot_be_one_is_not_there() {
        assert_eq!(
            status("/one/00000000-0000-0000-0000-000000000007/bob").await,
            200
        );
        assert_eq!(status("/one/7/bob").await, 404);
    }

    #[tokio::test]
    async fn neither_nul_nor_broken_utf8_reaches_a_handler() {
        for name in ["%00", "a%00b", "%ff", "%c0%80"] {
            assert_eq!(
                status(&format!("/one/00000000-0000-0000-0000-000000000007/{name}")).await,
                404,
                "{name}"
            );
            assert_eq!(status(&format!("/list?unread={name}")).await, 400, "{name}");
        }
    }
}
