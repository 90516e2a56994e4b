//! A graphics processor that is seen and can't be asked.

use toprung_core::machine::{Gpu, GpuSample};

use super::{Device, Problem};

/// Reads nothing, and says why.
pub(super) struct Silent {
    pub(super) gpu: Gpu,
    pub(super) slot: String,
    pub(super) problem: Problem,
}

impl Device for Silent {
    fn describe(&self) -> Gpu {
        self.gpu.clone()
    }

    fn slot(&self) -> Option<String> {
        Some(self.slot.clone())
    }

    fn source(&self) -> String {
        "none".to_owned()
    }

    fn read(&mut self) -> GpuSample {
        GpuSample::default()
    }

    fn problem(&mut self) -> Problem {
        self.problem.clone()
    }

    fn is_silent(&self) -> bool {
        true
    }
}
