//! What the server's words say of a model.

use serde_json::{Map, Value};
use toprung_core::fit::kv_bytes_per_token;
use toprung_core::model::{ModelFacts, ModelRef};

use super::pull::is_hash;
use super::wire::{Show, Tag};
use crate::http::causes::clean;
use crate::specialty::specialty;

/// Matrices that each expert of a gated feed-forward layer has: gate, up and down.
const MATRICES_PER_EXPERT: u64 = 3;

/// Puts together what the list and the details say. What neither says stays unknown.
pub(super) fn facts(model: &ModelRef, tag: Option<&Tag>, show: &Show) -> ModelFacts {
    let empty = Map::new();
    let info = show.model_info.as_ref().unwrap_or(&empty);
    let details = show.details.as_ref().or(tag.and_then(|tag| tag.details.as_ref()));
    let architecture = text(info, "general.architecture").or_else(|| details.and_then(|details| named(details.family.as_deref())));
    let own = |key: &str| architecture.as_ref().and_then(|name| number(info, &format!("{name}.{key}")));
    let parameters =
        number(info, "general.parameter_count").or_else(|| details.and_then(|details| rounded(details.parameter_size.as_deref()?)));
    let file_bytes = tag.and_then(|tag| tag.size).filter(|bytes| *bytes > 0);
    ModelFacts {
        digest: tag.and_then(|tag| tag.digest.as_deref()).and_then(digest),
        file_bytes,
        parameters,
        active_bytes: file_bytes.and_then(|bytes| active_bytes(bytes, parameters, &own)),
        context_length: own("context_length").and_then(|tokens| u32::try_from(tokens).ok()),
        quantization: details.and_then(|details| named(details.quantization_level.as_deref())),
        kv_bytes_per_token: kv_cache(&own),
        specialty: specialty(model),
        architecture,
    }
}

/// Bytes of weights that a token streams through. In a mixture of experts, the experts that a token leaves out are taken off,
/// as if every weight took the same number of bits; `None` where their size can't be told.
fn active_bytes(file_bytes: u64, parameters: Option<u64>, own: &impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let Some(experts) = own("expert_count").filter(|count| *count > 1) else { return Some(file_bytes) };
    let used = own("expert_used_count")?.min(experts);
    let width = own("expert_feed_forward_length").or_else(|| own("feed_forward_length"))?;
    let sizes = [own("block_count")?, own("embedding_length")?, width, MATRICES_PER_EXPERT, experts - used];
    let idle = sizes.into_iter().try_fold(1_u64, u64::checked_mul)?;
    let active = parameters?.checked_sub(idle)?;
    Some((file_bytes as f64 * active as f64 / parameters? as f64) as u64)
}

/// See [`kv_bytes_per_token`]; `None` where the details do not hold the shape of the attention, or where it is compressed.
fn kv_cache(own: &impl Fn(&str) -> Option<u64>) -> Option<u64> {
    if own("attention.kv_lora_rank").is_some() || own("ssm.state_size").is_some() {
        return None;
    }
    let head_size = || own("embedding_length")?.checked_div(own("attention.head_count")?);
    let key = own("attention.key_length").or_else(head_size)?;
    let value = own("attention.value_length").or_else(head_size)?;
    let heads = own("attention.head_count_kv").or_else(|| own("attention.head_count"))?;
    kv_bytes_per_token(own("block_count")?.checked_mul(heads)?, key, value)
}

fn digest(hash: &str) -> Option<String> {
    let hash = hash.strip_prefix("sha256:").unwrap_or(hash);
    is_hash(hash).then(|| format!("sha256:{}", hash.to_ascii_lowercase()))
}

/// A rounded count as servers write it: `268.10M`, `1.8B`.
fn rounded(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        'K' => 1e3,
        'M' => 1e6,
        'B' => 1e9,
        'T' => 1e12,
        _ => return None,
    };
    let value: f64 = text[..text.len() - 1].trim().parse().ok()?;
    (value > 0.0 && value < 1e6).then_some((value * unit).round() as u64)
}

fn named(word: Option<&str>) -> Option<String> {
    word.map(clean).filter(|word| !word.is_empty() && word != "unknown")
}

fn text(info: &Map<String, Value>, key: &str) -> Option<String> {
    named(info.get(key)?.as_str())
}

fn number(info: &Map<String, Value>, key: &str) -> Option<u64> {
    info.get(key)?.as_u64().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, tag: &str, show: &str) -> ModelFacts {
        let tag: Tag = serde_json::from_str(tag).unwrap();
        facts(&ModelRef::new(name).unwrap(), Some(&tag), &serde_json::from_str(show).unwrap())
    }

    #[test]
    fn a_real_models_facts_are_read() {
        let tag = r#"{"name":"gemma3:270m","size":253113294,"digest":"faf57464a34ebd98e543bc45929742ce3ac1685101a7c2076f7352306a100d17"}"#;
        let show = r#"{"details":{"family":"gemma3","parameter_size":"268.10M","quantization_level":"Q4_K_M"},
            "model_info":{"general.architecture":"gemma3","general.parameter_count":268098176,"gemma3.context_length":32768,"gemma3.block_count":18,
            "gemma3.attention.head_count":4,"gemma3.attention.head_count_kv":1,"gemma3.attention.key_length":256,"gemma3.attention.value_length":256}}"#;
        let facts = read("gemma3:270m", tag, show);
        assert_eq!(facts.digest.as_deref(), Some("sha256:faf57464a34ebd98e543bc45929742ce3ac1685101a7c2076f7352306a100d17"));
        assert_eq!((facts.file_bytes, facts.active_bytes), (Some(253_113_294), Some(253_113_294)), "a dense model streams all its weights");
        assert_eq!((facts.parameters, facts.context_length), (Some(268_098_176), Some(32768)));
        assert_eq!((facts.architecture.as_deref(), facts.quantization.as_deref()), (Some("gemma3"), Some("Q4_K_M")));
        assert_eq!(facts.kv_bytes_per_token, Some(18 * 512 * 2));
        assert_eq!(facts.specialty, None);
    }

    #[test]
    fn a_mixture_of_experts_streams_only_what_a_token_uses() {
        let tag = r#"{"name":"gpt-oss:20b","size":13793441244}"#;
        let show = r#"{"model_info":{"general.architecture":"gptoss","general.parameter_count":20914757184,"gptoss.block_count":24,
            "gptoss.embedding_length":2880,"gptoss.feed_forward_length":2880,"gptoss.expert_count":32,"gptoss.expert_used_count":4}}"#;
        let active = read("gpt-oss:20b", tag, show).active_bytes.unwrap() as f64 / 13_793_441_244.0;
        // Its publisher: 3.6 of 20.9 billion are active without the embedding, which is counted here.
        assert!((0.15..0.25).contains(&active), "{active} of the file");
    }

    #[test]
    fn what_is_not_said_stays_unknown() {
        let facts = read(
            "a",
            r#"{"name":"a","size":0,"digest":"12"}"#,
            r#"{"model_info":null,"details":{"family":"","quantization_level":"unknown"}}"#,
        );
        assert_eq!(facts, ModelFacts::default(), "unknown is None, never 0 or an empty word");
        let mixture = r#"{"model_info":{"general.architecture":"x","x.expert_count":8}}"#;
        assert_eq!(read("a", r#"{"size":10}"#, mixture).active_bytes, None, "experts of unknown size can't be taken off");
    }

    #[test]
    fn rounded_counts_are_read() {
        for (text, count) in
            [("268.10M", Some(268_100_000)), ("1.8B", Some(1_800_000_000)), ("", None), ("NaNB", None), ("-1B", None), ("1é", None)]
        {
            assert_eq!(rounded(text), count, "{text}");
        }
    }
}
