//! What blocking and unblocking have in common.

use axum::response::Response;
use domain::{
    Caller,
    boxes::{Boxes, Command},
};

use super::{
    act::{act, nothing, settled},
    group::account_of,
};
use crate::{Api, http::Problem};

/// Blocks or unblocks somebody, unless it is so already, and answers 204.
pub(super) async fn set(
    api: &Api,
    caller: &Caller,
    username: &str,
    on: bool,
) -> Result<Response, Problem> {
    let account = account_of(api, username).await?;
    if account == caller.account {
        return Err(Problem::unprocessable("Nobody blocks themselves."));
    }
    settled::<Boxes>(api, caller).await?;
    let is = sqlx::query_scalar!(
        r#"select exists (select from readmodel.blocks where owner_id = $1 and account_id = $2) as "is!""#,
        caller.account.0,
        account.0
    );
    if is.fetch_one(&api.reads).await? == on {
        return Ok(nothing());
    }
    act::<Boxes>(api, caller, Command::Block(account, on), None).await
}
