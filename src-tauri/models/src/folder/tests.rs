use std::time::Duration;

use super::*;
use crate::testing::{lab_file, model_file};

fn folder() -> (tempfile::TempDir, ModelFolder) {
    let place = tempfile::tempdir().expect("a folder");
    let folder = ModelFolder::new(place.path());
    (place, folder)
}

fn name(text: &str) -> ModelRef {
    ModelRef::new(text).expect("a valid name")
}

fn put(folder: &ModelFolder, file_name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(file_name);
    fs::write(&path, bytes).expect("it is writable");
    path
}

fn listed(folder: &ModelFolder) -> Vec<String> {
    folder.list().expect("it is readable").iter().map(|file| file.model.to_string()).collect()
}

#[test]
fn a_folder_that_does_not_exist_is_empty_and_is_not_made() {
    let (place, _) = folder();
    let folder = ModelFolder::new(place.path().join("none"));
    assert_eq!(folder.list(), Ok(Vec::new()));
    assert!(!folder.path().exists(), "looking makes nothing");
}

#[test]
fn a_folder_that_cannot_exist_is_empty() {
    let (place, _) = folder();
    let file = place.path().join("file");
    std::fs::write(&file, "").expect("it is written");
    assert_eq!(ModelFolder::new(file.join("models")).list(), Ok(Vec::new()), "below a file no model can stand");
}

#[test]
fn models_are_listed_with_their_facts_and_broken_ones_with_their_problem() {
    let (_place, folder) = folder();
    let whole = model_file(64);
    put(&folder, "whole.gguf", &whole);
    put(&folder, "cut.GGUF", &whole[..whole.len() / 2]);
    put(&folder, "with spaces (1).gguf", &whole);
    put(&folder, "unfinished.gguf.part", &whole);
    put(&folder, ".hidden.gguf", &whole);
    put(&folder, "readme.txt", b"no model");
    assert_eq!(listed(&folder), ["cut", "whole", "with_spaces__1_"], "models only, under names that every front accepts");
    let files = folder.list().expect("it is readable");
    assert_eq!(files[0].problem.as_ref().map(|cause| cause.kind), Some(CauseKind::DamagedFile));
    assert_eq!(files[0].facts.file_bytes, Some(whole.len() as u64 / 2), "its size is known all the same");
    assert_eq!((files[1].problem.as_ref(), files[1].facts.parameters), (None, Some(64 * 256)));
    assert!(
        folder.path_of(&name("with_spaces__1_")).is_some_and(|path| path.ends_with("with spaces (1).gguf")),
        "the name leads back to the file"
    );
}

#[test]
fn facts_are_kept_until_the_file_changes() {
    let (_place, folder) = folder();
    let path = put(&folder, "a.gguf", &model_file(64));
    let first = folder.list().expect("it is readable");
    // Damaged without a change of size or time: a second look at the header would see it.
    let changed = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
    fs::write(&path, vec![0; model_file(64).len()]).expect("it is writable");
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(changed)).expect("it is settable");
    assert_eq!(folder.list().expect("it is readable"), first, "nothing was read again");
    put(&folder, "a.gguf", b"GGUF");
    assert!(folder.list().expect("it is readable")[0].problem.is_some(), "a change is seen");
    put(&folder, ".facts.json", b"{ damaged");
    assert_eq!(listed(&folder), ["a"], "a damaged cache costs time only");
}

#[test]
fn a_verified_file_has_its_digest_until_it_changes() {
    let (_place, folder) = folder();
    let path = put(&folder, "a.gguf", &model_file(64));
    folder.mark_verified(&path, &"AB".repeat(32));
    let file = folder.find(&name("a")).expect("it is there");
    assert!(file.is_verified);
    assert_eq!(file.facts.digest, Some(format!("sha256:{}", "ab".repeat(32))));
    put(&folder, "a.gguf", &model_file(65));
    let file = folder.find(&name("a")).expect("it is there");
    assert_eq!((file.is_verified, file.facts.digest), (false, None), "another file was never verified");
}

#[test]
fn a_catalogue_name_with_another_digest_is_a_problem() {
    let (_place, folder) = folder();
    let path = put(&folder, "gemma-3-270m-q4_k_m.gguf", &model_file(64));
    folder.mark_verified(&path, &"00".repeat(32));
    let file = folder.find(&name("gemma3:270m")).expect("it is found by its alias");
    assert_eq!(file.title, "Gemma 3 270M");
    assert!(!file.is_verified && file.problem.is_some_and(|cause| cause.kind == CauseKind::DamagedFile), "it is not that model");
}

#[test]
fn a_trashed_model_comes_back_as_it_was() {
    let (_place, folder) = folder();
    let bytes = model_file(64);
    let path = put(&folder, "a.gguf", &bytes);
    folder.mark_verified(&path, &"ab".repeat(32));
    let trashed = folder.trash(&name("a")).expect("it is there");
    assert_eq!((listed(&folder).len(), trashed.bytes), (0, bytes.len() as u64));
    assert_eq!(folder.trashed(), std::slice::from_ref(&trashed));
    assert_eq!(folder.restore(&trashed.id), Ok(name("a")));
    assert!(folder.find(&name("a")).is_some_and(|file| file.is_verified), "what was verified still is");
    assert!(folder.restore(&trashed.id).is_err(), "it can be restored once");
}

#[test]
fn restoring_overwrites_nothing_and_leads_nowhere_else() {
    let (_place, folder) = folder();
    put(&folder, "a.gguf", &model_file(64));
    let trashed = folder.trash(&name("a")).expect("it is there");
    let newer = put(&folder, "a.gguf", &model_file(65));
    assert!(folder.restore(&trashed.id).is_err(), "the newer file keeps its name");
    assert_eq!(fs::metadata(newer).expect("it is there").len(), model_file(65).len() as u64);
    assert!(folder.restore("../a.gguf").is_err(), "an id is not a path");
}

#[test]
fn the_trash_is_purged_by_age() {
    let (_place, folder) = folder();
    put(&folder, "a.gguf", &model_file(64));
    folder.trash(&name("a")).expect("it is there");
    assert_eq!(folder.purge(Duration::from_secs(60)), 0, "it is younger than a minute");
    assert_eq!(folder.purge(Duration::ZERO), model_file(64).len() as u64);
    assert!(folder.trashed().is_empty(), "it is gone for good");
}

#[test]
fn a_deleted_model_is_gone_and_its_bytes_are_told() {
    let (_place, folder) = folder();
    let path = put(&folder, "a.gguf", &model_file(64));
    assert_eq!(folder.delete(&name("a")), Ok(model_file(64).len() as u64));
    assert!(!path.exists());
    assert_eq!(folder.delete(&name("a")).expect_err("it is gone").kind, CauseKind::ModelNotFound);
}

#[test]
fn a_pull_never_leaves_the_folder() {
    let (_place, folder) = folder();
    for bad in ["hf.co/a/b", "a:b", ".hidden", "/etc/passwd"] {
        assert!(folder.target_of(&name(bad)).is_err(), "{bad} is no plain file name");
    }
    assert_eq!(
        folder.target_of(&name("smollm2:135m")),
        Ok(folder.path().join("smollm2-135m-instruct-q4_1.gguf")),
        "an alias leads to the catalogue's file"
    );
    assert_eq!(folder.target_of(&name("mine.gguf")), folder.target_of(&name("mine")), "the extension may be written");
}

#[cfg(unix)]
#[test]
fn the_real_models_are_listed_with_the_catalogues_facts() {
    let (_place, folder) = folder();
    let Some(real) = lab_file("smollm2-135m-instruct-q4_1.gguf") else { return };
    std::os::unix::fs::symlink(real, folder.path().join("smollm2-135m-instruct-q4_1.gguf")).expect("it is linkable");
    let file = folder.find(&name("smollm2:135m")).expect("it is there");
    let expected = &catalogue().model("smollm2:135m").expect("it is in the catalogue").facts;
    assert_eq!(file.facts, ModelFacts { digest: None, ..expected.clone() }, "the digest is unknown until it is computed");
}
