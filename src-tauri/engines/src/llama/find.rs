//! Where the worker program lies.

use std::env;
use std::path::{Path, PathBuf};

use toprung_core::cause::{Cause, CauseKind};

/// Names the worker program and overrides the search.
pub const WORKER_VARIABLE: &str = "TOPRUNG_WORKER";

/// Finds the worker: the file that `TOPRUNG_WORKER` names, or else `toprung-worker` beside the running program, or
/// in `../lib/toprung` seen from there, where a Linux package puts it.
pub fn find_worker() -> Result<PathBuf, Cause> {
    let program = env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    choose(env::var_os(WORKER_VARIABLE).filter(|named| !named.is_empty()).map(PathBuf::from), folder, Path::is_file)
}

fn choose(named: Option<PathBuf>, folder: Option<&Path>, exists: impl Fn(&Path) -> bool) -> Result<PathBuf, Cause> {
    let refuse = |what: String| Err(Cause::new(CauseKind::EngineError, what));
    if let Some(path) = named {
        if exists(&path) {
            return Ok(path);
        }
        return refuse(format!("{WORKER_VARIABLE} names {}, and no file is there: correct it or unset it", path.display()));
    }
    let Some(folder) = folder else {
        return refuse(format!("the system does not say where this program lies, so its worker can't be found: set {WORKER_VARIABLE}"));
    };
    let name = format!("toprung-worker{}", env::consts::EXE_SUFFIX);
    let places = [folder.join(&name), folder.join("../lib/toprung").join(&name)];
    if let Some(path) = places.iter().find(|path| exists(path)) {
        return Ok(path.clone());
    }
    refuse(format!("{name} is missing from {}: install Toprung again, or set {WORKER_VARIABLE} to it", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(named: Option<&str>, files: &[&str]) -> Result<PathBuf, Cause> {
        choose(named.map(PathBuf::from), Some(Path::new("/usr/bin")), |path| files.iter().any(|file| path == Path::new(file)))
    }

    #[test]
    fn the_worker_beside_the_program_is_taken_before_the_packaged_one() {
        let both = ["/usr/bin/toprung-worker", "/usr/bin/../lib/toprung/toprung-worker"];
        assert_eq!(found(None, &both).unwrap(), Path::new(both[0]), "a build folder holds the worker of the same build");
        assert_eq!(found(None, &both[1..]).unwrap(), Path::new(both[1]), "a package keeps /usr/bin for what people start");
    }

    #[test]
    fn a_named_worker_overrides_the_others() {
        let files = ["/usr/bin/toprung-worker", "/opt/worker"];
        assert_eq!(found(Some("/opt/worker"), &files).unwrap(), Path::new("/opt/worker"), "the variable is for trying another build");
    }

    #[test]
    fn a_missing_worker_says_where_it_was_looked_for_and_what_to_do() {
        let missing = found(None, &[]).unwrap_err().detail;
        assert!(missing.contains("/usr/bin") && missing.contains("install Toprung again"), "{missing}");
        let wrong = found(Some("/opt/worker"), &["/usr/bin/toprung-worker"]).unwrap_err().detail;
        assert!(wrong.contains("/opt/worker"), "a wrong name must not be passed over in silence: {wrong}");
    }
}
