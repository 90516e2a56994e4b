//! Stress tests: what was recorded of one, and whether the machine held up. Pure: the doing is in `climb`, the keeping in `jobs`.
//!
//! Each kind has its file with its record, its analysis and its verdict. Every time of a record is in milliseconds of a monotonic clock
//! that begins with the test; a reading of the hardware is on the same clock.

pub mod concurrent;
pub mod download;
pub mod limit;
mod sensors;
pub mod sustain;

use serde::{Deserialize, Serialize};

use crate::machine::{HardwareSample, Machine};
use crate::model::EngineDescription;

/// Counts up when a field of a stored test changes its meaning or goes.
pub const STRESS_VERSION: u32 = 1;

/// Below this share of the memory the machine is about to swap or to kill: the kernel's own low watermark, its caches for the file that is
/// mapped and the other programs' next wish all live in it.
pub const LEAST_FREE_SHARE: f64 = 0.05;

/// The kinds of stress tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StressKind {
    /// Several models are downloaded at once.
    Download,
    /// One model works without a pause, loop after loop.
    Sustain,
    /// Several models, or several requests, at once.
    Concurrent,
    /// Larger and larger models and contexts, until the machine says no.
    Limit,
}

impl StressKind {
    pub const ALL: [Self; 4] = [Self::Download, Self::Sustain, Self::Concurrent, Self::Limit];

    /// The stable name used on the command line and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Sustain => "sustain",
            Self::Concurrent => "concurrent",
            Self::Limit => "limit",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a person calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Download => "Concurrent download",
            Self::Sustain => "Sustained load",
            Self::Concurrent => "Concurrent models",
            Self::Limit => "Limit",
        }
    }
}

/// What a test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    /// Too little was seen to say either, or something from outside disturbed it.
    NotDecided,
}

impl Verdict {
    const ALL: [Self; 3] = [Self::Pass, Self::Fail, Self::NotDecided];

    /// The stable name used in JSON and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotDecided => "not_decided",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// For a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::NotDecided => "not decided",
        }
    }
}

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub verdict: Verdict,
    /// The answer in a sentence, with its figures.
    pub headline: String,
    /// Why it is no pass, each a sentence; empty for a pass.
    pub reasons: Vec<String>,
    /// What was seen, a line each.
    pub evidence: Vec<String>,
}

impl Judgement {
    /// One failure fails it; without one, whatever is open leaves it undecided.
    fn new(headline: String, failures: Vec<String>, open: Vec<String>, evidence: Vec<String>) -> Self {
        let verdict = match (failures.is_empty(), open.is_empty()) {
            (false, _) => Verdict::Fail,
            (true, false) => Verdict::NotDecided,
            (true, true) => Verdict::Pass,
        };
        Self { verdict, headline, reasons: failures.into_iter().chain(open).collect(), evidence }
    }
}

/// What was recorded, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum StressRecord {
    Download(download::Download),
    Sustain(sustain::Sustain),
    Concurrent(concurrent::Concurrent),
    Limit(limit::Limit),
}

impl StressRecord {
    pub fn kind(&self) -> StressKind {
        match self {
            Self::Download(_) => StressKind::Download,
            Self::Sustain(_) => StressKind::Sustain,
            Self::Concurrent(_) => StressKind::Concurrent,
            Self::Limit(_) => StressKind::Limit,
        }
    }
}

/// A stress test as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StressTest {
    /// See [`STRESS_VERSION`].
    pub version: u32,
    /// A version-7 UUID: sorts by time.
    pub id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// RFC 3339, UTC; `None` while it is under way.
    pub ended_at: Option<String>,
    pub machine: Machine,
    pub engine: EngineDescription,
    /// A person stopped it; what was finished by then stands.
    pub stopped: bool,
    pub record: StressRecord,
    pub samples: Vec<HardwareSample>,
}

impl StressTest {
    /// What it says, from what was recorded so far.
    pub fn judge(&self) -> Judgement {
        let circumstances = Circumstances { samples: &self.samples, machine: &self.machine, stopped: self.stopped };
        match &self.record {
            StressRecord::Download(record) => download::judge(record, &circumstances),
            StressRecord::Sustain(record) => sustain::judge(record, &circumstances),
            StressRecord::Concurrent(record) => concurrent::judge(record, &circumstances),
            StressRecord::Limit(record) => limit::judge(record, &circumstances),
        }
    }

    /// Whether it holds any figure.
    pub fn measured_anything(&self) -> bool {
        match &self.record {
            StressRecord::Download(record) => record.models.iter().any(|model| model.got_bytes() > 0),
            StressRecord::Sustain(record) => record.requests.iter().any(|request| request.cause.is_none()),
            StressRecord::Concurrent(record) => {
                record.switches.iter().any(|switch| switch.cause.is_none()) || record.together.iter().any(|one| one.cause.is_none())
            }
            StressRecord::Limit(record) => !record.attempts.is_empty(),
        }
    }
}

/// What a record is judged with.
pub struct Circumstances<'a> {
    pub samples: &'a [HardwareSample],
    pub machine: &'a Machine,
    /// A person stopped the test.
    pub stopped: bool,
}

impl Circumstances<'_> {
    /// A sentence where the memory ran so low that [`LEAST_FREE_SHARE`] was not left.
    fn low_memory(&self) -> Option<String> {
        let (lowest, total) = (sensors::lowest_available(self.samples)?, self.machine.memory_bytes?);
        let gib = crate::format::bytes_gib;
        (is_low(lowest, total)).then(|| format!("Only {} of {} of memory were left at the least.", gib(lowest), gib(total)))
    }

    /// A sentence where the processor slowed down to stay cool.
    fn throttling(&self) -> Option<String> {
        let (slowed, read) = sensors::throttled(self.samples)?;
        (slowed > 0).then(|| {
            let readings = crate::format::count(read as u32, "reading", "readings");
            format!("The processor slowed down to stay cool in {slowed} of {readings}.")
        })
    }

    /// A line of evidence: temperature and throttling, or that neither is readable.
    fn cooling_line(&self) -> String {
        let hottest = sensors::hottest(self.samples).map(|celsius| format!("{celsius:.0} °C at the highest"));
        let throttled = sensors::throttled(self.samples).map(|(slowed, read)| match slowed {
            0 => format!("no throttling in {}", crate::format::count(read as u32, "reading", "readings")),
            slowed => format!("throttling in {slowed} of {}", crate::format::count(read as u32, "reading", "readings")),
        });
        match (hottest, throttled) {
            (None, None) => "Cooling: neither temperature nor throttling is readable here".to_owned(),
            (hottest, throttled) => {
                let known: Vec<String> = [throttled, hottest].into_iter().flatten().collect();
                format!("Cooling: {}", known.join(", "))
            }
        }
    }

    /// A line of evidence on the memory that was left.
    fn memory_line(&self) -> String {
        let lowest = sensors::lowest_available(self.samples);
        let of = self.machine.memory_bytes.map(|total| format!(" of {}", crate::format::bytes_gib(total)));
        match lowest {
            Some(lowest) => format!("Memory available: {}{} at the least", crate::format::bytes_gib(lowest), of.unwrap_or_default()),
            None => "Memory available: not readable".to_owned(),
        }
    }
}

/// Whether so little memory is free that the machine is about to swap.
pub fn is_low(available_bytes: u64, total_bytes: u64) -> bool {
    (available_bytes as f64) < total_bytes as f64 * LEAST_FREE_SHARE
}

const STOPPED: &str = "It was stopped by hand before its end.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_verdict_is_known_by_its_name() {
        for kind in StressKind::ALL {
            assert_eq!(StressKind::from_name(kind.name()), Some(kind));
        }
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_name(verdict.name()), Some(verdict));
        }
        assert_eq!((StressKind::from_name("heat"), Verdict::from_name("PASS")), (None, None));
    }

    #[test]
    fn one_failure_fails_and_an_open_question_leaves_it_undecided() {
        let verdict = |failures: &[&str], open: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            Judgement::new(String::new(), owned(failures), owned(open), Vec::new()).verdict
        };
        assert_eq!(verdict(&[], &[]), Verdict::Pass);
        assert_eq!(verdict(&[], &["stopped"]), Verdict::NotDecided);
        assert_eq!(verdict(&["slow"], &["stopped"]), Verdict::Fail, "what was seen by then stands");
    }

    #[test]
    fn memory_is_low_below_a_twentieth() {
        assert!(is_low(1 << 29, 16 << 30) && !is_low(1 << 30, 16 << 30));
    }
}
