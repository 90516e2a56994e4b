//! What crosses to the window: plain shapes, with their TypeScript generated into `ui/src/messages`.
//!
//! Architecture invariant: these types are for the wire alone. They are made from the core's at the edge and
//! hold raw numbers; words for numbers are the front end's (`ui/src/format.ts`). Unknown is `null`, never 0.

mod compare;
mod hardware;
mod live;
mod models;
mod plan;
mod recommend;
mod results;
mod stress;

pub use compare::*;
pub use hardware::*;
pub use live::*;
pub use models::*;
pub use plan::*;
pub use recommend::*;
pub use results::*;
pub use stress::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that went wrong, for a person: what happened, the number that explains it, the next step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Problem {
    /// Stable; the front end switches on this and never on the text.
    pub code: String,
    pub what: String,
    pub detail: String,
    pub next_step: String,
}
