//! Tells cargo that the web client belongs to the binary. The files which are built in are tracked one by one by the compiler;
//! a name that is new or gone shows in the folder only.

use std::{fs, io};

const CLIENT: &str = "web/dist";

fn main() -> io::Result<()> {
    // A folder that is not there would count as changed at every build.
    fs::create_dir_all(CLIENT)?;
    println!("cargo::rerun-if-changed={CLIENT}");
    println!("cargo::rerun-if-changed=web/placeholder");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
