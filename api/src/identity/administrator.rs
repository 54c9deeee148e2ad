//! Who runs the service.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use cqrs_es::Aggregate;
use domain::account::{Account, Role};
use eventlog::Expect;
use http::request::Parts;

use super::{Caller, Standing};
use crate::{Api, http::Problem};

/// A caller who is an administrator now, whatever its token says. An extractor: for everybody else the answer is 403.
pub(crate) struct Admin {
    /// Who it is.
    pub caller: domain::Caller,
    /// Its own stream, as it was when that was looked at: whatever is appended under this is an administrator's doing, also
    /// where two of them are about to lock each other out.
    pub standing: Expect,
}

impl FromRequestParts<Arc<Api>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let Caller(caller) = Caller::from_request_parts(parts, api).await?;
        let standing = Standing::of(&api.reader, caller.account).await?;
        let standing =
            standing.filter(|standing| !standing.disabled && standing.roles.contains(&Role::Admin));
        let standing =
            standing.ok_or_else(|| Problem::forbidden("Only an administrator may do that."))?;
        Ok(Self {
            standing: Expect {
                aggregate_type: Account::TYPE,
                aggregate_id: caller.account.to_string(),
                sequence: standing.sequence,
            },
            caller,
        })
    }
}
