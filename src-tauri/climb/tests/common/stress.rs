//! What every stress test on the scripted engine begins with.

use std::sync::{Arc, Mutex};

use toprung_climb::{ClimbEnd, Control, StressEvent, StressReaders, StressSetting, StressWork, stress};
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_engines::Engine;
use toprung_engines::scripted::Scripted;

pub(crate) const SHAPE: Shape = Shape { prompt_tokens: 16, output_tokens: 16 };
pub(crate) const GIB: u64 = 1 << 30;

pub(crate) fn name(text: &str) -> ModelRef {
    ModelRef::new(text).unwrap()
}

pub(crate) fn engine(script: &str) -> Arc<dyn Engine> {
    Arc::new(Scripted::from_toml(script).unwrap())
}

pub(crate) fn model(name: &str, lines: &str) -> String {
    format!("[[models]]\nmodel = \"{name}\"\ndecode_tps = 400\nprefill_tps = 4000\n{lines}\n")
}

/// Works a test through on a machine with 16 GiB of which `available` are free at each look.
pub(crate) async fn worked(
    work: StressWork,
    available: impl Fn() -> Option<u64> + Send + Sync + 'static,
    control: Control,
) -> (ClimbEnd, Vec<StressEvent>) {
    worked_beside(work, available, || Some(0), control).await
}

/// The same, with so much in swap at each look.
pub(crate) async fn worked_beside(
    work: StressWork,
    available: impl Fn() -> Option<u64> + Send + Sync + 'static,
    swap_used: impl Fn() -> Option<u64> + Send + Sync + 'static,
    control: Control,
) -> (ClimbEnd, Vec<StressEvent>) {
    let heard: Arc<Mutex<Vec<StressEvent>>> = Arc::default();
    let kept = Arc::clone(&heard);
    let readers = StressReaders {
        memory_available: Some(Box::new(available)),
        swap_used: Some(Box::new(swap_used)),
        load_average: Some(Box::new(|| Some(1.9))),
    };
    let setting = StressSetting { work, seed: 7, readers, memory_total: Some(16 * GIB) };
    let end = stress(setting, Vec::new(), control, Arc::new(move |event| kept.lock().unwrap().push(event.clone()))).await;
    let heard = heard.lock().unwrap().clone();
    (end, heard)
}

pub(crate) async fn finished(work: StressWork) -> Vec<StressEvent> {
    let (end, heard) = worked(work, || Some(12 * GIB), Control::default()).await;
    assert_eq!(end, ClimbEnd::Finished);
    heard
}
