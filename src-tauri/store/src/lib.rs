//! Keeps what was measured: runs, rungs, trials, hardware samples, events and stress tests, in one SQLite file.
//!
//! Architecture invariants: a save returns only once it is on the disk; a finished trial is never overwritten or
//! lost; a damaged or newer file is never written to; every value is bound, never put into SQL.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod connection;
mod error;
mod recovery;
mod schema;
mod store;
mod table;

pub use error::StoreError;
pub use recovery::Notice;
pub use store::{Opened, Store};
pub use table::events::StoredEvent;
pub use table::rungs::ModelSpeed;
pub use table::runs::RunHeader;
pub use table::stress_tests::StressHeader;
