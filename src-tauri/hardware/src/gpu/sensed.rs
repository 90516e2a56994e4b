//! A graphics card that is read through the files of its driver.

use toprung_core::machine::{Gpu, GpuSample};

use super::card::Card;
use super::{Device, Problem, asleep};

/// What the files of a kind of driver tell.
pub(super) trait Driver: Send {
    /// Reads every sensor of a card that is awake.
    fn read(&mut self, card: &Card) -> GpuSample;

    /// What helps where nothing is read.
    fn mend(&self) -> &'static str;
}

/// A card with the reader of its driver's files.
pub(super) struct Sensed<D> {
    pub(super) card: Card,
    pub(super) gpu: Gpu,
    pub(super) driver: D,
}

impl<D: Driver> Device for Sensed<D> {
    fn describe(&self) -> Gpu {
        self.gpu.clone()
    }

    fn slot(&self) -> Option<String> {
        self.card.slot()
    }

    fn source(&self) -> String {
        self.card.source()
    }

    fn is_asleep(&self) -> bool {
        self.card.is_asleep()
    }

    fn read(&mut self) -> GpuSample {
        if self.card.is_asleep() { asleep() } else { self.driver.read(&self.card) }
    }

    fn problem(&mut self) -> Problem {
        let driver = self.card.driver().map_or_else(|| "no driver".to_owned(), |driver| format!("the driver {driver}"));
        Problem { why: format!("{driver} shows no sensor of it"), mend: self.driver.mend() }
    }
}
