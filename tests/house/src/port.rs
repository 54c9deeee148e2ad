//! Ports that are given to nobody else, in whichever process.

use std::{env::temp_dir, fs::File, net::TcpListener};

use anyhow::bail;
use nix::{
    fcntl::{FcntlArg, fcntl},
    libc::{F_WRLCK, SEEK_SET, flock},
    unistd::geteuid,
};

use crate::id;

/// A port of this machine's that is one's own until this is dropped, whether somebody listens there or not.
///
/// A port that was found to be free is free only until somebody is quicker, and whoever plays a part here listens some
/// moments after it was chosen, and not at all while it is stopped.
#[derive(Debug)]
pub struct Port {
    number: u16,
    /// Keeps the claim.
    _claims: File,
}

impl Port {
    /// Below the ports that the kernel gives to outgoing connections. Among those, a client trying to reconnect while the
    /// server is down can be given the very port it calls, and then talks to itself and keeps the server from coming back.
    pub fn claim() -> anyhow::Result<Self> {
        let below_the_ephemeral = 12_000..32_000_u16;
        let width = u128::from(below_the_ephemeral.end - below_the_ephemeral.start);
        let path = temp_dir().join(format!("tidings-ports-{}", geteuid()));
        // A claim is of one byte of this file; it belongs to what is opened here, and ends with it.
        let claims = File::options().create(true).append(true).open(path)?;
        for _ in 0..1_000 {
            // The low bits of such an id are random.
            let number = u16::try_from(id().as_u128() % width)? + below_the_ephemeral.start;
            let byte = flock {
                l_type: F_WRLCK.try_into()?,
                l_whence: SEEK_SET.try_into()?,
                l_start: number.into(),
                l_len: 1,
                l_pid: 0,
            };
            if fcntl(&claims, FcntlArg::F_OFD_SETLK(&byte)).is_ok()
                && TcpListener::bind(("127.0.0.1", number)).is_ok()
            {
                return Ok(Self {
                    number,
                    _claims: claims,
                });
            }
        }
        bail!("no free port")
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}
