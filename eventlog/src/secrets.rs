//! The master secret, and the keys that are made from it.

use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};

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
///
/// The master secret is a row of generations. Keys are wrapped by the newest one, so that one can be followed by another;
/// everything else comes from the first, since nothing that was made with it can be made again.
#[derive(Clone)]
pub struct Secrets {
    first: Secret,
    masters: Arc<Masters>,
}

struct Masters {
    known: RwLock<Vec<Secret>>,
    read: Read,
}

/// Where the generations are.
type Read = Box<dyn Fn() -> io::Result<Vec<Secret>> + Send + Sync>;

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
    /// From one master secret that no other follows.
    #[must_use]
    pub fn new(master: Secret) -> Self {
        let masters = Masters {
            known: RwLock::new(vec![master.clone()]),
            read: Box::new(|| Ok(Vec::new())),
        };
        Self {
            first: master,
            masters: Arc::new(masters),
        }
    }

    /// From where the generations of the master secret are, which is looked at again before a key is wrapped, and when one turns
    /// up that a later generation has wrapped.
    pub fn kept(
        read: impl Fn() -> io::Result<Vec<Secret>> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let known = read()?;
        let first = known.first().cloned();
        let masters = Masters {
            known: RwLock::new(known),
            read: Box::new(read),
        };
        Ok(Self {
            first: first.ok_or(io::ErrorKind::UnexpectedEof)?,
            masters: Arc::new(masters),
        })
    }

    /// How many generations are known. The last one wraps.
    #[must_use]
    pub fn generation(&self) -> u8 {
        let known = self.masters.known();
        u8::try_from(known.len()).unwrap_or(u8::MAX)
    }

    /// How many generations there are by now, looked up where they are: a process that has not met a key which the newest one has
    /// wrapped would go on with the one before it.
    pub(crate) fn newest(&self) -> u8 {
        self.masters.look();
        self.generation()
    }

    /// What a generation wraps with: the accounts' keys, the signing keys, the webhooks' secrets.
    pub(crate) fn wrapping(&self, generation: u8) -> Option<Secret> {
        let master = self.masters.find(generation)?;
        Some(derive(&master, "tidings/1 wrapping"))
    }

    fn derive(&self, purpose: &str) -> Secret {
        derive(&self.first, purpose)
    }
}

impl Masters {
    fn known(&self) -> Vec<Secret> {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn find(&self, generation: u8) -> Option<Secret> {
        let place = usize::from(generation).checked_sub(1)?;
        if let Some(master) = self.known().get(place) {
            return Some(master.clone());
        }
        self.look();
        self.known().get(place).cloned()
    }

    /// Takes over what has been added. What is known is not forgotten, whatever is there now.
    fn look(&self) {
        match (self.read)() {
            Ok(again) if again.len() > self.known().len() => {
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = again;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the master key cannot be read"),
        }
    }
}

fn derive(master: &Secret, purpose: &str) -> Secret {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"tidings");
    let mut bytes = [0; 32];
    salt.extract(master.expose())
        .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|key| key.fill(&mut bytes))
        .unwrap_or_else(|_| unreachable!("HKDF-SHA-256 gives 32 bytes"));
    Secret(bytes)
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
