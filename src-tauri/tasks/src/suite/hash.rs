//! The fingerprint of the frozen suite.

use serde_json::Value;
use sha2::{Digest, Sha256};
use toprung_core::task::Task;

use super::{FROZEN_SEED, suite};

/// SHA-256 over every prompt, limit and oracle of the frozen seed, in hexadecimal.
pub fn hash() -> String {
    let mut digest = Sha256::new();
    for item in Task::SUITE.iter().flat_map(|task| suite(FROZEN_SEED).items(task)) {
        // An oracle has no keys but texts, so that it can always be written as JSON.
        let oracle = canonical(&serde_json::to_value(&item.oracle).unwrap_or_default());
        for part in [item.id.as_str(), &item.prompt, &item.max_output_tokens.to_string(), &oracle] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON with its keys in order: whether maps keep theirs depends on what other crates ask of `serde_json`.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(object) => {
            let mut pairs: Vec<(&String, &Value)> = object.iter().collect();
            pairs.sort_unstable_by_key(|(key, _)| *key);
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value))).collect();
            format!("{{{}}}", pairs.join(","))
        }
        other => other.to_string(),
    }
}
