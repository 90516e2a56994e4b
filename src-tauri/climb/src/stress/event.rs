//! Everything that a stress test can say: a closed set.

use std::sync::Arc;

use serde::Serialize;
use toprung_core::machine::HardwareSample;
use toprung_core::model::ModelRef;
use toprung_core::stress::concurrent::{Loaded, Switch, Together};
use toprung_core::stress::download::{Cut, DownloadEnd, Point};
use toprung_core::stress::limit::Attempt;
use toprung_core::stress::sustain::TimedRequest;
use toprung_core::trial::Trial;

/// What is being done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    Loading {
        model: ModelRef,
    },
    WarmingUp {
        model: ModelRef,
    },
    /// How fast a model answers before the downloads begin.
    MeasuringAlone {
        model: ModelRef,
    },
    Downloading,
    Working,
    CoolingDown,
    Switching {
        to: ModelRef,
    },
    LoadingBeside {
        model: ModelRef,
    },
    AnsweringTogether,
    Trying {
        model: ModelRef,
        context_tokens: u32,
    },
}

/// What happened. Times are in milliseconds since the test began; models of a download are counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[expect(clippy::large_enum_variant, reason = "a sample comes once a second, and events are lent, not copied")]
pub enum StressEvent {
    Doing {
        step: Step,
    },
    Sampled {
        sample: HardwareSample,
    },
    LoadAverage {
        at_ms: f64,
        load: f64,
    },
    /// A download's reading; `keep` marks those of the record, about one a second.
    Pulled {
        model: u32,
        status: String,
        point: Point,
        total_bytes: Option<u64>,
        keep: bool,
    },
    Cut {
        model: u32,
        cut: Cut,
    },
    Resumed {
        model: u32,
        at_ms: f64,
        done_bytes: u64,
    },
    PullEnded {
        model: u32,
        end: DownloadEnd,
        digest: Option<String>,
    },
    /// An answer of the model that ran beside the downloads, or before them.
    Answered {
        before: bool,
        trial: Trial,
    },
    /// Sustained work began after its warm-up.
    Began {
        at_ms: f64,
    },
    Requested {
        request: TimedRequest,
    },
    CoolingDown {
        at_ms: f64,
    },
    Switched {
        switch: Switch,
    },
    /// Bytes available before anything was loaded beside another.
    MemoryBefore {
        bytes: Option<u64>,
    },
    LoadedBeside {
        loaded: Loaded,
    },
    AnsweredTogether {
        requests: Vec<Together>,
        evicted: Vec<ModelRef>,
    },
    Attempted {
        attempt: Attempt,
    },
}

/// Hears a test. It is called from several threads, and should return quickly.
pub type OnStress = Arc<dyn Fn(&StressEvent) + Send + Sync>;
