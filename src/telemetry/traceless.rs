//! In a binary without the feature `otel`: nobody hears of spans.

use sqlx::PgPool;

/// Nothing.
pub struct Traces;

impl Traces {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "as where there is something to start"
    )]
    pub fn start() -> anyhow::Result<Option<Self>> {
        Ok(None)
    }
}

pub fn know(_log: &PgPool) {}
