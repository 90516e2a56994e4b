//! A sustained test, checked.

use std::sync::Arc;

use toprung_climb::{StressWork, SustainWork};
use toprung_core::format;
use toprung_core::plan::Shape;
use toprung_core::stress::StressRecord;
use toprung_core::stress::sustain::Sustain;

use super::{CONTEXT_TOKENS, Host, Part};
use crate::problem::Problem;
use crate::stress::models;

/// A long answer to a short question: decoding is what a person waits for, and what heats.
const SUSTAIN_SHAPE: Shape = Shape { prompt_tokens: 64, output_tokens: 128 };
/// 3DMark's stress test has loops of about this length, in seconds.
const USUAL_LOOP_S: f64 = 30.0;
/// A short test is cut into so many loops.
const LOOPS_OF_A_SHORT_TEST: f64 = 6.0;
/// The fewest loops from which a change can be told.
const LEAST_LOOPS: f64 = 3.0;
/// A working day's half; beyond it a slip is likelier than a wish, in seconds.
const LONGEST_S: f64 = 4.0 * 3600.0;

impl Host<'_> {
    pub(super) fn sustain(&self, name: Option<&str>, seconds: f64, loop_s: Option<f64>, cool_down_s: f64) -> Result<Part, Problem> {
        let loop_s = loop_s.unwrap_or_else(|| (seconds / LOOPS_OF_A_SHORT_TEST).clamp(1.0, USUAL_LOOP_S));
        check_times(seconds, loop_s, cool_down_s)?;
        let model = match name {
            Some(name) => models::installed(name, &self.here, self.kind)?,
            None => models::heaviest(&self.here, CONTEXT_TOKENS, toprung_hardware::machine().memory_bytes)?,
        }
        .model;
        let record = Sustain {
            model: model.clone(),
            shape: SUSTAIN_SHAPE,
            context_tokens: CONTEXT_TOKENS,
            planned_s: seconds,
            loop_s,
            cool_down_s,
            began_ms: None,
            cooling_ms: None,
            requests: Vec::new(),
        };
        let (works, watched) = (format::duration(seconds), format::duration(cool_down_s));
        Ok(Part {
            headline: format!(
                "{model} works for {works} in loops of {}; then the machine is watched for {watched}.",
                format::duration(loop_s)
            ),
            warnings: on_battery(),
            download_bytes: 0,
            seconds: Some(seconds + cool_down_s),
            record: StressRecord::Sustain(record),
            work: StressWork::Sustain(SustainWork {
                engine: Arc::clone(&self.engine),
                model,
                shape: SUSTAIN_SHAPE,
                context_tokens: CONTEXT_TOKENS,
                planned_s: seconds,
                cool_down_s,
            }),
        })
    }
}

fn check_times(seconds: f64, loop_s: f64, cool_down_s: f64) -> Result<(), Problem> {
    let refuse = |what: String, next: String| Err(Problem::input("bad_time", what, next));
    if !(1.0..=LONGEST_S).contains(&seconds) {
        let what = format!("A test of {seconds} seconds can't be made.");
        return refuse(what, format!("Ask for 1 second to {}.", format::duration(LONGEST_S)));
    }
    if !(loop_s > 0.0 && loop_s * LEAST_LOOPS <= seconds) {
        let what = format!("Loops of {loop_s} s do not go {LEAST_LOOPS} times into {seconds} s.");
        return refuse(what, "Make the loops shorter, or the test longer.".to_owned());
    }
    if !(0.0..=LONGEST_S).contains(&cool_down_s) {
        return refuse(format!("A cool-down of {cool_down_s} s can't be watched."), "Ask for 0 to 600 s.".to_owned());
    }
    Ok(())
}

fn on_battery() -> Vec<String> {
    let warning = "the machine runs on battery, which may be what limits it";
    (toprung_hardware::on_mains() == Some(false)).then(|| warning.to_owned()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_can_tell_nothing_are_refused_with_the_next_step() {
        for (seconds, loop_s, cool_down_s) in
            [(0.0, 1.0, 0.0), (f64::NAN, 1.0, 0.0), (60.0, 30.0, 0.0), (60.0, 0.0, 0.0), (60.0, 5.0, -1.0), (1e6, 30.0, 0.0)]
        {
            let problem = check_times(seconds, loop_s, cool_down_s).unwrap_err();
            assert!(problem.code == "bad_time" && !problem.next_step.is_empty(), "{seconds} {loop_s} {cool_down_s}: {problem}");
        }
        assert_eq!(check_times(600.0, 30.0, 60.0), Ok(()));
    }
}
