//! Model files that are not as they should be.

use super::*;

#[tokio::test]
async fn a_truncated_file_is_damaged() {
    let Some(lab) = lab() else { return };
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(lab.join(SMALL)).unwrap();
    for (name, kept) in [("no-weights.gguf", 2_000_000), ("half.gguf", whole.len() / 2), ("header.gguf", 100), ("empty.gguf", 0)] {
        fs::write(folder.path().join(name), &whole[..kept]).unwrap();
        let cause = engine(folder.path()).load(&model(name), &OPTIONS).await.unwrap_err();
        assert_eq!(cause.kind, CauseKind::DamagedFile, "{kept} bytes of {}: {cause}", whole.len());
    }
}

/// Bits of the header are flipped with fixed seeds. Some flips are harmless (a character of a name); none may harm the engine.
#[tokio::test]
async fn a_damaged_header_is_a_cause_and_never_the_engines_end() {
    let Some(lab) = lab() else { return };
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(lab.join(SMALL)).unwrap();
    let engine = engine(folder.path());
    let mut causes = Vec::new();
    for seed in 0..8_u64 {
        let mut damaged = whole.clone();
        // The first kilobytes hold counts, types and lengths; later come the vocabulary's texts.
        let bit = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (2048 * 8);
        damaged[(bit / 8) as usize] ^= 1 << (bit % 8);
        fs::write(folder.path().join("damaged.gguf"), damaged).unwrap();
        if let Err(cause) = engine.load(&model("damaged.gguf"), &OPTIONS).await {
            let known = [CauseKind::DamagedFile, CauseKind::UnsupportedModel, CauseKind::OutOfMemory, CauseKind::EngineCrashed];
            assert!(known.contains(&cause.kind), "bit {bit}: {cause}");
            println!("bit {bit}: {cause}");
            causes.push(cause.kind);
        }
    }
    assert!(causes.contains(&CauseKind::DamagedFile), "of eight flips in the header at least one must be noticed: {causes:?}");
}
