//! What the fronts ask of the store about stress tests.

use toprung_core::stress::StressTest;

use super::Store;
use crate::error::StoreError;
use crate::table::stress_tests::{self, StressHeader};

impl Store {
    /// Saves a test that has ended, and returns once it is on the disk. Saving the same test again is no error and changes nothing.
    pub fn save_stress_test(&mut self, test: &StressTest) -> Result<(), StoreError> {
        self.write(|conn| stress_tests::insert(conn, test).map(drop))
    }

    /// All stress tests, newest first.
    pub fn stress_tests(&self) -> Result<Vec<StressHeader>, StoreError> {
        self.read(stress_tests::headers)
    }

    /// A whole stress test; `None` when there is none of that id.
    pub fn stress_test(&self, id: &str) -> Result<Option<StressTest>, StoreError> {
        self.read(|conn| stress_tests::read(conn, id))
    }

    /// The id of the only stress test that begins with `prefix`; `None` when none or several do.
    pub fn find_stress_test(&self, prefix: &str) -> Result<Option<String>, StoreError> {
        let mut ids = self.read(|conn| stress_tests::with_prefix(conn, prefix))?;
        Ok(ids.pop().filter(|_| ids.is_empty()))
    }

    /// Deletes a stress test for good; answers whether it was there.
    pub fn delete_stress_test(&mut self, id: &str) -> Result<bool, StoreError> {
        self.write(|conn| stress_tests::delete(conn, id))
    }
}
