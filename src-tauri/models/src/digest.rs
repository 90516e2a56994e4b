//! SHA-256 of files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// How much of a file is hashed between two looks at whether it is still wanted.
const BLOCK_BYTES: usize = 1 << 20;

/// The SHA-256 of a file in 64 lower-case hexadecimal digits. `go_on` is told the bytes hashed so far, about every
/// MiB; when it answers `false` the work ends with [`io::ErrorKind::Interrupted`]. Blocks its thread: seconds for a large file.
pub fn of_file(path: &Path, go_on: &mut dyn FnMut(u64) -> bool) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut done = 0;
    loop {
        let read = match file.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&block[..read]);
        done += read as u64;
        if !go_on(done) {
            return Err(io::ErrorKind::Interrupted.into());
        }
    }
    Ok(hexadecimal(&hasher.finalize()))
}

/// Whether a text is a SHA-256: 64 hexadecimal digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_test_vector() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").expect("it is writable");
        let sum = of_file(&path, &mut |_| true).expect("it is readable");
        assert_eq!(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "FIPS 180-2, appendix B.1");
        assert!(is_sha256(&sum), "what it writes is what it accepts");
    }

    #[test]
    fn stops_when_it_is_no_longer_wanted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("long");
        std::fs::write(&path, vec![0; 3 << 20]).expect("it is writable");
        let error = of_file(&path, &mut |done| done < 2 << 20).expect_err("it was told to stop");
        assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    }
}
