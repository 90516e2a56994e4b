//! What the scripted engine plays, as a file.

use serde::{Deserialize, Serialize};
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{ModelFacts, ModelRef};

/// A whole script: models, their speeds and their faults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Of the noise. The same script gives the same figures again.
    pub seed: u64,
    /// Real seconds for a scripted one: 1 plays in real time, 0.01 a hundred times faster, 0 without any wait. Figures and time stamps stay
    /// the scripted ones.
    pub time_scale: f64,
    pub version: Option<String>,
    /// Models that are in memory at the same time; a further one pushes the longest loaded out.
    pub holds: u32,
    /// A machine's real moods: the speed of each moment beside the usual one. Every speed request, of whichever model, is the next
    /// moment; after the last comes the first again.
    pub moments: Vec<Moment>,
    /// Faults of the engine itself or of all models.
    pub faults: Vec<Fault>,
    pub models: Vec<ScriptedModel>,
}

impl Default for Script {
    fn default() -> Self {
        Self { seed: 1, time_scale: 1.0, version: None, holds: 1, moments: Vec::new(), faults: Vec::new(), models: Vec::new() }
    }
}

/// How fast a machine was for as long as one trial: 1 is as usual, 0.9 a tenth slower.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    pub decode: f64,
    pub prefill: f64,
}

impl Moment {
    /// Whether both are speeds that something can have.
    fn is_possible(self) -> bool {
        [self.decode, self.prefill].iter().all(|factor| factor.is_finite() && *factor > 0.0)
    }
}

/// One model and how it behaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedModel {
    pub model: ModelRef,
    #[serde(default)]
    pub facts: ModelFacts,
    /// Whether the engine has it; else it can be pulled.
    #[serde(default = "yes")]
    pub installed: bool,
    /// Tokens a second while writing.
    pub decode_tps: f64,
    /// Tokens a second while reading the prompt.
    pub prefill_tps: f64,
    /// Relative deviation of both speeds from trial to trial: 0.01 is 1 %.
    #[serde(default)]
    pub noise: f64,
    #[serde(default)]
    pub load_ms: f64,
    /// What it takes when loaded.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
    #[serde(default)]
    pub vram_bytes: Option<u64>,
    /// The context that it really sets up, however large a one is asked for.
    #[serde(default)]
    pub context_tokens: Option<u32>,
    /// A larger context ends in an out-of-memory failure.
    #[serde(default)]
    pub most_context_tokens: Option<u32>,
    /// Requests that are worked on at the same time, while others wait; any number where none is given. Waits for a slot are real ones, so
    /// that figures agree with them only at a `time_scale` of 1.
    #[serde(default)]
    pub slots: Option<u32>,
    /// Tokens of an answer to a chat; the limit of the request cuts it.
    #[serde(default = "answer_tokens")]
    pub answer_tokens: u32,
    /// What it answers to chats, in turn; words without meaning where none is given.
    #[serde(default)]
    pub answers: Vec<String>,
    /// Tokens of thinking before an answer.
    #[serde(default)]
    pub thinking_tokens: u32,
    #[serde(default = "pull_speed")]
    pub pull_bytes_per_s: f64,
    /// The share of a pull (0–1) at which a part fails, so that a twentieth of the file is fetched again.
    #[serde(default)]
    pub pull_falls_at: Option<f64>,
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub at: Stage,
    /// What it looks like: each cause is played with its real signature. An answer that is empty, spent on thinking, degenerate or cut
    /// off by its template has a final record; a stream that ends early has none; a stall says nothing more.
    pub cause: CauseKind,
    #[serde(default)]
    pub detail: String,
    /// Which occasions it strikes, counted from 0 for each stage and model; all where none is given.
    #[serde(default)]
    pub only: Vec<u32>,
    /// How much of a pull or a stream goes well before, 0–1.
    #[serde(default)]
    pub after: f64,
}

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Describe,
    List,
    Pull,
    Load,
    /// A synthetic prompt.
    Speed,
    /// A chat.
    Answer,
    Unload,
    Delete,
}

impl Fault {
    pub(super) fn strikes(&self, at: Stage, occasion: u32) -> bool {
        self.at == at && (self.only.is_empty() || self.only.contains(&occasion))
    }

    pub(super) fn to_cause(&self) -> Cause {
        Cause::new(self.cause, self.detail.clone())
    }
}

/// A script that can't be played, with the line where that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the script can't be played: {0}")]
pub struct BadScript(pub String);

impl Script {
    pub fn from_toml(text: &str) -> Result<Self, BadScript> {
        toml::from_str(text).map_err(|error| BadScript(error.to_string())).and_then(Self::checked)
    }

    pub fn from_json(text: &str) -> Result<Self, BadScript> {
        serde_json::from_str(text).map_err(|error| BadScript(error.to_string())).and_then(Self::checked)
    }

    fn checked(self) -> Result<Self, BadScript> {
        let refuse = |reason: String| Err(BadScript(reason));
        if !(0.0..=1000.0).contains(&self.time_scale) {
            return refuse(format!("time_scale is {}; it must be 0 to 1000", self.time_scale));
        }
        if let Some(at) = self.moments.iter().position(|moment| !moment.is_possible()) {
            return refuse(format!("moment {} is not above 0", at + 1));
        }
        for model in &self.models {
            let name = &model.model;
            let speeds = [model.decode_tps, model.prefill_tps, model.pull_bytes_per_s];
            if !speeds.iter().all(|speed| speed.is_finite() && *speed > 0.0) {
                return refuse(format!("{name}: every speed must be above 0"));
            }
            if !(0.0..=MAX_NOISE).contains(&model.noise) {
                return refuse(format!("{name}: noise is {}; it must be 0 to {MAX_NOISE}", model.noise));
            }
            if model.slots == Some(0) {
                return refuse(format!("{name}: slots is 0; a model without a slot would never answer"));
            }
            if !(0.0..=MAX_LOAD_MS).contains(&model.load_ms) {
                return refuse(format!("{name}: load_ms is {}; it must be 0 to {MAX_LOAD_MS}", model.load_ms));
            }
        }
        let mut faults = self.faults.iter().chain(self.models.iter().flat_map(|model| &model.faults));
        if let Some(fault) = faults.find(|fault| !(0.0..=1.0).contains(&fault.after)) {
            return refuse(format!("a fault's after is {}; it must be 0 to 1", fault.after));
        }
        Ok(self)
    }
}

/// The noise never leaves six deviations, and a speed must stay above 0.
const MAX_NOISE: f64 = 0.15;
/// One day.
const MAX_LOAD_MS: f64 = 86_400_000.0;

fn yes() -> bool {
    true
}

fn answer_tokens() -> u32 {
    96
}

/// A home's usual connection: 25 MB/s.
fn pull_speed() -> f64 {
    25e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_back_as_it_was_written() {
        let script = Script::from_toml(super::super::SEED_LADDER).unwrap();
        assert_eq!(Script::from_toml(&toml::to_string(&script).unwrap()).unwrap(), script);
        assert_eq!(Script::from_json(&serde_json::to_string(&script).unwrap()).unwrap(), script);
    }

    #[test]
    fn a_bad_script_is_refused_with_its_reason() {
        let model = |rest: &str| format!("[[models]]\nmodel = \"a\"\ndecode_tps = 1.0\nprefill_tps = 1.0\n{rest}");
        for (text, word) in [
            ("sed = 1".to_owned(), "line 1"),
            (model("noise = 0.5"), "noise"),
            (model("load_ms = -1.0"), "load_ms"),
            (model("pull_bytes_per_s = 0.0"), "speed"),
            (model("[[models.faults]]\nat = \"answer\"\ncause = \"stalled\"\nafter = 2.0"), "after"),
            (model("[[models.faults]]\nat = \"answer\"\ncause = \"bad_luck\""), "bad_luck"),
            ("time_scale = -1.0".to_owned(), "time_scale"),
            ("moments = [{ decode = 1.0, prefill = 1.0 }, { decode = 0.0, prefill = 1.0 }]".to_owned(), "moment 2"),
        ] {
            let error = Script::from_toml(&text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
