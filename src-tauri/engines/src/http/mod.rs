//! What every engine behind HTTP shares: addresses, requests with limits on every wait, streams read line by line, and how failures
//! and figures are judged.

pub(crate) mod address;
pub(crate) mod causes;
pub(crate) mod figures;
pub(crate) mod flow;
pub(crate) mod limits;
pub(crate) mod lines;
#[cfg(test)]
pub(crate) mod mutations;
pub(crate) mod reader;
pub(crate) mod stream;
pub(crate) mod transport;
