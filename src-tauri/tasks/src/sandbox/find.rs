//! Where the sandbox's program lies.

use std::env;
use std::path::{Path, PathBuf};

use super::Unavailable;

/// Names the sandbox's program and overrides the search.
pub const PROGRAM_VARIABLE: &str = "TOPRUNG_SANDBOX";

/// The file that `TOPRUNG_SANDBOX` names, or else `toprung-sandbox` beside the running program, or in `../lib/toprung` seen
/// from there, where a Linux package puts it.
pub(super) fn program() -> Result<PathBuf, Unavailable> {
    let running = env::current_exe().ok();
    let folder = running.as_deref().and_then(Path::parent);
    choose(env::var_os(PROGRAM_VARIABLE).filter(|named| !named.is_empty()).map(PathBuf::from), folder, Path::is_file)
}

fn choose(named: Option<PathBuf>, folder: Option<&Path>, exists: impl Fn(&Path) -> bool) -> Result<PathBuf, Unavailable> {
    if let Some(path) = named {
        let missing =
            || Unavailable::new(format!("{PROGRAM_VARIABLE} names {}, and no file is there.", path.display()), "Correct or unset it.");
        return if exists(&path) { Ok(path) } else { Err(missing()) };
    }
    let Some(folder) = folder else {
        return Err(Unavailable::new(
            "The system does not say where this program lies, so its sandbox can't be found.",
            format!("Set {PROGRAM_VARIABLE} to it."),
        ));
    };
    let name = format!("toprung-sandbox{}", env::consts::EXE_SUFFIX);
    let places = [folder.join(&name), folder.join("../lib/toprung").join(&name)];
    places.into_iter().find(|path| exists(path)).ok_or_else(|| {
        Unavailable::new(
            format!("{name} is missing from {}.", folder.display()),
            format!("Install Toprung again, or set {PROGRAM_VARIABLE} to it."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(named: Option<&str>, files: &[&str]) -> Result<PathBuf, Unavailable> {
        choose(named.map(PathBuf::from), Some(Path::new("/usr/bin")), |path| files.iter().any(|file| path == Path::new(file)))
    }

    #[test]
    fn the_program_beside_ours_is_taken_before_the_packaged_one() {
        let both = ["/usr/bin/toprung-sandbox", "/usr/bin/../lib/toprung/toprung-sandbox"];
        assert_eq!(found(None, &both).unwrap(), Path::new(both[0]), "a build folder holds the sandbox of the same build");
        assert_eq!(found(None, &both[1..]).unwrap(), Path::new(both[1]), "a package keeps /usr/bin for what people start");
        assert_eq!(found(Some("/opt/own"), &["/opt/own", both[0]]).unwrap(), Path::new("/opt/own"), "a name goes before both");
    }

    #[test]
    fn a_missing_program_says_where_it_was_looked_for_and_what_to_do() {
        let missing = found(None, &[]).unwrap_err().to_string();
        assert!(missing.contains("/usr/bin") && missing.contains("Install Toprung again"), "{missing}");
        let wrong = found(Some("/opt/own"), &["/usr/bin/toprung-sandbox"]).unwrap_err().to_string();
        assert!(wrong.contains("/opt/own"), "a wrong name must not be passed over in silence: {wrong}");
    }
}
