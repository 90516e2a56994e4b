//! A stress test while it goes on, folded from its events: the record that is stored at its end, and what both fronts draw of it.

use toprung_climb::{Step, StressEvent};
use toprung_core::format;
use toprung_core::stress::concurrent::Concurrent;
use toprung_core::stress::download::{Download, ModelDownload, block, now_ms};
use toprung_core::stress::limit::{Limit, line};
use toprung_core::stress::sustain::{Sustain, analyse};
use toprung_core::stress::{Circumstances, StressRecord, StressTest};
use toprung_core::trial::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StressState {
    Running,
    Stopping,
    Ended,
}

/// The whole state of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct StressLive {
    /// The record as far as it is.
    pub test: StressTest,
    pub state: StressState,
    /// What is being done now.
    pub step: Option<Step>,
    /// Milliseconds since the test began, at the newest event.
    pub now_ms: f64,
    /// Of each download, in the engine's words; empty for the other kinds.
    pub statuses: Vec<String>,
}

impl StressLive {
    /// The state before anything has happened.
    pub fn new(test: StressTest) -> Self {
        let downloads = if let StressRecord::Download(record) = &test.record { record.models.len() } else { 0 };
        Self { test, state: StressState::Running, step: None, now_ms: 0.0, statuses: vec![String::new(); downloads] }
    }

    /// Takes in an event that came so many milliseconds after the test began.
    pub fn apply(&mut self, event: &StressEvent, now_ms: f64) {
        self.now_ms = now_ms;
        match event {
            StressEvent::Doing { step } => self.step = Some(step.clone()),
            StressEvent::Sampled { sample } => self.test.samples.push(sample.clone()),
            StressEvent::Pulled { model, status, .. } => {
                if let Some(known) = self.statuses.get_mut(*model as usize) {
                    known.clone_from(status);
                }
            }
            _ => {}
        }
        match &mut self.test.record {
            StressRecord::Download(record) => download(record, event),
            StressRecord::Sustain(record) => sustain(record, event),
            StressRecord::Concurrent(record) => concurrent(record, event),
            StressRecord::Limit(record) => limit(record, event),
        }
    }

    /// Of the whole test, 0–1; `None` where nobody knows how much there is.
    pub fn progress(&self) -> Option<f64> {
        match &self.test.record {
            StressRecord::Download(record) => {
                let total = record.models.iter().map(|model| model.total_bytes).sum::<Option<u64>>().filter(|total| *total > 0)?;
                let done: u64 = record.models.iter().filter_map(|model| model.points.last()).map(|point| point.done_bytes).sum();
                Some((done as f64 / total as f64).min(1.0))
            }
            StressRecord::Sustain(record) => {
                let (began, whole_s) = (record.began_ms?, record.planned_s + record.cool_down_s);
                Some(((self.now_ms - began) / 1e3 / whole_s).clamp(0.0, 1.0))
            }
            StressRecord::Concurrent(record) => {
                // Each model is switched to once and the first twice, each is loaded beside, and all answer at once.
                let models = record.models.len();
                let steps = if models > 1 { 2 * models + 2 } else { 2 };
                let done = record.switches.len() + record.loaded.len() + usize::from(!record.together.is_empty());
                Some((done as f64 / steps as f64).min(1.0))
            }
            StressRecord::Limit(_) => None,
        }
    }

    /// What stands on the screen now, a line each.
    pub fn lines(&self) -> Vec<String> {
        let around = Circumstances { samples: &self.test.samples, machine: &self.test.machine, stopped: false };
        match &self.test.record {
            StressRecord::Download(record) => block(record, &around, self.now_ms.max(now_ms(record))),
            StressRecord::Sustain(record) => toprung_core::stress::sustain::lines(&analyse(record, &self.test.samples)),
            StressRecord::Concurrent(_) => self.test.judge().evidence,
            StressRecord::Limit(record) => record.attempts.iter().map(line).collect(),
        }
    }

    /// What is being done now, in a few words.
    pub fn doing(&self) -> String {
        match (&self.step, self.state) {
            (_, StressState::Stopping) => "stopping".to_owned(),
            (None, _) => "starting".to_owned(),
            (Some(step), _) => words(step),
        }
    }
}

fn words(step: &Step) -> String {
    match step {
        Step::Loading { model } => format!("loading {model}"),
        Step::WarmingUp { model } => format!("warming up {model}"),
        Step::MeasuringAlone { model } => format!("measuring {model} alone"),
        Step::Downloading => "downloading".to_owned(),
        Step::Working => "working".to_owned(),
        Step::CoolingDown => "watching the machine cool down".to_owned(),
        Step::Switching { to } => format!("switching to {to}"),
        Step::LoadingBeside { model } => format!("loading {model} beside the others"),
        Step::AnsweringTogether => "all answer at once".to_owned(),
        Step::Trying { model, context_tokens } => {
            format!("trying {model} with {} of context", format::count(*context_tokens, "token", "tokens"))
        }
    }
}

fn download(record: &mut Download, event: &StressEvent) {
    match event {
        StressEvent::LoadAverage { at_ms, load } => record.load_average.push((*at_ms, *load)),
        StressEvent::Pulled { model, point, total_bytes, keep, .. } => with(record, *model, |download| {
            download.total_bytes = total_bytes.or(download.total_bytes);
            if *keep {
                download.points.push(*point);
            }
        }),
        StressEvent::Cut { model, cut } => with(record, *model, |download| download.cuts.push(cut.clone())),
        StressEvent::Resumed { model, at_ms, done_bytes } => with(record, *model, |download| {
            if let Some(cut) = download.cuts.last_mut() {
                cut.resumed = Some((*at_ms, *done_bytes));
            }
        }),
        StressEvent::PullEnded { model, end, digest } => with(record, *model, |download| {
            (download.end, download.digest) = (Some(end.clone()), digest.clone());
        }),
        StressEvent::Answered { before, trial } => {
            let Some(neighbour) = &mut record.neighbour else { return };
            match &trial.outcome {
                Outcome::Failed(cause) => neighbour.cause = Some(cause.clone()),
                Outcome::Complete if *before => neighbour.before_tps.extend(trial.decode_tps),
                Outcome::Complete => neighbour.during_tps.extend(trial.decode_tps),
            }
        }
        _ => {}
    }
}

fn with(record: &mut Download, model: u32, change: impl FnOnce(&mut ModelDownload)) {
    if let Some(download) = record.models.get_mut(model as usize) {
        change(download);
    }
}

fn sustain(record: &mut Sustain, event: &StressEvent) {
    match event {
        StressEvent::Began { at_ms } => record.began_ms = Some(*at_ms),
        StressEvent::Requested { request } => record.requests.push(request.clone()),
        StressEvent::CoolingDown { at_ms } => record.cooling_ms = Some(*at_ms),
        _ => {}
    }
}

fn concurrent(record: &mut Concurrent, event: &StressEvent) {
    match event {
        StressEvent::Switched { switch } => record.switches.push(switch.clone()),
        StressEvent::MemoryBefore { bytes } => record.memory_before_bytes = *bytes,
        StressEvent::LoadedBeside { loaded } => record.loaded.push(loaded.clone()),
        StressEvent::AnsweredTogether { requests, evicted } => {
            (record.together, record.evicted_together) = (requests.clone(), evicted.clone());
        }
        _ => {}
    }
}

fn limit(record: &mut Limit, event: &StressEvent) {
    if let StressEvent::Attempted { attempt } = event {
        record.attempts.push(attempt.clone());
    }
}

#[cfg(test)]
mod tests {
    use toprung_core::machine::{HardwareSample, Machine};
    use toprung_core::model::{EngineDescription, EngineKind, ModelRef};
    use toprung_core::stress::STRESS_VERSION;
    use toprung_core::stress::download::{Cut, DownloadEnd, Point};

    use super::*;

    fn live() -> StressLive {
        let models = ["a", "b"].map(|name| ModelDownload::new(ModelRef::new(name).unwrap()));
        StressLive::new(StressTest {
            version: STRESS_VERSION,
            id: "test".to_owned(),
            started_at: String::new(),
            ended_at: None,
            machine: Machine::default(),
            engine: EngineDescription { kind: EngineKind::Ollama, version: None, url: None, settings: Vec::new() },
            stopped: false,
            record: StressRecord::Download(Download { models: models.into(), load_average: Vec::new(), neighbour: None }),
            samples: Vec::new(),
        })
    }

    fn pulled(model: u32, second: f64, done_bytes: u64, keep: bool) -> StressEvent {
        let point = Point { at_ms: second * 1e3, done_bytes, behind_bytes: 0 };
        StressEvent::Pulled { model, status: "downloading".to_owned(), point, total_bytes: Some(100), keep }
    }

    #[test]
    fn downloads_are_folded_into_their_record_and_their_progress() {
        let mut live = live();
        assert_eq!(live.progress(), None, "no size is known yet");
        for event in [pulled(0, 0.0, 0, true), pulled(1, 0.0, 0, true), pulled(0, 0.5, 30, false), pulled(0, 1.0, 50, true)] {
            live.apply(&event, 1e3);
        }
        assert_eq!(live.progress(), Some(0.25), "half of one of two");
        let cut = Cut { at_ms: 1e3, done_bytes: 50, cause: None, resumed: None };
        live.apply(&StressEvent::Cut { model: 0, cut }, 1e3);
        live.apply(&StressEvent::Resumed { model: 0, at_ms: 2e3, done_bytes: 50 }, 2e3);
        live.apply(&StressEvent::PullEnded { model: 0, end: DownloadEnd::Complete, digest: None }, 3e3);
        let StressRecord::Download(record) = &live.test.record else { unreachable!("it is a download") };
        assert_eq!(record.models[0].points.len(), 2, "what is only shown is not kept");
        assert_eq!(record.models[0].cuts[0].resumed, Some((2e3, 50)));
        assert_eq!((live.statuses[0].as_str(), live.statuses[1].as_str()), ("downloading", "downloading"));
        assert!(live.lines()[0].starts_with("a: 50 % complete"), "{:?}", live.lines());
    }

    #[test]
    fn readings_are_kept_and_the_step_is_said_in_words() {
        let mut live = live();
        live.apply(&StressEvent::Sampled { sample: HardwareSample::default() }, 5.0);
        assert_eq!((live.test.samples.len(), live.doing().as_str()), (1, "starting"));
        let model = ModelRef::new("a").unwrap();
        live.apply(&StressEvent::Doing { step: Step::Trying { model, context_tokens: 4096 } }, 6.0);
        assert_eq!(live.doing(), "trying a with 4096 tokens of context");
        live.state = StressState::Stopping;
        assert_eq!(live.doing(), "stopping");
    }
}
