//! A user's own task, as a small TOML file: see `docs/own-task.toml`.

mod file;
mod grader;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use toprung_core::task::{Task, TaskFloors};

use crate::item::Item;

/// 500 items take an hour on a laptop; more are a mistake.
pub const MAX_ITEMS: usize = 500;
/// 500 items of 2,000 characters each.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// The longest prompt, in bytes: about 8,000 tokens, more than small models take.
pub const MAX_PROMPT_BYTES: usize = 32 << 10;

/// A task of the user's own.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnTask {
    /// Always [`Task::Own`].
    pub task: Task,
    pub floors: TaskFloors,
    /// In the order of the file.
    pub items: Vec<Item>,
    /// SHA-256 over the file's text, in hexadecimal: scores of two texts do not pair.
    pub hash: String,
}

/// What is wrong with a file of items, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", if *line == 0 { String::new() } else { format!("line {line}: ") })]
pub struct ItemFileError {
    /// From 1; 0 when it is about the file as a whole.
    pub line: usize,
    pub reason: String,
}

/// Reads a file of items.
///
/// # Errors
/// Says in which line what is wrong.
pub fn read(path: &Path) -> Result<OwnTask, ItemFileError> {
    let whole = |error: std::io::Error| ItemFileError { line: 0, reason: format!("{} cannot be read: {error}", path.display()) };
    let file = File::open(path).map_err(whole)?;
    let mut bytes = Vec::new();
    // One byte more than is allowed is enough to see that it is too long, whatever the path leads to.
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(whole)?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_long());
    }
    match String::from_utf8(bytes) {
        Ok(text) => own_task(&text),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            Err(ItemFileError { line, reason: "it is no text in UTF-8".to_owned() })
        }
    }
}

/// Reads a task from the text of its file.
///
/// # Errors
/// Says in which line what is wrong.
pub fn own_task(text: &str) -> Result<OwnTask, ItemFileError> {
    if text.len() > MAX_FILE_BYTES {
        return Err(too_long());
    }
    let mut own = file::parse(text)?;
    own.hash = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(own)
}

fn too_long() -> ItemFileError {
    ItemFileError { line: 0, reason: format!("it has more than {} MiB", MAX_FILE_BYTES >> 20) }
}

#[cfg(test)]
mod tests;
