//! Does a model fit into memory? A rough estimate from the file's size alone, always marked as one.

use serde::{Deserialize, Serialize};

use crate::format;
use crate::model::ModelFacts;
use crate::run::LoadRecord;

/// Of the file's bytes, the share that one token of context adds as KV cache. Grouped-query models need about 1/36 000
/// (Llama 3 8B: 128 KiB a token), CodeLlama 13B with its 40 KV heads needs 1/9 000; without the header the dear end is the safe one.
const KV_SHARE_PER_TOKEN: f64 = 1.0 / 10_000.0;
/// Of a 16-bit float.
const KV_VALUE_BYTES: u64 = 2;
/// Compute buffers, the runtime and its libraries. Small models were seen at 150 to 400 MiB above weights and cache.
const OVERHEAD_BYTES: f64 = 400.0 * 1024.0 * 1024.0;
/// Above this share of the free memory other programs begin to be pushed out.
const COMFORTABLE_SHARE: f64 = 0.85;
/// Where only the machine's total is known: an operating system and a browser usually take the rest.
const USUALLY_FREE_SHARE: f64 = 0.7;

/// The answer in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitWord {
    Fits,
    /// Only just, or only when other programs are closed.
    Tight,
    /// More than the machine has.
    TooLarge,
    Unknown,
}

/// The answer with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    pub word: FitWord,
    /// An estimate: weights, KV cache and overhead.
    pub needed_bytes: Option<u64>,
    /// For a person: “fits: about 5.66 GiB of 22.0 GiB free”.
    pub words: String,
}

/// What a model takes at a context of so many tokens: its file, an allowance for the KV cache, and a fixed overhead.
/// `None` when the file's size is not known.
pub fn needed_bytes(facts: &ModelFacts, context_tokens: u32) -> Option<u64> {
    let file = facts.file_bytes.filter(|bytes| *bytes > 0)? as f64;
    Some((file * (1.0 + KV_SHARE_PER_TOKEN * f64::from(context_tokens)) + OVERHEAD_BYTES) as u64)
}

/// Bytes of KV cache that one token of context takes: a key and a value for each KV head of every layer, as 16-bit floats, which engines
/// keep unless told otherwise. `None` where the sizes are none.
pub fn kv_bytes_per_token(kv_heads_of_all_layers: u64, key_length: u64, value_length: u64) -> Option<u64> {
    let values = kv_heads_of_all_layers.checked_mul(key_length.checked_add(value_length)?)?;
    values.checked_mul(KV_VALUE_BYTES).filter(|bytes| *bytes > 0)
}

/// The longest context, in tokens, whose KV cache still fits beside what the rung took at the context it ran with: at most what the model
/// was trained for, and at least what ran. On a machine of `total_bytes`, of which other programs usually take the rest. `None` where the
/// shape of the attention, the peak or the context is not known, or where weights lie on a GPU, whose memory is another.
pub fn fitting_context(facts: &ModelFacts, load: &LoadRecord, total_bytes: Option<u64>) -> Option<u32> {
    let (per_token, peak, ran) = (facts.kv_bytes_per_token.filter(|bytes| *bytes > 0)?, load.peak_memory_bytes?, load.context_tokens?);
    if load.vram_bytes.is_some_and(|bytes| bytes > 0) {
        return None;
    }
    let room = (total_bytes? as f64 * USUALLY_FREE_SHARE) - peak as f64;
    let more = (room / per_token as f64).max(0.0) as u32;
    Some(ran.saturating_add(more).min(facts.context_length.unwrap_or(u32::MAX)).max(ran))
}

/// Compares the estimate with the memory that is free now and with what the machine has, in bytes.
pub fn memory_fit(facts: &ModelFacts, context_tokens: u32, available_bytes: Option<u64>, total_bytes: Option<u64>) -> Fit {
    match needed_bytes(facts, context_tokens) {
        Some(needed) => judge(needed, &format!("about {}", format::bytes_gib(needed)), available_bytes, total_bytes),
        None => Fit { word: FitWord::Unknown, needed_bytes: None, words: "not known: the file's size is not known".to_owned() },
    }
}

/// Compares what a model was seen to take with what the machine has, in bytes.
pub fn measured_fit(taken_bytes: u64, total_bytes: Option<u64>) -> Fit {
    judge(taken_bytes, &format::bytes_gib(taken_bytes), None, total_bytes)
}

/// Of so much memory in all, what an operating system and its usual programs leave, in bytes.
pub fn usually_free(total_bytes: u64) -> u64 {
    (total_bytes as f64 * USUALLY_FREE_SHARE) as u64
}

fn judge(needed: u64, about: &str, available_bytes: Option<u64>, total_bytes: Option<u64>) -> Fit {
    let fit = |word, words| Fit { word, needed_bytes: Some(needed), words };
    let gib = format::bytes_gib;
    if let Some(total) = total_bytes.filter(|total| needed > *total) {
        return fit(FitWord::TooLarge, format!("too large: needs {about}, the machine has {}", gib(total)));
    }
    match (available_bytes, total_bytes.map(usually_free)) {
        (Some(free), _) if needed as f64 <= free as f64 * COMFORTABLE_SHARE => {
            fit(FitWord::Fits, format!("fits: {about} of {} free", gib(free)))
        }
        (Some(free), _) if needed <= free => fit(FitWord::Tight, format!("tight: needs {about}, {} free", gib(free))),
        (Some(free), _) => fit(FitWord::Tight, format!("tight: needs {about}, {} free now; close other programs first", gib(free))),
        (None, Some(usual)) if needed <= usual => fit(FitWord::Fits, format!("fits: {about}")),
        (None, Some(_)) => fit(FitWord::Tight, format!("tight: needs {about} of {} in all", format::or_unknown(total_bytes, gib))),
        (None, None) => fit(FitWord::Unknown, format!("needs {about}; how much memory there is, is not known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn the_word_follows_from_needed_free_and_total() {
        let table = [
            (Some(4_700_000_000), Some(22 * GIB), Some(32 * GIB), FitWord::Fits, "fits: about 5.66 GiB of 22.0 GiB free"),
            (Some(4_700_000_000), Some(6 * GIB), Some(16 * GIB), FitWord::Tight, "tight: needs about 5.66 GiB, 6.00 GiB free"),
            (
                Some(4_700_000_000),
                Some(2 * GIB),
                Some(16 * GIB),
                FitWord::Tight,
                "tight: needs about 5.66 GiB, 2.00 GiB free now; close other programs first",
            ),
            (
                Some(19_000_000_000),
                Some(12 * GIB),
                Some(16 * GIB),
                FitWord::TooLarge,
                "too large: needs about 21.7 GiB, the machine has 16.0 GiB",
            ),
            (Some(4_700_000_000), None, Some(16 * GIB), FitWord::Fits, "fits: about 5.66 GiB"),
            (Some(11_000_000_000), None, Some(16 * GIB), FitWord::Tight, "tight: needs about 12.7 GiB of 16.0 GiB in all"),
            (Some(4_700_000_000), None, None, FitWord::Unknown, "needs about 5.66 GiB; how much memory there is, is not known"),
            (None, Some(GIB), Some(GIB), FitWord::Unknown, "not known: the file's size is not known"),
            (Some(0), Some(GIB), Some(GIB), FitWord::Unknown, "not known: the file's size is not known"),
        ];
        for (file_bytes, available, total, word, words) in table {
            let fit = memory_fit(&ModelFacts { file_bytes, ..ModelFacts::default() }, 2048, available, total);
            assert_eq!((fit.word, fit.words.as_str()), (word, words), "{file_bytes:?} in {available:?} of {total:?}");
        }
    }

    #[test]
    fn the_context_that_fits_fills_what_is_usually_free_and_no_more_than_the_model_knows() {
        let load = LoadRecord { peak_memory_bytes: Some(5 * GIB), context_tokens: Some(2048), ..LoadRecord::default() };
        // Llama 3 8B: 32 layers × 8 heads × (128 + 128) × 2 bytes.
        let facts = |context_length| ModelFacts { kv_bytes_per_token: Some(131_072), context_length, ..ModelFacts::default() };
        let fits = |context_length, load: &LoadRecord, total| fitting_context(&facts(context_length), load, total);
        assert_eq!(fits(Some(1 << 20), &load, Some(10 * GIB)), Some(2048 + 16_384), "7 of 10 GiB, less 5: 2 GiB of cache");
        assert_eq!(fits(Some(8192), &load, Some(64 * GIB)), Some(8192), "more was never trained");
        assert_eq!(fits(Some(8192), &load, Some(GIB)), Some(2048), "it ran, so it fits");
        let unknown = [LoadRecord::default(), LoadRecord { vram_bytes: Some(GIB), ..load.clone() }];
        assert!(unknown.iter().all(|load| fits(Some(8192), load, Some(64 * GIB)).is_none()));
        assert_eq!(fits(Some(8192), &load, None), None);
    }

    #[test]
    fn a_longer_context_needs_more_and_absurd_sizes_do_not_overflow() {
        let facts = ModelFacts { file_bytes: Some(1_000_000_000), ..ModelFacts::default() };
        assert!(needed_bytes(&facts, 8192) > needed_bytes(&facts, 2048));
        let absurd = ModelFacts { file_bytes: Some(u64::MAX), ..ModelFacts::default() };
        assert_eq!(memory_fit(&absurd, u32::MAX, Some(GIB), Some(GIB)).word, FitWord::TooLarge);
    }
}
