//! What the tests of this crate share: small GGUF files, and the lab's real ones where they are.

use std::path::PathBuf;

/// A real model of the lab (scripts/lab models), or `None` with a message where it is not on this machine.
pub(crate) fn lab_file(name: &str) -> Option<PathBuf> {
    let lab = std::env::var_os("TOPRUNG_LAB").map(PathBuf::from);
    let lab = lab.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/toprung-lab")))?;
    let path = lab.join("models").join(name);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here; scripts/lab models brings it", path.display());
    None
}

/// One tensor of a made-up file: name, dimensions, ggml's type number.
pub(crate) type Shape<'a> = (&'a str, &'a [u64], u32);

/// A made-up but valid GGUF file of the given text and number keys and tensors, its data all zero.
pub(crate) fn gguf(texts: &[(&str, &str)], numbers: &[(&str, u32)], tensors: &[Shape<'_>]) -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend(((texts.len() + numbers.len()) as u64).to_le_bytes());
    for (key, value) in texts {
        text(&mut bytes, key);
        bytes.extend(8_u32.to_le_bytes());
        text(&mut bytes, value);
    }
    for (key, value) in numbers {
        text(&mut bytes, key);
        bytes.extend(4_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    let mut offset = 0_u64;
    for (name, dimensions, kind) in tensors {
        text(&mut bytes, name);
        bytes.extend((dimensions.len() as u32).to_le_bytes());
        dimensions.iter().for_each(|size| bytes.extend(size.to_le_bytes()));
        bytes.extend(kind.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        let kind = crate::gguf::TensorType::from_id(*kind).expect("a known type");
        offset += (dimensions.iter().product::<u64>() / kind.block * kind.block_bytes).next_multiple_of(32);
    }
    let data = (bytes.len() as u64).next_multiple_of(32) + offset;
    bytes.resize(data as usize, 0);
    bytes
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// A small valid model file of about `kibibytes` KiB, as a download's body; its data are not constant, so that a
/// piece in the wrong place changes the digest.
pub(crate) fn model_file(kibibytes: u64) -> Vec<u8> {
    let mut file = gguf(
        &[("general.architecture", "llama"), ("general.name", "Tiny")],
        &[("llama.context_length", 512), ("general.file_type", 0)],
        &[("token_embd.weight", &[64, kibibytes * 4], 0)],
    );
    let data = file.len() - (kibibytes * 1024) as usize;
    for (index, byte) in file[data..].iter_mut().enumerate() {
        *byte = (index.wrapping_mul(2_654_435_761) >> 13) as u8;
    }
    file
}
