//! Warming up, and the speed trials: a request for the prompt's speed, and one for the speed of writing.

use std::time::Instant;

use toprung_core::figures::pace_change;
use toprung_core::plan::Shape;
use toprung_core::stopping::{Decision, Parts, decide};
use toprung_core::trial::{Trial, TrialKind};

use super::trials::hard_failure;
use super::{Halt, RungClimb};
use crate::measure::Label;

/// Failed speed trials in a row after which no more are made: a third would fail the same way and cost as much.
pub(crate) const FAILED_TRIALS_IN_A_ROW: usize = 2;
/// Warm-up ends when the speed climbs by less than this.
const WARM_UP_SLOPE: f64 = 0.02;
/// A warm-up reads this part of a speed trial's prompt. On processors the first whole prompt after it came as fast as the next ones (0.995
/// of them over 8 loads of SmolLM2 135M and 5 of Coder 0.5B; 1.007 after a whole one), and it takes a quarter of the time.
const WARM_UP_PROMPT_PART: u32 = 4;
/// A machine that reads a whole prompt within this many milliseconds has a GPU, which may prepare itself for each size of a batch: it reads
/// a whole one too.
const GPU_PROMPT_MS: f64 = 500.0;
/// What a warm-up request may write where there is no fixed shape.
const CLASSIC_WARM_UP_TOKENS: u32 = 16;
/// Prompts of drift checks are counted from here, so that none repeats a speed trial's.
const SENTINEL_SEED: u32 = 1 << 21;
/// Sets the prompt before the writing apart from the long one of the same trial, which a cache may still hold.
const DECODE_SEED: u32 = 1 << 23;

impl RungClimb<'_> {
    /// A part of a prompt, then writing until it no longer becomes faster; answers how many milliseconds that took. An engine
    /// that dies here ends the rung by its own cause; other failures show again in the trials.
    pub(crate) async fn warm_up(&self) -> Result<f64, Halt> {
        self.voice.say(&crate::event::ClimbEvent::WarmingUp { rung: self.rung.position });
        let began = Instant::now();
        let mut last: Option<f64> = None;
        for round in 0.. {
            let trial = self.warm_up_trial(round).await?;
            hard_failure(&trial).map_or(Ok(()), |cause| Err(Halt::Failed(cause)))?;
            let elapsed = began.elapsed().as_secs_f64();
            // Another request is begun only if it is likely to end within the cap.
            let next_ends = elapsed * f64::from(round + 2) / f64::from(round + 1);
            if is_steady(&trial, last) || next_ends > self.protocol.warm_up_cap_s {
                break;
            }
            last = trial.decode_tps;
        }
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }

    /// Some servers load the model at its first request, so that no first token is waited for too long here.
    async fn warm_up_trial(&self, round: u32) -> Result<Trial, Halt> {
        let label = Label::plain(TrialKind::Speed, round);
        let Some(shape) = self.protocol.speed else {
            return self.attempt(&self.answer_request("Say hello.", CLASSIC_WARM_UP_TOKENS), label).await;
        };
        if round == 0 {
            let part = Shape { prompt_tokens: shape.prefill.prompt_tokens / WARM_UP_PROMPT_PART, ..shape.prefill };
            let read = self.attempt(&self.speed_request(part, u32::MAX), label).await?;
            if !read.is_success() {
                return Ok(read);
            }
            if read.ttft_ms.is_some_and(|ms| ms * f64::from(WARM_UP_PROMPT_PART) < GPU_PROMPT_MS) {
                self.attempt(&self.speed_request(shape.prefill, u32::MAX - 1), label).await?;
            }
        }
        self.attempt(&self.speed_request(shape.decode, (u32::MAX - round) ^ DECODE_SEED), label).await
    }

    pub(crate) async fn speed_trials(&mut self) -> Result<(), Halt> {
        loop {
            let done: Vec<Trial> = self.trials_of(TrialKind::Speed).cloned().collect();
            let failed = done.iter().rev().take_while(|t| !t.is_success()).count();
            // Time already spent counts by the trials themselves, so that a resumed rung keeps its budget.
            let spent_s = done.iter().filter_map(|t| t.response_ms).sum::<f64>() / 1e3;
            let Decision::More(parts) = decide(self.protocol, &done, spent_s) else { return Ok(()) };
            if failed >= FAILED_TRIALS_IN_A_ROW {
                return Ok(());
            }
            let index = done.len() as u32;
            let looks = &self.protocol.looks;
            self.begin_trial(TrialKind::Speed, index, looks.first().copied(), looks.last().copied()).await?;
            let trial = self.speed_trial(TrialKind::Speed, index, parts).await?;
            self.keep_trial(trial).await?;
        }
    }

    /// The rung's speed trials once more.
    pub(crate) async fn sentinel_trials(&mut self) -> Result<(), Halt> {
        let most = self.protocol.sentinel_trials;
        for index in self.trials_of(TrialKind::Sentinel).count() as u32..most {
            self.begin_trial(TrialKind::Sentinel, index, Some(most), Some(most)).await?;
            let trial = self.speed_trial(TrialKind::Sentinel, index, Parts::BOTH).await?;
            self.keep_trial(trial).await?;
        }
        Ok(())
    }

    /// Both requests, or the one that is wanted. Without a protocol for speed trials there is nothing to ask for, and the trial is empty.
    pub(crate) async fn speed_trial(&self, kind: TrialKind, index: u32, parts: Parts) -> Result<Trial, Halt> {
        let label = Label::plain(kind, index);
        let seed = if kind == TrialKind::Sentinel { SENTINEL_SEED + index } else { index };
        let ask = async |shape: Shape, seed: u32| self.one(&self.speed_request(shape, seed), label).await;
        let Some(shape) = self.protocol.speed else { return Ok(Trial::new(kind, index, 0.0)) };
        let prefill = if parts.prefill { Some(ask(shape.prefill, seed).await?) } else { None };
        match prefill {
            // What does not read its prompt will not write behind one.
            Some(prefill) if !parts.decode || !prefill.is_success() => Ok(prefill_alone(prefill)),
            Some(prefill) => Ok(together(prefill, ask(shape.decode, seed ^ DECODE_SEED).await?)),
            None => Ok(decode_alone(ask(shape.decode, seed ^ DECODE_SEED).await?)),
        }
    }
}

/// Whether a warm-up can end: the writing did not become faster within this request, or, where too few fragments came to tell, not since
/// the one before. An engine whose speed is not known can't be waited for.
fn is_steady(trial: &Trial, last: Option<f64>) -> bool {
    let climb = pace_change(&trial.fragments_ms).or_else(|| Some(trial.decode_tps? / last? - 1.0));
    trial.decode_tps.is_none() || climb.is_some_and(|climb| climb < WARM_UP_SLOPE)
}

/// The figures of a prompt. The one token that it ends with has no speed.
fn prefill_alone(trial: Trial) -> Trial {
    Trial { decode_tps: None, client_decode_tps: None, output_tokens: None, ..trial }
}

/// The figures of writing. Its short prompt stands for no wait that a person knows.
fn decode_alone(trial: Trial) -> Trial {
    Trial { ttft_ms: None, first_answer_ms: None, prefill_tps: None, prompt_tokens: None, cached_prompt_tokens: None, ..trial }
}

/// One trial of two requests, as if the second had written on where the first ended.
fn together(prefill: Trial, decode: Trial) -> Trial {
    let later_ms = prefill.ttft_ms.zip(decode.ttft_ms).map(|(first, second)| first - second);
    let later = later_ms.unwrap_or(0.0) as f32;
    Trial {
        response_ms: decode.response_ms.zip(later_ms).map(|(response, later)| response + later),
        decode_tps: decode.decode_tps,
        client_decode_tps: decode.client_decode_tps,
        output_tokens: decode.output_tokens,
        fragments_ms: decode.fragments_ms.iter().map(|at| at + later).collect(),
        outcome: decode.outcome,
        ..prefill
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toprung_core::cause::{Cause, CauseKind};
    use toprung_core::trial::Outcome;

    fn prefill() -> Trial {
        Trial {
            ttft_ms: Some(1000.0),
            first_answer_ms: Some(1000.0),
            response_ms: Some(1001.0),
            prefill_tps: Some(512.0),
            prompt_tokens: Some(512),
            cached_prompt_tokens: Some(0),
            output_tokens: Some(1),
            fragments_ms: vec![1000.0],
            ..Trial::new(TrialKind::Speed, 3, 70.0)
        }
    }

    fn decode() -> Trial {
        Trial {
            ttft_ms: Some(60.0),
            first_answer_ms: Some(60.0),
            response_ms: Some(100.0),
            prefill_tps: Some(400.0),
            decode_tps: Some(50.0),
            client_decode_tps: Some(49.0),
            prompt_tokens: Some(32),
            cached_prompt_tokens: Some(0),
            output_tokens: Some(3),
            fragments_ms: vec![60.0, 80.0, 100.0],
            ..Trial::new(TrialKind::Speed, 3, 1080.0)
        }
    }

    #[test]
    fn two_requests_are_one_trial_with_the_prompt_of_the_first_and_the_writing_of_the_second() {
        let expected = Trial {
            response_ms: Some(1040.0),
            decode_tps: Some(50.0),
            client_decode_tps: Some(49.0),
            output_tokens: Some(3),
            fragments_ms: vec![1000.0, 1020.0, 1040.0],
            ..prefill()
        };
        assert_eq!(together(prefill(), decode()), expected);
        let per_token = toprung_core::figures::time_per_output_token_ms(&expected);
        assert_eq!(per_token, Some(20.0), "the time per token is that of the writing");
    }

    #[test]
    fn a_request_that_fails_fails_its_trial() {
        let cause = Cause::new(CauseKind::EngineCrashed, "signal 9");
        let failed = Trial { outcome: Outcome::Failed(cause.clone()), response_ms: None, ..decode() };
        let trial = together(prefill(), failed);
        assert_eq!((trial.outcome, trial.response_ms), (Outcome::Failed(cause), None));
    }

    #[test]
    fn a_request_alone_has_its_own_figures_only() {
        let alone = prefill_alone(prefill());
        assert_eq!((alone.ttft_ms, alone.prefill_tps, alone.decode_tps, alone.output_tokens), (Some(1000.0), Some(512.0), None, None));
        let alone = decode_alone(decode());
        assert_eq!((alone.ttft_ms, alone.prefill_tps, alone.prompt_tokens), (None, None, None));
        assert_eq!((alone.decode_tps, alone.output_tokens, alone.response_ms), (Some(50.0), Some(3), Some(100.0)));
    }

    #[test]
    fn a_warm_up_ends_when_the_writing_no_longer_becomes_faster() {
        let paced = |gaps: [f32; 2]| {
            let mut at = 0.0;
            let fragments = (0..64).map(|n| {
                at += gaps[usize::from(n >= 32)];
                at
            });
            Trial { fragments_ms: fragments.collect(), ..decode() }
        };
        assert!(is_steady(&paced([10.0, 10.0]), None));
        assert!(is_steady(&paced([10.0, 11.0]), None), "a context that fills makes it slower, and that is no warmth");
        assert!(!is_steady(&paced([11.0, 10.0]), None), "it still climbs");
        assert!(!is_steady(&decode(), None), "three fragments do not tell");
        assert!(is_steady(&decode(), Some(49.9)), "but two requests do");
        assert!(!is_steady(&decode(), Some(40.0)));
        assert!(is_steady(&Trial { decode_tps: None, ..decode() }, None), "a speed that is never known");
    }
}
