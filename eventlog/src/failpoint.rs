//! Places between two steps at which a test may have the process end, as `kill -9` would. In what is shipped they are nothing.

/// A place between two steps, by its name. With the feature `failpoints`, which the tests' builds alone have, the environment
/// says where and when the process ends: `FAILPOINTS="relay.sent=3*off->1*return"` is at the fourth time.
#[cfg(feature = "failpoints")]
pub fn failpoint(name: &'static str) {
    static READ: std::sync::Once = std::sync::Once::new();
    // Never torn down: it holds for as long as the process lives.
    READ.call_once(|| std::mem::forget(fail::FailScenario::setup()));
    fail::fail_point!(name, |_| std::process::abort());
}

/// A place between two steps, by its name.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub fn failpoint(_name: &'static str) {}
