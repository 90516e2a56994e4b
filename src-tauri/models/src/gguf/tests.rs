use std::io::Cursor;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::Specialty;

use super::*;
use crate::testing;

fn read_bytes(bytes: &[u8]) -> Result<GgufHeader, GgufError> {
    parse(Cursor::new(bytes), bytes.len() as u64)
}

fn dense() -> Vec<u8> {
    testing::gguf(
        &[("general.architecture", "llama"), ("general.name", "Test Coder")],
        &[("llama.context_length", 4096), ("llama.block_count", 1), ("llama.attention.head_count_kv", 2), ("general.file_type", 2)],
        &[("token_embd.weight", &[64, 100], 2), ("blk.0.ffn_up.weight", &[64, 32], 2), ("output.weight", &[64, 128], 8)],
    )
}

#[test]
fn a_header_tells_what_the_model_is() {
    let bytes = dense();
    let header = read_bytes(&bytes).expect("it is valid");
    let facts = facts(&header, bytes.len() as u64);
    assert_eq!(facts.architecture.as_deref(), Some("llama"));
    assert_eq!(facts.quantization.as_deref(), Some("Q4_0"));
    assert_eq!(facts.context_length, Some(4096));
    assert_eq!(facts.parameters, Some(6400 + 2048 + 8192), "every weight counts");
    assert_eq!(facts.specialty, Some(Specialty::Code), "its name says coder");
    assert_eq!(facts.digest, None, "a header does not tell the digest");
    assert_eq!(header.head_count_kv(), Some(vec![2]));
    assert_eq!(facts.kv_bytes_per_token, None, "the size of a head is not known");
    assert_eq!(header.sliding_window(), None, "unknown is not 0");
}

#[test]
fn the_cache_of_a_token_follows_from_the_shape_of_the_attention() {
    let header = |numbers: &[(&str, u32)]| read_bytes(&testing::gguf(&[("general.architecture", "llama")], numbers, &[])).unwrap();
    // SmolLM2 135M: 30 layers, 3 of 9 heads with keys and values, 576 / 9 values each.
    let plain = [
        ("llama.block_count", 30),
        ("llama.embedding_length", 576),
        ("llama.attention.head_count", 9),
        ("llama.attention.head_count_kv", 3),
    ];
    assert_eq!(header(&plain).kv_bytes_per_token(), Some(30 * 3 * (64 + 64) * 2));
    let sized = [("llama.attention.key_length", 256), ("llama.attention.value_length", 128)];
    assert_eq!(header(&[plain.as_slice(), &sized].concat()).kv_bytes_per_token(), Some(30 * 3 * (256 + 128) * 2));
    let compressed = [("llama.attention.kv_lora_rank", 512)];
    assert_eq!(header(&[plain.as_slice(), &compressed].concat()).kv_bytes_per_token(), None, "another kind of cache");
}

#[test]
fn an_untied_embedding_table_takes_memory_and_no_bandwidth() {
    let header = read_bytes(&dense()).expect("it is valid");
    let (embedding, up, output) = (6400 / 32 * 18, 2048 / 32 * 18, 8192 / 32 * 34);
    assert_eq!(header.weight_bytes(), embedding + up + output);
    assert_eq!(header.active_bytes(), Some(up + output), "a token reads one row of the table");
}

#[test]
fn a_tied_embedding_table_is_streamed_as_the_output_layer() {
    let bytes =
        testing::gguf(&[("general.architecture", "llama")], &[], &[("token_embd.weight", &[64, 10], 0), ("rope_freqs.weight", &[32], 0)]);
    let header = read_bytes(&bytes).expect("it is valid");
    assert_eq!(header.active_bytes(), Some(2560));
    assert_eq!(header.parameters(), Some(640), "rope_freqs are constants and no weights");
    assert_eq!(header.quantization(), Some("F32"), "without general.file_type the tensors tell it");
}

#[test]
fn experts_count_by_the_share_that_is_used() {
    let bytes = testing::gguf(
        &[("general.architecture", "moe")],
        &[("moe.expert_count", 8), ("moe.expert_used_count", 2)],
        &[("blk.0.ffn_up_exps.weight", &[32, 10, 8], 0), ("blk.0.ffn_up_shexp.weight", &[32, 10], 0), ("output.weight", &[32, 1], 0)],
    );
    let header = read_bytes(&bytes).expect("it is valid");
    assert_eq!(header.active_bytes(), Some(10_240 / 4 + 1280 + 128), "two of eight experts, and the shared one whole");
}

#[test]
fn a_file_cut_anywhere_is_damaged_and_never_a_panic() {
    let bytes = dense();
    for end in 0..bytes.len() {
        let error = read_bytes(&bytes[..end]).expect_err("a part of a file is no model");
        assert_eq!(Cause::from(error).kind, CauseKind::DamagedFile, "cut at {end} of {}", bytes.len());
    }
    let error = read_bytes(&bytes[..bytes.len() - 1]).expect_err("one byte is missing");
    assert!(error.to_string().contains("data is not within the file bounds"), "llama.cpp's own words: {error}");
}

#[test]
fn lengths_that_lie_are_refused_before_anything_is_allocated() {
    let bytes = dense();
    // Tensor count, key count, and the length of the first key.
    for at in [8, 16, 24] {
        for lie in [u64::MAX, u64::MAX / 2, 1 << 40, 1 << 32] {
            let mut bytes = bytes.clone();
            bytes[at..at + 8].copy_from_slice(&lie.to_le_bytes());
            let error = read_bytes(&bytes).expect_err("it lies");
            assert_eq!(Cause::from(error).kind, CauseKind::DamagedFile, "{lie} at {at}");
        }
    }
}

#[test]
fn what_is_no_readable_model_is_named() {
    let page = read_bytes(b"<!DOCTYPE html><html>").expect_err("a page is no model");
    assert!(page.to_string().contains("<!DO"), "it shows how the file begins: {page}");
    let with_version = |version: [u8; 4]| {
        let mut bytes = dense();
        bytes[4..8].copy_from_slice(&version);
        Cause::from(read_bytes(&bytes).expect_err("this version is not read"))
    };
    assert_eq!(with_version([1, 0, 0, 0]).kind, CauseKind::UnsupportedModel, "version 1 has other lengths");
    assert!(with_version([0, 0, 0, 3]).detail.contains("big-endian"));
    let missing = read(Path::new("/nowhere/model.gguf")).expect_err("it is not there");
    assert_eq!(Cause::from(missing).kind, CauseKind::ModelNotFound);
    let part = testing::gguf(&[], &[("split.count", 3)], &[]);
    assert!(read_bytes(&part).expect_err("a part is no model").to_string().contains("3 parts"));
}

#[test]
fn repeated_and_impossible_tensors_are_refused() {
    let bad: [&[testing::Shape<'_>]; 2] = [&[("a", &[32], 0), ("a", &[32], 0)], &[("a", &[48], 2)]];
    for tensors in bad {
        let bytes = testing::gguf(&[], &[], tensors);
        assert!(matches!(read_bytes(&bytes), Err(GgufError::Invalid(_))), "{tensors:?} cannot be right");
    }
    let repeated = testing::gguf(&[("k", "a"), ("k", "b")], &[], &[]);
    assert!(read_bytes(&repeated).is_err(), "which of two values holds is a guess");
}
