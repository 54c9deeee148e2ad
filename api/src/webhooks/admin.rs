//! Who runs the service.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use domain::account::Role;
use http::request::Parts;

use crate::{Api, http::Problem, identity};

/// A caller who is an administrator now, whatever its token says. An extractor: for everybody else the answer is 403.
pub(crate) struct Admin(pub domain::Caller);

impl FromRequestParts<Arc<Api>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let identity::Caller(caller) = identity::Caller::from_request_parts(parts, api).await?;
        let is_admin = api.identity.has_role(&api.reader, &caller, Role::Admin);
        if is_admin.await? {
            Ok(Self(caller))
        } else {
            Err(Problem::forbidden("Only an administrator may do that."))
        }
    }
}
