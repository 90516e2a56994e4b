//! Tasks: what models are asked to do, what they answered, and how well they did.
//!
//! The items and their graders live in the crate `tasks`; here are the records that are stored, the statistics of their scores, and
//! nothing that could fail for outside reasons.

pub mod estimate;
#[cfg(feature = "fixtures")]
pub mod fixture;
mod item;
mod kind;
mod run;
pub mod score;
pub mod sequential;

pub use item::{Band, Drift, Grade, GradeClass, ItemResult};
pub use kind::{BadTaskName, Task, TaskFloors};
pub use run::{SuiteVersion, TaskPlan, TaskRun, TaskRung};
pub use score::{BandScore, ItemOutcome, NotCounted, TaskScore, outcomes, score};
