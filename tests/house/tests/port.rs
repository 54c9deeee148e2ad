//! The harness keeps its own promises.

use std::collections::BTreeSet;

use house::Port;

#[test]
fn a_port_that_is_claimed_is_given_to_nobody_else() {
    // By chance alone two of so many would be the same one.
    let claimed: Vec<Port> = (0..500).map(|_| Port::claim().unwrap()).collect();
    let numbers: BTreeSet<u16> = claimed.iter().map(Port::number).collect();
    assert_eq!(numbers.len(), claimed.len());
}
