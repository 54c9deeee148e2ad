//! One master secret, and the keys that are made from it.

use aws_lc_rs::{hkdf, hmac};

/// Thirty-two secret bytes. Never shown, never serialized.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes the bytes over.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For handing to a cipher.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The service's keys, each for one purpose, made from the master secret by HKDF-SHA-256: one thing to keep, and never in
/// the database.
#[derive(Clone)]
pub struct Secrets {
    master: Secret,
}

/// What a derived key is for.
macro_rules! derived {
    ($($(#[$doc:meta])* $name:ident = $purpose:literal;)*) => {
        impl Secrets {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self) -> Secret {
                    self.derive($purpose)
                }
            )*
        }
    };
}

derived! {
    /// Wraps the accounts' keys and the signing keys.
    wrapping = "tidings/1 wrapping";
    /// Makes tokens opaque.
    tokens = "tidings/1 tokens";
    /// Signs events on the wire.
    wire = "tidings/1 wire";
    /// Fingerprints requests under an idempotency key.
    idempotency = "tidings/1 idempotency";
    /// Makes the successor of a refresh token.
    refresh = "tidings/1 refresh";
    /// Keeps the name of an erased account taken, without saying it.
    names = "tidings/1 names";
}

impl Secrets {
    /// From the master secret.
    #[must_use]
    pub fn new(master: Secret) -> Self {
        Self { master }
    }

    /// What the others are made from, for keeping it.
    #[must_use]
    pub fn master(&self) -> &Secret {
        &self.master
    }

    fn derive(&self, purpose: &str) -> Secret {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"tidings");
        let mut bytes = [0; 32];
        salt.extract(self.master.expose())
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|key| key.fill(&mut bytes))
            .unwrap_or_else(|_| unreachable!("HKDF-SHA-256 gives 32 bytes"));
        Secret(bytes)
    }
}

impl Secret {
    /// HMAC-SHA-256 of some bytes under this key.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        for part in parts {
            context.update(part);
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }
}

impl Secret {
    /// Whether a mac is [`Secret::mac`] of these bytes, in constant time.
    #[must_use]
    pub fn verify(&self, parts: &[&[u8]], claimed: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.mac(parts), claimed).is_ok()
    }
}
