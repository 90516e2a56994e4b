//! Tasks as part of a climb or on their own: which are asked, within what time, and what is in their way.

mod plan;
mod show;

pub use plan::{Budget, TaskWish, prepare, resumed};
pub use show::{TaskTable, table};
