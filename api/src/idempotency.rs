//! Step 1: the same request under the same key gets the first answer again.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, request::Parts},
    response::Response,
};
use domain::Caller;
use eventlog::{Appended, Idempotency, Replayed};
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{Api, description, http::Problem};

/// Longest key.
const LONGEST: usize = 255;

/// The request's `Idempotency-Key`, if it has one, and what it was sent to.
pub(crate) struct Key {
    key: Option<String>,
    call: String,
}

impl FromRequestParts<Arc<Api>> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Api>) -> Result<Self, Problem> {
        let call = format!("{} {}", parts.method, parts.uri.path());
        let Some(key) = parts.headers.get("idempotency-key") else {
            return Ok(Self { key: None, call });
        };
        match key.to_str() {
            Ok(key)
                if (1..=LONGEST).contains(&key.len())
                    && key.bytes().all(|byte| byte.is_ascii_graphic()) =>
            {
                Ok(Self {
                    key: Some(key.to_owned()),
                    call,
                })
            }
            _ => Err(Problem::bad_request(
                "`Idempotency-Key` is 1 to 255 visible ASCII characters.",
            )),
        }
    }
}

/// `params(Key)` in `#[utoipa::path]`.
impl IntoParams for Key {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![description::header(
            "Idempotency-Key",
            "1 to 255 visible ASCII characters: the same request under it gets the first answer again",
        )]
    }
}

/// The answer that was given first, in ids.
pub(crate) struct First {
    /// Where it is in the log.
    pub appended: Appended,
    /// The ids, as JSON.
    pub result: String,
}

impl Key {
    /// What is kept of the request if it is appended. `result` holds the ids in the answer.
    pub(crate) fn keep(
        &self,
        api: &Api,
        caller: &Caller,
        request: &impl Serialize,
        status: StatusCode,
        result: String,
    ) -> Result<Option<Idempotency>, Problem> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let request = serde_json::to_vec(request).map_err(Problem::internal)?;
        let secret = api.secrets.idempotency();
        Ok(Some(Idempotency {
            account: caller.account,
            key_hash: secret.mac(&[b"key", key.as_bytes()]).to_vec(),
            fingerprint: secret
                .mac(&[b"request", self.call.as_bytes(), b"\n", &request])
                .to_vec(),
            status: i16::try_from(status.as_u16()).unwrap_or_default(),
            result,
        }))
    }
}

/// The first answer, if this request came before. Races are settled by the log itself.
pub(crate) async fn seen(api: &Api, kept: Option<&Idempotency>) -> Result<Option<First>, Problem> {
    let Some(kept) = kept else { return Ok(None) };
    let row = sqlx::query!(
        r#"select fingerprint, status, result::text as "result!", position, recorded_at from log.idempotency
           where account_id = $1 and key_hash = $2"#,
        kept.account.0,
        kept.key_hash
    );
    let Some(row) = row.fetch_optional(&api.pool).await? else {
        return Ok(None);
    };
    let replayed = Replayed {
        appended: Appended {
            first_position: row.position,
            recorded_at: row.recorded_at,
        },
        fingerprint: row.fingerprint,
        status: row.status,
        result: row.result,
    };
    first(kept, replayed).map(Some)
}

/// The first answer, if it was to the same request.
pub(crate) fn first(kept: &Idempotency, replayed: Replayed) -> Result<First, Problem> {
    if replayed.fingerprint != kept.fingerprint {
        return Err(other_request());
    }
    Ok(First {
        appended: replayed.appended,
        result: replayed.result,
    })
}

/// 422: the key was used before.
pub(crate) fn other_request() -> Problem {
    Problem::unprocessable("This Idempotency-Key was used for another request.")
}

/// Says of an answer that it was given before.
pub(crate) fn again(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
