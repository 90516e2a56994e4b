//! What a model's answers to one task come to: shares that passed, and what an answer took.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Band, Drift, GradeClass, ItemResult, Task, TaskRung};
use crate::analysis::{Estimate, Success};
use crate::format;
use crate::stats::{self, SEED};

/// One model's answers to one task, added up. Only items that were asked first count; [`GradeClass::counts`] says which of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskScore {
    pub task: Task,
    /// The quality: right in substance, trimmings looked past. `None` where no answer counted.
    pub lenient: Option<Success>,
    /// Right in substance and form. How far it stays behind the lenient score is how unreliable the model's form is.
    pub strict: Option<Success>,
    /// From easy to hard; bands without an answer that counted are absent.
    pub by_band: Vec<BandScore>,
    /// Seconds from the request to the end of the answer: time to first token and all tokens, thinking too, at the model's speed.
    pub seconds: Option<Estimate>,
    /// Seconds from the request to the first token of any kind.
    pub first_token_s: Option<Estimate>,
    pub tokens_per_s: Option<Estimate>,
    /// Tokens that an answer took, thinking included.
    pub output_tokens: Option<Estimate>,
    pub drift: Drift,
    /// How many answers that counted fell into each class, in the classes' own order; classes without one are absent.
    pub classes: Vec<(GradeClass, u32)>,
    /// Answers that say nothing of the model, by class.
    pub not_counted: Vec<NotCounted>,
}

/// The score in one band of difficulty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandScore {
    pub band: Band,
    pub lenient: Success,
    pub strict: Success,
}

/// Answers that say nothing of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotCounted {
    pub class: GradeClass,
    pub n: u32,
    /// Each different reason once, at most [`MOST_REASONS`] of them.
    pub reasons: Vec<String>,
}

/// What one answer was worth and what it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemOutcome {
    /// Results of two models pair by it.
    pub item: String,
    /// Leniently.
    pub passes: bool,
    pub seconds: Option<f64>,
    pub first_token_s: Option<f64>,
    pub tokens_per_s: Option<f64>,
}

/// Reasons that are listed; a failing engine gives the same one for every item, and three different ones show the picture.
pub const MOST_REASONS: usize = 3;

const MS: f64 = 1000.0;

/// The results that a score rests on: of each item the answer that was asked first. Where a run was resumed and an item asked
/// anew, the later answer stands, unless only the earlier one counts.
pub fn first_answers<'a>(task: &Task, results: &'a [ItemResult]) -> Vec<&'a ItemResult> {
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    let mut firsts: Vec<&ItemResult> = Vec::new();
    for result in results.iter().filter(|result| result.task == *task && result.repeat == 0) {
        let at = *place.entry(&result.item).or_insert(firsts.len());
        match firsts.get_mut(at) {
            None => firsts.push(result),
            Some(earlier) if result.grade.class.counts() || !earlier.grade.class.counts() => *earlier = result,
            Some(_) => {}
        }
    }
    firsts
}

/// Seconds that an answer took, its thinking included: as measured, else from the time to first token, the tokens and their speed.
pub fn answer_seconds(result: &ItemResult) -> Option<f64> {
    let from_parts = || {
        let tokens = f64::from(result.output_tokens?);
        Some(result.ttft_ms? / MS + tokens / result.decode_tps?)
    };
    let seconds = result.response_ms.map(|ms| ms / MS).or_else(from_parts)?;
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}

/// The answers to one task that count, asked first, in the order in which they were asked.
pub fn outcomes(task: &Task, results: &[ItemResult]) -> Vec<ItemOutcome> {
    let counted = first_answers(task, results).into_iter().filter(|result| result.grade.class.counts());
    let outcome = |result: &ItemResult| ItemOutcome {
        item: result.item.clone(),
        passes: result.grade.class.passes(),
        seconds: answer_seconds(result),
        first_token_s: result.ttft_ms.map(|ms| ms / MS).filter(|seconds| seconds.is_finite() && *seconds > 0.0),
        tokens_per_s: result.decode_tps.filter(|tps| tps.is_finite() && *tps > 0.0),
    };
    counted.map(outcome).collect()
}

/// Adds up one rung's answers to one task.
pub fn score_rung(task: &Task, rung: &TaskRung) -> TaskScore {
    score(task, &rung.results)
}

/// Adds up the answers to one task. The same results always give the same score.
pub fn score(task: &Task, results: &[ItemResult]) -> TaskScore {
    let firsts = first_answers(task, results);
    let (counted, uncounted): (Vec<&ItemResult>, Vec<&ItemResult>) = firsts.iter().partition(|result| result.grade.class.counts());
    let estimate = |value: fn(&ItemResult) -> Option<f64>| {
        let values: Vec<f64> = counted.iter().filter_map(|result| value(result)).filter(|value| *value > 0.0).collect();
        stats::bootstrap_median(&values, SEED)
    };
    TaskScore {
        task: task.clone(),
        lenient: passed(&counted, GradeClass::passes),
        strict: passed(&counted, GradeClass::passes_strictly),
        by_band: by_band(&counted),
        seconds: estimate(answer_seconds),
        first_token_s: estimate(|result| result.ttft_ms.map(|ms| ms / MS)),
        tokens_per_s: estimate(|result| result.decode_tps),
        output_tokens: estimate(|result| result.output_tokens.map(f64::from)),
        drift: drift(task, &firsts, results),
        classes: classes(&counted),
        not_counted: not_counted(&uncounted),
    }
}

fn passed(counted: &[&ItemResult], passes: fn(GradeClass) -> bool) -> Option<Success> {
    let ok = counted.iter().filter(|result| passes(result.grade.class)).count();
    stats::wilson(u32::try_from(ok).ok()?, u32::try_from(counted.len()).ok()?)
}

fn by_band(counted: &[&ItemResult]) -> Vec<BandScore> {
    let of_band = |band| {
        let counted: Vec<&ItemResult> = counted.iter().copied().filter(|result| result.band == band).collect();
        let (lenient, strict) = (passed(&counted, GradeClass::passes)?, passed(&counted, GradeClass::passes_strictly)?);
        Some(BandScore { band, lenient, strict })
    };
    Band::ALL.into_iter().filter_map(of_band).collect()
}

/// Items that were asked again, against their first answers; only where both answers count.
fn drift(task: &Task, firsts: &[&ItemResult], results: &[ItemResult]) -> Drift {
    let first_of: BTreeMap<&str, &ItemResult> = firsts.iter().map(|first| (first.item.as_str(), *first)).collect();
    let mut drift = Drift::default();
    for again in results.iter().filter(|result| result.task == *task && result.repeat > 0 && result.grade.class.counts()) {
        let Some(first) = first_of.get(again.item.as_str()).filter(|first| first.grade.class.counts()) else { continue };
        drift.repeated += 1;
        drift.same_verdict += u32::from(first.grade.class == again.grade.class);
        drift.same_text += u32::from(first.answer == again.answer);
    }
    drift
}

fn in_class(results: &[&ItemResult], class: GradeClass) -> u32 {
    u32::try_from(results.iter().filter(|result| result.grade.class == class).count()).unwrap_or(u32::MAX)
}

fn classes(counted: &[&ItemResult]) -> Vec<(GradeClass, u32)> {
    GradeClass::ALL.into_iter().map(|class| (class, in_class(counted, class))).filter(|(_, n)| *n > 0).collect()
}

fn not_counted(uncounted: &[&ItemResult]) -> Vec<NotCounted> {
    let of_class = |class| {
        let n = in_class(uncounted, class);
        let mut reasons: Vec<String> = Vec::new();
        for result in uncounted.iter().filter(|result| result.grade.class == class) {
            if reasons.len() < MOST_REASONS && !reasons.contains(&result.grade.reason) {
                reasons.push(result.grade.reason.clone());
            }
        }
        (n > 0).then_some(NotCounted { class, n, reasons })
    };
    GradeClass::ALL.into_iter().filter_map(of_class).collect()
}

impl TaskScore {
    /// The answers that failed, by class: “12 wrong, 3 cut off, 1 code ran too long”. Empty where none failed.
    pub fn failures_in_words(&self) -> String {
        let failed = self.classes.iter().filter(|(class, _)| !class.passes());
        failed.map(|(class, n)| format!("{n} {}", class.title())).collect::<Vec<_>>().join(", ")
    }

    /// The answers that were not counted, by class and with why: “2 not supported by the sandbox (no module numpy)”. Empty for none.
    pub fn not_counted_in_words(&self) -> String {
        let one = |group: &NotCounted| match group.reasons.join("; ") {
            reasons if reasons.is_empty() => format!("{} {}", group.n, group.class.title()),
            reasons => format!("{} {} ({reasons})", group.n, group.class.title()),
        };
        self.not_counted.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// Right answers that were not in the form asked for: “3 of 22 right answers were not in the form asked for”. `None` where all were.
    pub fn form_in_words(&self) -> Option<String> {
        let (lenient, strict) = (self.lenient?, self.strict?);
        let loose = lenient.ok.checked_sub(strict.ok).filter(|loose| *loose > 0)?;
        let verb = if loose == 1 { "was" } else { "were" };
        let answers = format::count(lenient.ok, "right answer", "right answers");
        Some(format!("{loose} of {answers} {verb} not in the form asked for"))
    }
}

#[cfg(test)]
mod tests;
