//! Signatures as the specification "Standard Webhooks" has them, so that its libraries verify them.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use eventlog::Secret;
use uuid::Uuid;

/// The header `webhook-signature`: over the id, the second of this attempt and the body.
pub(crate) fn signature(secret: &Secret, id: Uuid, at: DateTime<Utc>, body: &[u8]) -> String {
    let head = format!("{id}.{}.", at.timestamp());
    format!(
        "v1,{}",
        STANDARD.encode(secret.mac(&[head.as_bytes(), body]))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_another_implementation_makes() {
        // python3 -c 'import hmac, base64; print(base64.b64encode(hmac.digest(bytes(range(32)),
        //   b"00000000-0000-0000-0000-000000000007.1674087231." + b"{\"test\": 2432232314}", "sha256")).decode())'
        let secret = Secret::new(std::array::from_fn(|n| u8::try_from(n).unwrap()));
        let at = DateTime::from_timestamp(1_674_087_231, 999).unwrap();
        let made = signature(&secret, Uuid::from_u128(7), at, br#"{"test": 2432232314}"#);
        assert_eq!(made, "v1,DZrdByinllE7fGZOmcJV+C9JfKQ5cQLhK0KgxHCbhus=");
    }
}
