//! Looking back at stored stress tests.

use toprung_core::stress::StressTest;
use toprung_store::StressHeader;

use crate::history::steps_back;
use crate::home::Home;
use crate::problem::Problem;

/// Every stored test, newest first.
pub fn list(home: &Home) -> Result<Vec<StressHeader>, Problem> {
    Ok(home.store().stress_tests().map_err(|error| error.to_cause())?)
}

/// One test by `last`, `last~2` (so many before it), its id or a unique start of it.
pub fn show(home: &Home, id: &str) -> Result<StressTest, Problem> {
    let id = find(home, id)?;
    home.store().stress_test(&id).map_err(|error| error.to_cause())?.ok_or_else(|| no_such_test(&id))
}

/// Deletes a test for good; answers with its whole id.
pub fn delete(home: &Home, id: &str) -> Result<String, Problem> {
    let id = find(home, id)?;
    home.store().delete_stress_test(&id).map_err(|error| error.to_cause())?;
    Ok(id)
}

fn find(home: &Home, id: &str) -> Result<String, Problem> {
    let found = match steps_back(id) {
        Some(back) => list(home)?.get(back).map(|header| header.id.clone()),
        None => home.store().find_stress_test(id).map_err(|error| error.to_cause())?,
    };
    found.ok_or_else(|| no_such_test(id))
}

fn no_such_test(id: &str) -> Problem {
    let what = format!("There is no stress test “{}”, or several begin so.", id.escape_debug());
    Problem::input("no_such_test", what, "List the tests and choose one.")
}
