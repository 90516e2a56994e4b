//! Figures that one trial's stream shows beside those that it carries: each with its formula and where that comes from.
//!
//! All are read from what a trial has stored, so that any stored run can show them. What is undefined is `None`, never 0.

use crate::stats;
use crate::trial::Trial;

/// Fewer gaps than this in a stream do not show a change of pace: with 16 in each half, one slow token moves a half by several per cent.
pub const MIN_FOR_PACE: usize = 32;

/// The gaps between the fragments of one stream, in milliseconds. A fragment is not a token: an engine may send several
/// tokens in one, and several fragments may be read from the socket at once, with a gap of 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaps {
    /// The median.
    pub p50_ms: f64,
    /// One gap in twenty is longer; with fewer than twenty gaps it is the longest.
    pub p95_ms: f64,
    pub max_ms: f64,
    /// How many gaps there are.
    pub n: usize,
}

/// Time per output token in milliseconds: (end-to-end time − time to first token) / (N−1), as vLLM's serving benchmark
/// defines it (measurement.md, “time per output token”). The end is the final record, so it holds what the server does after
/// the last token too; it is a reader's figure, not the reciprocal of the decode speed.
///
/// `None` below two tokens, and for a stream without a final record.
pub fn time_per_output_token_ms(trial: &Trial) -> Option<f64> {
    let (tokens, rest_ms) = (trial.output_tokens?, trial.response_ms? - trial.ttft_ms?);
    let defined = trial.counts_for_timing() && tokens >= 2 && rest_ms > 0.0 && rest_ms.is_finite();
    defined.then(|| rest_ms / f64::from(tokens - 1))
}

/// The raw gaps between fragments, as AIPerf reports them (measurement.md, “inter-fragment gap”). A stream that broke off
/// has gaps like any other: they may show why.
///
/// `None` below two fragments, and where the stamps are no times that follow each other.
pub fn inter_fragment_gaps(trial: &Trial) -> Option<Gaps> {
    let pairs = trial.fragments_ms.windows(2);
    let mut gaps: Vec<f64> = pairs.filter_map(|pair| Some(f64::from(*pair.get(1)?) - f64::from(*pair.first()?))).collect();
    if !gaps.iter().all(|gap| gap.is_finite() && *gap >= 0.0) {
        return None;
    }
    gaps.sort_by(f64::total_cmp);
    Some(Gaps { p50_ms: stats::median(&gaps)?, p95_ms: nearest_rank(&gaps, 95)?, max_ms: *gaps.last()?, n: gaps.len() })
}

/// How much faster the second half of a stream came than the first, relative to the first: 0.02 is 2 % faster, a negative change slower.
///
/// `None` below [`MIN_FOR_PACE`] gaps, and where the stamps are no times that follow each other.
pub fn pace_change(fragments_ms: &[f32]) -> Option<f64> {
    let gaps = fragments_ms.len().checked_sub(1).filter(|gaps| *gaps >= MIN_FOR_PACE)?;
    let at = |index: usize| fragments_ms.get(index).map(|ms| f64::from(*ms));
    // An odd gap in the middle belongs to neither half.
    let half = gaps / 2;
    let (first, second) = (at(half)? - at(0)?, at(gaps)? - at(gaps - half)?);
    (first > 0.0 && second > 0.0).then(|| first / second - 1.0)
}

/// Prompt tokens per second of the wait for the first token: prefill as it is seen from this side of the socket, for engines
/// without a clock of their own (engines.md, “the client's clock is all there is”). It holds the way there and back and
/// the first token's own time, so it lies below the engine's prefill speed (measurement.md, “prefill”).
///
/// `None` without a prompt that was counted or a first token, and for a stream without a final record.
pub fn client_prefill_tps(trial: &Trial) -> Option<f64> {
    let (tokens, seconds) = (trial.prompt_tokens?, trial.ttft_ms? / 1e3);
    let defined = trial.counts_for_timing() && tokens > 0 && seconds > 0.0 && seconds.is_finite();
    defined.then(|| f64::from(tokens) / seconds)
}

/// How far the decode speed seen from here lies from the engine's own, relative to the engine's: −0.05 is 5 % slower here.
/// Beyond 2 % the two clocks tell different stories (measurement.md, “decode tokens/s”).
///
/// `None` where only one of the two is known. An engine without a clock has the client's figure in the place of its own;
/// two clocks never agree to the last bit, so equal figures are one.
pub fn decode_clock_gap(trial: &Trial) -> Option<f64> {
    let (engine, client) = (trial.decode_tps?, trial.client_decode_tps?);
    stats::ratio_change(engine, client).filter(|_| trial.counts_for_timing() && engine != client)
}

/// The smallest value that at least `percent` of the sorted values do not exceed.
fn nearest_rank(sorted: &[f64], percent: usize) -> Option<f64> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{Cause, CauseKind};
    use crate::scripted;
    use crate::trial::{Outcome, TrialKind};

    /// A trial of 100 prompt and 11 output tokens: the first after 200 ms, the end after 1,200 ms.
    fn trial() -> Trial {
        Trial {
            ttft_ms: Some(200.0),
            response_ms: Some(1200.0),
            prompt_tokens: Some(100),
            output_tokens: Some(11),
            decode_tps: Some(10.0),
            client_decode_tps: Some(9.5),
            ..scripted::trial(TrialKind::Speed, 0, 10.0)
        }
    }

    fn with(spoil: impl Fn(&mut Trial)) -> Trial {
        let mut trial = trial();
        spoil(&mut trial);
        trial
    }

    fn close(figure: Option<f64>, expected: Option<f64>) -> bool {
        match (figure, expected) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        }
    }

    fn failed(kind: CauseKind) -> impl Fn(&mut Trial) {
        move |trial| trial.outcome = Outcome::Failed(Cause::new(kind, ""))
    }

    #[test]
    fn time_per_output_token_is_the_rest_of_the_wait_over_all_tokens_but_the_first() {
        let table = [
            (trial(), Some(100.0), "1,000 ms for ten tokens"),
            (with(|t| t.output_tokens = Some(2)), Some(1000.0), "one token after the first"),
            (with(|t| t.output_tokens = Some(1)), None, "no token after the first"),
            (with(|t| t.output_tokens = Some(0)), None, "no token at all"),
            (with(|t| t.output_tokens = None), None, "a fragment is not a token, so they are not counted instead"),
            (with(|t| t.ttft_ms = None), None, "no first token"),
            (with(|t| t.response_ms = Some(200.0)), None, "everything came at once"),
            (with(|t| t.response_ms = Some(f64::NAN)), None, "an absurd time"),
            (with(failed(CauseKind::StreamEndedEarly)), None, "no final record"),
            (with(failed(CauseKind::DegenerateOutput)), Some(100.0), "a complete stream is timed whatever it says"),
        ];
        for (trial, expected, why) in table {
            assert!(close(time_per_output_token_ms(&trial), expected), "{why}: {:?}", time_per_output_token_ms(&trial));
        }
    }

    #[test]
    fn gaps_are_those_between_neighbours() {
        let steady: Vec<f32> = (0..=100u8).map(|n| f32::from(n) * 10.0).collect();
        let mut held_up = steady.clone();
        held_up.iter_mut().skip(95).for_each(|at| *at += 500.0);
        let gaps = |p50_ms, p95_ms, max_ms, n| Some(Gaps { p50_ms, p95_ms, max_ms, n });
        let table = [
            (steady, gaps(10.0, 10.0, 10.0, 100), "a steady stream"),
            (held_up, gaps(10.0, 10.0, 510.0, 100), "one gap in a hundred does not move the 95th"),
            (vec![5.0, 7.0, 17.0], gaps(6.0, 10.0, 10.0, 2), "an even number of gaps has its middle between two"),
            (vec![5.0, 5.0], gaps(0.0, 0.0, 0.0, 1), "two fragments of one read: the gap was read as 0"),
            (vec![5.0], None, "one fragment has no gap"),
            (vec![], None, "no fragment"),
            (vec![5.0, 4.0], None, "time does not run backwards"),
            (vec![5.0, f32::NAN], None, "an absurd stamp"),
        ];
        for (fragments_ms, expected, why) in table {
            let trial = with(|trial| trial.fragments_ms = fragments_ms.clone());
            assert_eq!(inter_fragment_gaps(&trial), expected, "{why}");
        }
        let broken_off = with(|t| (t.fragments_ms, t.outcome) = (vec![0.0, 9.0], Outcome::Failed(Cause::new(CauseKind::Stalled, ""))));
        assert_eq!(inter_fragment_gaps(&broken_off).map(|gaps| gaps.max_ms), Some(9.0), "the gaps before a stall are measured");
    }

    #[test]
    fn a_change_of_pace_compares_the_halves_of_a_stream() {
        let stream = |gaps: &[(usize, f32)]| {
            let mut at = 100.0;
            let later = gaps.iter().flat_map(|(times, gap)| std::iter::repeat_n(*gap, *times));
            std::iter::once(100.0)
                .chain(later.map(|gap| {
                    at += gap;
                    at
                }))
                .collect::<Vec<f32>>()
        };
        let table = [
            (stream(&[(40, 10.0)]), Some(0.0), "steady"),
            (stream(&[(20, 10.0), (20, 8.0)]), Some(0.25), "faster"),
            (stream(&[(20, 8.0), (20, 10.0)]), Some(-0.2), "slower"),
            (stream(&[(20, 10.0), (1, 500.0), (20, 10.0)]), Some(0.0), "the odd one in the middle is left out"),
            (stream(&[(31, 10.0)]), None, "too few"),
            (stream(&[(40, 0.0)]), None, "all of it came at once"),
            (vec![], None, "nothing"),
        ];
        for (fragments, expected, why) in table {
            assert!(close(pace_change(&fragments), expected), "{why}: {:?}", pace_change(&fragments));
        }
        assert_eq!(pace_change(&[f32::NAN; 64]), None, "absurd stamps");
    }

    #[test]
    fn prefill_seen_from_here_is_the_prompt_over_the_wait_for_the_first_token() {
        let table = [
            (trial(), Some(500.0), "100 tokens in 200 ms"),
            (with(|t| t.prompt_tokens = None), None, "a prompt that nobody counted"),
            (with(|t| t.prompt_tokens = Some(0)), None, "no prompt"),
            (with(|t| t.ttft_ms = Some(0.0)), None, "no wait"),
            (with(failed(CauseKind::Stalled)), None, "no final record"),
            (with(failed(CauseKind::PromptCut)), None, "a prompt that was cut is not the one that was timed"),
        ];
        for (trial, expected, why) in table {
            assert!(close(client_prefill_tps(&trial), expected), "{why}: {:?}", client_prefill_tps(&trial));
        }
    }

    #[test]
    fn the_clock_gap_needs_two_clocks() {
        let table = [
            (trial(), Some(-0.05), "5 % slower here"),
            (with(|t| t.client_decode_tps = Some(11.0)), Some(0.1), "10 % faster here: the engine counts something else"),
            (with(|t| t.client_decode_tps = t.decode_tps), None, "the engine has no clock, so the figure is one"),
            (with(|t| t.client_decode_tps = None), None, "fragments that can't be counted as tokens"),
            (with(|t| t.decode_tps = Some(0.0)), None, "relative to zero is undefined"),
            (with(failed(CauseKind::StreamEndedEarly)), None, "no final record"),
        ];
        for (trial, expected, why) in table {
            assert!(close(decode_clock_gap(&trial), expected), "{why}: {:?}", decode_clock_gap(&trial));
        }
    }
}
