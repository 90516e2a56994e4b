//! What a model is asked, and what came back.

use toprung_core::task::{Band, Task};

use crate::oracle::Oracle;

/// One question with what is needed to put it to a model and to judge the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Stable within its suite and seed, as `coding/hard/3`, counted from 1; a user's own are `own:NAME/3`.
    pub id: String,
    pub task: Task,
    pub band: Band,
    pub prompt: String,
    /// The most tokens that an answer needs, with room for a chatty model.
    pub max_output_tokens: u32,
    pub oracle: Oracle,
    /// An answer that is right, to be shown beside one that is not. Empty for a user's own items that say none.
    pub example: String,
}

/// What a model wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The answer channel, as it came; thinking between marks is still in it.
    pub text: String,
    /// The thinking channel.
    pub thinking: String,
    /// The limit of tokens ended it, not the model.
    pub hit_limit: bool,
}
