//! Which colour profiles stay with a picture: without one, a phone's photo looks pale. They name a device's class, not a
//! device.

/// Larger ones are for printing; and a profile is a place to hide things in.
const LONGEST: usize = 16 * 1024;

/// Whether a profile is a small one, for the colours that pictures are kept in.
pub(super) fn are_plain(profile: &[u8]) -> bool {
    profile.len() <= LONGEST
        && matches!(profile.get(16..20), Some(b"RGB " | b"GRAY"))
        && profile.get(36..40) == Some(b"acsp")
}
