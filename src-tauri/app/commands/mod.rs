//! What the page may ask: `query_*` reads, `start_*` begins, `cancel_*` ends or undoes, `save_*` writes a file.

pub(crate) mod climb;
pub(crate) mod compare;
mod dialog;
pub(crate) mod hardware;
pub(crate) mod models;
pub(crate) mod recommend;
pub(crate) mod runs;
pub(crate) mod setup;
pub(crate) mod stress;
