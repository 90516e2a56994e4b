//! How far a rung's figures can be trusted, and why not further.

pub(crate) mod disturbance;
pub(crate) mod gpu;
pub(crate) mod lost;

use crate::analysis::{Grade, RungSummary};
use crate::figures;
use crate::format;
use crate::model::EngineDescription;
use crate::plan::{self, Protocol};
use crate::run::RungRecord;
use crate::stats;
use crate::stopping;
use crate::summary::{self, Setting};
use crate::trial::{Trial, TrialKind};

/// A decode speed over fewer tokens rests on too short a time (measurement.md).
const MIN_TOKENS: f64 = 64.0;
/// Above this the engine's clock and ours tell different stories (measurement.md).
const MAX_CLOCK_GAP: f64 = 0.02;
/// An interval wider than this does not tell two neighbouring rungs apart.
const USELESS_HALF_WIDTH: f64 = 0.2;
/// Where a mode sets no precision (classic), a wider interval than this is worth a word.
const UNSET_HALF_WIDTH: f64 = 0.1;
/// Below this share of successful answers the speeds are those of broken output.
const BROKEN_SHARE: f64 = 0.5;

/// How far a blemish lowers the grade, and the blemish in words.
pub(crate) type Reason = (Grade, String);

/// The grade with its reasons, worst first. Call it for rungs on which something was measured.
pub(crate) fn grade(rung: &RungRecord, summary: &RungSummary, setting: &Setting<'_>) -> (Option<Grade>, Vec<String>) {
    let protocol = plan::protocol(setting.mode);
    let timing = summary::timing_trials(rung);
    let mut reasons: Vec<Reason> = [
        failed_answers(summary, setting),
        too_few_trials(summary),
        fell_back_to_answers(&protocol, &timing),
        few_tokens(&timing),
        clock_gap(&timing),
        cache_hit(&timing),
        shrunk_context(rung, &protocol),
        speculative(setting.engine),
        left_the_gpu(rung, setting.rungs),
    ]
    .into_iter()
    .flatten()
    .chain(wide_intervals(rung, summary, &protocol))
    .chain(gpu::reasons(rung, setting))
    .chain(disturbance::reasons(rung, setting.samples, setting.machine))
    .chain(setting.session.iter().cloned())
    .collect();
    reasons.sort_by_key(|(grade, _)| std::cmp::Reverse(*grade));
    let worst = reasons.first().map_or(Grade::A, |(grade, _)| *grade);
    (Some(worst), reasons.into_iter().map(|(_, words)| words).collect())
}

fn failed_answers(summary: &RungSummary, setting: &Setting<'_>) -> Option<Reason> {
    let success = summary.success.filter(|success| summary::share(success) < setting.floors.success)?;
    let grade = if summary::share(&success) < BROKEN_SHARE { Grade::C } else { Grade::B };
    Some((grade, format!("only {} answers succeeded", format::success(&success))))
}

fn too_few_trials(summary: &RungSummary) -> Option<Reason> {
    let n = summary.decode_tps.map_or(0, |estimate| estimate.n);
    let words = match n {
        0 => "no decode speed could be taken".to_owned(),
        n => format!("its speed rests on {} alone", format::count(n, "trial", "trials")),
    };
    ((n as usize) < stats::MIN_FOR_INTERVAL).then_some((Grade::C, words))
}

fn fell_back_to_answers(protocol: &Protocol, timing: &[&Trial]) -> Option<Reason> {
    let fell_back = protocol.speed.is_some() && timing.first().is_some_and(|trial| trial.kind == TrialKind::Answer);
    fell_back.then(|| (Grade::B, "no speed trial came through, so its speed is that of its answers".to_owned()))
}

fn few_tokens(timing: &[&Trial]) -> Option<Reason> {
    let counts: Vec<f64> = timing.iter().filter_map(|trial| trial.output_tokens.map(f64::from)).collect();
    let median = stats::median(&counts).filter(|tokens| *tokens < MIN_TOKENS)?;
    Some((Grade::B, format!("speeds over {median:.0} tokens a trial, fewer than {MIN_TOKENS}")))
}

fn clock_gap(timing: &[&Trial]) -> Option<Reason> {
    let gaps: Vec<f64> = timing.iter().filter_map(|trial| figures::decode_clock_gap(trial)).map(f64::abs).collect();
    let gap = stats::median(&gaps).filter(|gap| *gap > MAX_CLOCK_GAP)?;
    Some((Grade::B, format!("the engine's clock and ours differ by {}", format::percent_tenths(gap))))
}

/// A prompt that a cache served in part is shorter than it looks, and its first token comes sooner.
fn cache_hit(timing: &[&Trial]) -> Option<Reason> {
    let hits = timing.iter().filter(|trial| trial.cached_prompt_tokens.is_some_and(|tokens| tokens > 0)).count();
    (hits > 0).then(|| (Grade::B, format!("a prompt cache served part of {hits} of {} prompts", timing.len())))
}

/// Speculative decoding makes several tokens at once, and how many depends on the text.
fn speculative(engine: &EngineDescription) -> Option<Reason> {
    let on = engine.settings.iter().any(|(name, value)| name == "speculative_decoding" && value != "off");
    on.then(|| (Grade::B, "the engine decodes speculatively, so its speed depends on the text".to_owned()))
}

fn shrunk_context(rung: &RungRecord, protocol: &Protocol) -> Option<Reason> {
    let context = rung.load.context_tokens.filter(|tokens| *tokens < protocol.context_tokens)?;
    Some((Grade::B, format!("the engine set up a context of {context} tokens, {} were asked for", protocol.context_tokens)))
}

/// An engine that finds no GPU after a sleep or an update goes on without a word.
fn left_the_gpu(rung: &RungRecord, rungs: &[RungRecord]) -> Option<Reason> {
    let gpu_was_used = rungs.iter().any(|other| other.load.vram_bytes.is_some_and(|bytes| bytes > 0));
    let words = "it ran on the processor alone (0 bytes in GPU memory), and another rung of this run used a GPU";
    (gpu_was_used && rung.load.vram_bytes == Some(0)).then(|| (Grade::B, words.to_owned()))
}

fn wide_intervals(rung: &RungRecord, summary: &RungSummary, protocol: &Protocol) -> Vec<Reason> {
    let grade_of = |width: f64| if width > USELESS_HALF_WIDTH { Grade::C } else { Grade::B };
    if protocol.speed.is_none() {
        let width = summary.decode_tps.as_ref().and_then(stats::half_width).filter(|width| *width > UNSET_HALF_WIDTH);
        return width
            .map(|width| (grade_of(width), format!("decode speed is known to ±{} only", format::percent_tenths(width))))
            .into_iter()
            .collect();
    }
    let wide = stopping::wide(protocol, &rung.trials).into_iter();
    // Too few trials for any interval is a reason of its own.
    wide.filter_map(|wide| Some((grade_of(wide.half_width?), stopping::in_words(&wide)))).collect()
}
