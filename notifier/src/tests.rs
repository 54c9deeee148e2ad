//! The stream's promises, on real tables. Nothing here waits for time to pass: the hub is stepped.

mod world;

mod connecting;
mod ending;
mod live;
mod random;
mod resuming;
mod slow;
mod typing;
