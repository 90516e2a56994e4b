//! What the machine has proven, and what the measured rungs let one expect of it.

use crate::analysis::{Capability, Floors, RungSummary};
use crate::fit::{self, FitWord};
use crate::format;
use crate::model::ModelFacts;
use crate::plan;
use crate::projection;
use crate::run::RunRecord;
use crate::summary::is_measured;
use crate::verdict::{answers_reliably, figures, is_usable};

/// Usual sizes of models at 4-bit quantization, by name and file size: what a person may think of next.
const NEXT_SIZES: [(&str, u64); 5] =
    [("3B", 2_000_000_000), ("8B", 4_900_000_000), ("14B", 9_000_000_000), ("32B", 19_900_000_000), ("70B", 42_500_000_000)];
/// More would be guesses upon guesses.
const MOST_PROJECTIONS: usize = 3;
/// Nearer to the largest measured model than this, its own figures say more than a projection.
const WORTH_PROJECTING: f64 = 1.2;

/// How many rungs something rests on.
fn rungs(n: usize) -> String {
    format::count(u32::try_from(n).unwrap_or(u32::MAX), "measured rung", "measured rungs")
}

/// What the run has shown, good or bad.
pub(crate) fn proven(run: &RunRecord, summaries: &[RungSummary], floors: &Floors) -> Vec<Capability> {
    let measured: Vec<&RungSummary> = summaries.iter().filter(|rung| is_measured(rung)).collect();
    let answering = measured.iter().filter(|rung| answers_reliably(rung, floors)).count();
    let sizes = summaries.iter().rfind(|rung| is_usable(rung, floors)).map(|largest| {
        let size = format::or_unknown(largest.facts.file_bytes, format::bytes_gb);
        let statement = format!("Models up to {} ({size}) run smoothly: {}.", largest.title, figures(largest));
        Capability { statement, basis: format!("{answering} of {} answered reliably", rungs(measured.len())), holds: Some(true) }
    });
    let switching = (measured.len() > 1).then(|| Capability {
        statement: format!("Switching between models works: {} were loaded and unloaded one after another.", measured.len()),
        basis: rungs(measured.len()),
        holds: Some(true),
    });
    sizes.into_iter().chain(switching).chain(memory(run)).chain([temperature(run)]).collect()
}

/// How much memory was left at the worst moment.
fn memory(run: &RunRecord) -> Option<Capability> {
    let free: Vec<u64> = run.samples.iter().filter_map(|sample| sample.memory_available_bytes).collect();
    let least = format::bytes_gib(*free.iter().min()?);
    let total = run.machine.memory_bytes.map(|total| format!(" of {}", format::bytes_gib(total))).unwrap_or_default();
    Some(Capability {
        statement: format!("At least {least}{total} of memory stayed free."),
        basis: readings(free.len()),
        holds: Some(true),
    })
}

/// Whether heat was no problem can only be told where a sensor was read; without a sustained test it stays open.
fn temperature(run: &RunRecord) -> Capability {
    let degrees: Vec<f32> = run.samples.iter().filter_map(|sample| sample.temperature_c).filter(|c| c.is_finite()).collect();
    let Some(hottest) = degrees.iter().copied().max_by(f32::total_cmp) else {
        return Capability {
            statement: "Thermal stability is not readable.".to_owned(),
            basis: "no temperature sensor gave a reading".to_owned(),
            holds: None,
        };
    };
    let statement = format!("The hottest sensor reached {hottest:.0} °C. Whether it stays stable for longer needs a sustained test.");
    Capability { statement, basis: readings(degrees.len()), holds: None }
}

fn readings(n: usize) -> String {
    format::count(u32::try_from(n).unwrap_or(u32::MAX), "reading of the sensors", "readings of the sensors")
}

/// The next larger sizes: expected speed and whether they fit.
pub(crate) fn projected(run: &RunRecord, summaries: &[RungSummary]) -> Vec<Capability> {
    let largest = summaries.iter().filter(|rung| is_measured(rung)).filter_map(|rung| rung.facts.file_bytes).max();
    let Some(largest) = largest else {
        return Vec::new();
    };
    let worth = |bytes: u64| bytes as f64 >= largest as f64 * WORTH_PROJECTING;
    NEXT_SIZES
        .iter()
        .filter(|(_, bytes)| worth(*bytes))
        .take(MOST_PROJECTIONS)
        .map(|(name, bytes)| projection(run, summaries, name, *bytes))
        .collect()
}

fn projection(run: &RunRecord, summaries: &[RungSummary], name: &str, bytes: u64) -> Capability {
    let facts = ModelFacts { file_bytes: Some(bytes), ..ModelFacts::default() };
    let fit = fit::memory_fit(&facts, plan::protocol(run.mode).context_tokens, None, run.machine.memory_bytes);
    let (speed, basis) = match projection::expected_tps(summaries, bytes) {
        _ if fit.word == FitWord::TooLarge => ("no useful speed is to be expected".to_owned(), "its estimated size in memory".to_owned()),
        Some(expected) => (
            format!("{} expected", format::range(expected.low, expected.high, "tokens/s")),
            format!("fit of {}, an estimate", rungs(expected.rungs)),
        ),
        None => ("its speed can't be told from here".to_owned(), "the measured rungs do not carry that far".to_owned()),
    };
    let statement =
        format!("{name} models at 4 bits ({}): {speed}. In memory: {}.", format::bytes_gb(bytes), fit.words.replacen(": ", ", ", 1));
    Capability { statement, basis, holds: (fit.word == FitWord::TooLarge).then_some(false) }
}
