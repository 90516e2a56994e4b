//! The interpreter's file and sums of files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{INTERPRETER, Unavailable};

const BLOCK_BYTES: usize = 1 << 20;

/// Runs something that reads many megabytes where it may block.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unavailable> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Unavailable::new(format!("The sandbox's files could not be checked: {error}."), "Try again."))
}

/// Whether the interpreter is there and has its size, which is all that can be told in no time.
pub(super) fn check_size(interpreter: &Path) -> Result<(), Unavailable> {
    match fs::metadata(interpreter) {
        Ok(facts) if facts.len() == INTERPRETER.file_bytes => Ok(()),
        Ok(_) => Err(damaged(interpreter)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Unavailable::new(format!("The Python interpreter for model-written code is not at {}.", interpreter.display()), bring_it()))
        }
        Err(error) => Err(unreadable(interpreter, &error)),
    }
}

/// Whether the interpreter is the file that it should be. Reads all of it.
pub(super) fn check_interpreter(interpreter: &Path) -> Result<(), Unavailable> {
    check_size(interpreter)?;
    let sum = sha256(interpreter).map_err(|error| unreadable(interpreter, &error))?;
    if sum == INTERPRETER.sha256 { Ok(()) } else { Err(damaged(interpreter)) }
}

/// The SHA-256 of a file in 64 lower-case hexadecimal digits.
pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(hexadecimal(&hasher.finalize())),
            Ok(read) => hasher.update(&block[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn damaged(interpreter: &Path) -> Unavailable {
    Unavailable::new(format!("{} is not {}: it is damaged or another file.", interpreter.display(), INTERPRETER.name), bring_it())
}

fn unreadable(interpreter: &Path, error: &io::Error) -> Unavailable {
    Unavailable::new(format!("{} can't be read: {error}.", interpreter.display()), "Make it readable, or bring it anew.")
}

fn bring_it() -> String {
    format!(
        "Start Toprung once with scripts/run, which brings it, or put {} there (its SHA-256 begins with {}).",
        INTERPRETER.url,
        &INTERPRETER.sha256[..8]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_test_vector() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&path).unwrap(), expected, "FIPS 180-2, appendix B.1");
    }

    #[test]
    fn another_file_in_the_interpreters_place_is_told_from_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(INTERPRETER.file_name);
        let missing = check_size(&path).unwrap_err();
        assert!(missing.why.contains("is not at") && missing.next_step.contains(INTERPRETER.url), "{missing}");
        fs::write(&path, "abc").unwrap();
        assert!(check_size(&path).unwrap_err().why.contains("damaged"));
        File::create(&path).unwrap().set_len(INTERPRETER.file_bytes).unwrap();
        assert!(check_size(&path).is_ok(), "at a glance it looks right");
        assert!(check_interpreter(&path).unwrap_err().why.contains("damaged"), "its sum gives it away");
    }
}
