//! What a header tells of a model's size and speed.

use toprung_core::fit::kv_bytes_per_token;
use toprung_core::model::{ModelFacts, Specialty};

use super::{GgufHeader, Tensor, Value};

/// Tables that are looked up by row: a token reads one row of them, so they take memory and no bandwidth.
const LOOKED_UP: [&str; 4] = ["token_embd.weight", "per_layer_token_embd.weight", "position_embd.weight", "token_types.weight"];
/// Constants that come with the weights and are not learned.
const NOT_WEIGHTS: [&str; 3] = ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"];

/// llama.cpp's `general.file_type` numbers (llama.h, LLAMA_FTYPE) and their usual names.
const FILE_TYPES: [(u64, &str); 36] = [
    (0, "F32"),
    (1, "F16"),
    (2, "Q4_0"),
    (3, "Q4_1"),
    (7, "Q8_0"),
    (8, "Q5_0"),
    (9, "Q5_1"),
    (10, "Q2_K"),
    (11, "Q3_K_S"),
    (12, "Q3_K_M"),
    (13, "Q3_K_L"),
    (14, "Q4_K_S"),
    (15, "Q4_K_M"),
    (16, "Q5_K_S"),
    (17, "Q5_K_M"),
    (18, "Q6_K"),
    (19, "IQ2_XXS"),
    (20, "IQ2_XS"),
    (21, "Q2_K_S"),
    (22, "IQ3_XS"),
    (23, "IQ3_XXS"),
    (24, "IQ1_S"),
    (25, "IQ4_NL"),
    (26, "IQ3_S"),
    (27, "IQ3_M"),
    (28, "IQ2_S"),
    (29, "IQ2_M"),
    (30, "IQ4_XS"),
    (31, "IQ1_M"),
    (32, "BF16"),
    (36, "TQ1_0"),
    (37, "TQ2_0"),
    (38, "MXFP4"),
    (39, "NVFP4"),
    (40, "Q1_0"),
    (41, "Q2_0"),
];

/// Added to the number where the file did not say its type and llama.cpp guessed it.
const GUESSED: u64 = 1024;

/// The facts of a file of `file_bytes` bytes with this header. The digest stays unknown: only hashing the file tells it.
pub fn facts(header: &GgufHeader, file_bytes: u64) -> ModelFacts {
    ModelFacts {
        digest: None,
        file_bytes: Some(file_bytes),
        parameters: header.parameters(),
        active_bytes: header.active_bytes(),
        architecture: header.architecture().map(str::to_owned),
        quantization: header.quantization().map(str::to_owned),
        context_length: header.context_length().and_then(|tokens| u32::try_from(tokens).ok()),
        kv_bytes_per_token: header.kv_bytes_per_token(),
        specialty: header.specialty(),
    }
}

impl GgufHeader {
    /// The number of weights; `None` for a file without tensors.
    pub fn parameters(&self) -> Option<u64> {
        let total: u64 = self.weights().filter_map(Tensor::elements).fold(0, u64::saturating_add);
        (total > 0).then_some(total)
    }

    /// Bytes of all weights: what a fully resident model takes, without KV cache and buffers.
    pub fn weight_bytes(&self) -> u64 {
        self.tensors.iter().filter_map(Tensor::bytes).fold(0, u64::saturating_add)
    }

    /// Bytes that one generated token streams through. A table that is only looked up is left out, unless it is
    /// also the output layer (tied weights); experts count by the share that is used. `None` without tensors.
    pub fn active_bytes(&self) -> Option<u64> {
        let tied = !self.tensors.iter().any(|tensor| tensor.name == "output.weight");
        let total = self
            .weights()
            .filter(|tensor| !LOOKED_UP.contains(&tensor.name.as_str()) || (tied && tensor.name == "token_embd.weight"))
            .filter_map(|tensor| Some((tensor, tensor.bytes()?)))
            .map(|(tensor, bytes)| if is_expert(&tensor.name) { self.used_share(bytes) } else { bytes })
            .fold(0, u64::saturating_add);
        (total > 0).then_some(total)
    }

    /// See [`kv_bytes_per_token`]. `None` where the header does not hold the shape of the attention, or where it
    /// is not of this kind (compressed or recurrent).
    pub fn kv_bytes_per_token(&self) -> Option<u64> {
        if self.of_architecture("attention.kv_lora_rank").is_some() || self.of_architecture("ssm.state_size").is_some() {
            return None;
        }
        let layers = self.block_count()?;
        let head_size = || self.of_architecture("embedding_length")?.checked_div(self.head_count()?);
        let key = self.of_architecture("attention.key_length").or_else(head_size)?;
        let value = self.of_architecture("attention.value_length").or_else(head_size)?;
        let heads = match self.head_count_kv().unwrap_or_else(|| self.head_count().into_iter().collect()).as_slice() {
            [same] => same.checked_mul(layers)?,
            each => each.iter().try_fold(0_u64, |sum, heads| sum.checked_add(*heads))?,
        };
        kv_bytes_per_token(heads, key, value)
    }

    /// The quantization's usual name: from the file's own account, else the type that most bytes are in.
    pub fn quantization(&self) -> Option<&'static str> {
        let stated = self.number("general.file_type").map(|number| number & !GUESSED);
        if let Some((_, name)) = FILE_TYPES.iter().find(|(number, _)| Some(*number) == stated) {
            return Some(name);
        }
        let mut bytes_by_type: Vec<(&'static str, u64)> = Vec::new();
        for tensor in &self.tensors {
            let bytes = tensor.bytes().unwrap_or(0);
            match bytes_by_type.iter_mut().find(|(name, _)| *name == tensor.kind.name) {
                Some((_, sum)) => *sum = sum.saturating_add(bytes),
                None => bytes_by_type.push((tensor.kind.name, bytes)),
            }
        }
        bytes_by_type.into_iter().max_by_key(|(_, sum)| *sum).map(|(name, _)| name)
    }

    /// Code, where the publisher's tags or the model's own name say so.
    fn specialty(&self) -> Option<Specialty> {
        let tagged = match self.metadata.get("general.tags") {
            Some(Value::Array(tags)) => tags.iter().any(|tag| matches!(tag, Value::Text(text) if text.eq_ignore_ascii_case("code"))),
            _ => false,
        };
        let named = ["general.name", "general.basename"]
            .iter()
            .filter_map(|key| self.text(key))
            .any(|name| name.to_ascii_lowercase().contains("code"));
        (tagged || named).then_some(Specialty::Code)
    }

    fn weights(&self) -> impl Iterator<Item = &Tensor> {
        self.tensors.iter().filter(|tensor| !NOT_WEIGHTS.contains(&tensor.name.as_str()))
    }

    /// The part of the experts' bytes that one token uses; all of them where the file does not say.
    fn used_share(&self, bytes: u64) -> u64 {
        let (Some(all), Some(used)) = (self.of_architecture("expert_count"), self.of_architecture("expert_used_count")) else {
            return bytes;
        };
        if all == 0 || used >= all {
            return bytes;
        }
        // 128 bits: bytes and expert counts both come from the file.
        u64::try_from(u128::from(bytes) * u128::from(used) / u128::from(all)).unwrap_or(bytes)
    }
}

/// Routed experts are stacked in tensors named `…_exps`; shared ones (`…_shexp`) run for every token.
fn is_expert(name: &str) -> bool {
    name.split('.').any(|part| part.ends_with("_exps"))
}
