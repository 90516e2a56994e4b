//! What the run showed of the machine's and the program's working: a verdict only where something was observed.

use toprung_core::cause::CauseKind;
use toprung_core::format;
use toprung_core::run::{RunStatus, RungStatus};

use super::{Fact, Source, Tone};

const NOT_TESTED: &str = "not tested";

impl Source<'_> {
    pub(super) fn validation(&self) -> Vec<Fact> {
        vec![
            self.cooling(),
            self.model_files(),
            self.framework(),
            Fact::new("Concurrent downloads", NOT_TESTED, Tone::Quiet),
            Fact::new("Concurrent models", NOT_TESTED, Tone::Quiet),
            Fact::new("Second machine", NOT_TESTED, Tone::Quiet),
        ]
    }

    /// A temperature alone proves nothing about throttling, so there is no verdict from it.
    fn cooling(&self) -> Fact {
        let hottest = self.run.samples.iter().filter_map(|sample| sample.temperature_c).reduce(f32::max);
        let text = match hottest {
            Some(hottest) => format!("{NOT_TESTED}: {} °C at the highest, but clocks and throttling were not read", hottest.round()),
            None => format!("{NOT_TESTED}: no temperature was readable"),
        };
        Fact::new("Cooling", text, Tone::Quiet)
    }

    fn model_files(&self) -> Fact {
        let name = "Model files";
        let damaged =
            self.run.rungs.iter().filter(|rung| matches!(&rung.status, RungStatus::Failed(cause) if is_about_files(cause.kind))).count()
                as u32;
        let loaded =
            self.run.rungs.iter().filter(|rung| rung.load.load_ms.is_some() || !rung.trials.is_empty() || !rung.items.is_empty()).count()
                as u32;
        if damaged > 0 {
            return Fact::new(name, format!("FAIL: {} could not be fetched or read", format::count(damaged, "model", "models")), Tone::Bad);
        }
        if loaded == 0 {
            return Fact::new(name, format!("{NOT_TESTED}: no model was seen to load"), Tone::Quiet);
        }
        Fact::new(name, format!("PASS: {} loaded, none damaged", format::count(loaded, "model", "models")), Tone::Good)
    }

    fn framework(&self) -> Fact {
        let name = "Escalation framework";
        let trials = self.run.rungs.iter().map(|rung| rung.trials.len()).sum::<usize>() as u32;
        let answers = self.run.rungs.iter().map(|rung| rung.items.len()).sum::<usize>() as u32;
        let rungs = self.run.rungs.len() as u32;
        let trials = self.has_ladder().then(|| format::count(trials, "trial", "trials"));
        let answers = self.run.tasks.as_ref().map(|_| format::count(answers, "answer to tasks", "answers to tasks"));
        let kept: Vec<String> = [trials, answers].into_iter().flatten().collect();
        let stored = format!("{} stored for {}", kept.join(" and "), format::count(rungs, "rung", "rungs"));
        match self.run.status {
            RunStatus::Finished => Fact::new(name, format!("PASS: every rung was climbed or left out by a rule, {stored}"), Tone::Good),
            RunStatus::Stopped => Fact::new(name, format!("not finished: stopped by hand, {stored}"), Tone::Quiet),
            RunStatus::Running => Fact::new(name, format!("not finished: {stored}"), Tone::Quiet),
        }
    }
}

fn is_about_files(kind: CauseKind) -> bool {
    matches!(kind, CauseKind::DamagedFile | CauseKind::DownloadFailed | CauseKind::DiskFull | CauseKind::ModelNotFound)
}
