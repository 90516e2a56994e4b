//! An engine that plays a script: the same figures every time, and any fault. For tests, and for building the window.
//!
//! Waits can be shortened by the script's `time_scale`. Time stamps stay the scripted ones, so that a climb that is played a hundred
//! times faster still measures what the script says.

mod script;
mod take;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::run::{LoadKind, LoadRecord};

pub use script::{BadScript, Fault, Moment, Script, ScriptedModel, Stage};

use crate::synthetic::SplitMix;
use crate::{
    Engine, EngineMemory, FinalRecord, Fragment, InstalledModel, LoadOptions, OnFragment, OnProgress, Prompt, PullProgress, Request, Result,
};
use take::{End, take};

/// The seed's ladder as a script: five rungs, of which the last answers one question in five.
pub const SEED_LADDER: &str = include_str!("seed.toml");

/// A model without a stated size is pulled as one of this many bytes.
const UNSTATED_BYTES: u64 = 100_000_000;
/// Progress reports of a pull.
const PULL_STEPS: u32 = 20;
/// Shorter waits are left out: a timer can't keep them.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// The scripted engine.
#[derive(Debug)]
pub struct Scripted {
    script: Script,
    state: Mutex<State>,
    /// Of the models that have a number of them.
    slots: HashMap<ModelRef, Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    installed: HashSet<ModelRef>,
    /// The longest loaded first.
    loaded: Vec<ModelRef>,
    /// Bytes of pulls that were cut off, which the next ones go on from.
    pulled: HashMap<ModelRef, u64>,
    /// How often each stage was reached, for each model.
    occasions: HashMap<(Stage, Option<ModelRef>), u32>,
    /// Moments that are over.
    moments: usize,
}

impl Scripted {
    pub fn new(script: Script) -> Self {
        let installed = script.models.iter().filter(|model| model.installed).map(|model| model.model.clone()).collect();
        let slots = script.models.iter().filter_map(|model| Some((model.model.clone(), Semaphore::new(model.slots? as usize)))).collect();
        Self { script, slots, state: Mutex::new(State { installed, ..State::default() }) }
    }

    /// An engine that plays the script in this text.
    pub fn from_toml(text: &str) -> std::result::Result<Self, BadScript> {
        Script::from_toml(text).map(Self::new)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A model that the script knows, installed or not.
    fn known(&self, model: &ModelRef) -> Result<&ScriptedModel> {
        let found = self.script.models.iter().find(|scripted| scripted.model == *model);
        found.ok_or_else(|| Cause::new(CauseKind::ModelNotFound, model.as_str()))
    }

    fn installed(&self, model: &ModelRef) -> Result<&ScriptedModel> {
        let scripted = self.known(model)?;
        match self.state().installed.contains(model) {
            true => Ok(scripted),
            false => Err(Cause::new(CauseKind::ModelNotFound, format!("{model} is not pulled"))),
        }
    }

    /// Counts an occasion, and gives its number and the fault that strikes it.
    fn occasion(&self, at: Stage, model: Option<&ScriptedModel>) -> (u32, Option<Fault>) {
        let occasion = {
            let mut state = self.state();
            let count = state.occasions.entry((at, model.map(|model| model.model.clone()))).or_default();
            *count += 1;
            *count - 1
        };
        let faults = model.map(|model| model.faults.as_slice()).unwrap_or_default().iter().chain(&self.script.faults);
        let fault = faults.into_iter().find(|fault| fault.strikes(at, occasion)).cloned();
        (occasion, fault)
    }

    /// Fails where a fault strikes this stage.
    fn pass(&self, at: Stage, model: Option<&ScriptedModel>) -> Result<()> {
        self.occasion(at, model).1.map_or(Ok(()), |fault| Err(fault.to_cause()))
    }

    /// Puts a model into memory, where the longest loaded one may have to leave; answers whether it was there already.
    fn hold(&self, model: &ModelRef) -> bool {
        let mut state = self.state();
        let was_there = state.loaded.contains(model);
        state.loaded.retain(|loaded| loaded != model);
        state.loaded.push(model.clone());
        let over = state.loaded.len().saturating_sub(self.script.holds.max(1) as usize);
        state.loaded.drain(..over);
        was_there
    }

    /// The model as fast as it is at this moment. A moment lasts until something was written: the prompt before that is in it.
    fn at_this_moment(&self, scripted: &ScriptedModel, request: &Request) -> ScriptedModel {
        let passed = {
            let mut state = self.state();
            let now = state.moments;
            state.moments += usize::from(request.max_output_tokens > 1);
            now
        };
        let mut now = scripted.clone();
        if let Some(moment) = self.script.moments.get(passed % self.script.moments.len().max(1)) {
            now.decode_tps *= moment.decode;
            now.prefill_tps *= moment.prefill;
        }
        now
    }

    /// Waits until so many scripted milliseconds after `start`.
    async fn wait(&self, start: Instant, scripted_ms: f64) {
        let until = start + Duration::from_secs_f64(scripted_ms / 1000.0 * self.script.time_scale);
        if until.saturating_duration_since(Instant::now()) >= SHORTEST_WAIT {
            tokio::time::sleep_until(until.into()).await;
        }
    }

    /// Noise that depends on nothing but the script, the model, the stage and the occasion.
    fn noise(&self, model: &ModelRef, at: Stage, occasion: u32) -> SplitMix {
        let parts = model.as_str().bytes().map(u64::from).chain([at as u64, u64::from(occasion)]);
        SplitMix::new(parts.fold(self.script.seed, |state, part| SplitMix::new(state ^ part).next()))
    }
}

#[async_trait]
impl Engine for Scripted {
    async fn describe(&self) -> Result<EngineDescription> {
        self.pass(Stage::Describe, None)?;
        let settings = vec![("time_scale".to_owned(), self.script.time_scale.to_string())];
        Ok(EngineDescription { kind: EngineKind::Scripted, version: self.script.version.clone(), url: None, settings })
    }

    async fn list(&self) -> Result<Vec<InstalledModel>> {
        self.pass(Stage::List, None)?;
        let state = self.state();
        let installed = self.script.models.iter().filter(|model| state.installed.contains(&model.model));
        Ok(installed.map(|model| InstalledModel { model: model.model.clone(), facts: model.facts.clone() }).collect())
    }

    async fn facts(&self, model: &ModelRef) -> Result<ModelFacts> {
        self.installed(model).map(|scripted| scripted.facts.clone())
    }

    async fn pull(&self, model: &ModelRef, progress: OnProgress<'_>) -> Result<()> {
        let scripted = self.known(model)?;
        let (_, fault) = self.occasion(Stage::Pull, Some(scripted));
        let total = scripted.facts.file_bytes.unwrap_or(UNSTATED_BYTES);
        let kept = self.state().pulled.get(model).copied().unwrap_or(0);
        let mut report = |status: &str, done_bytes, behind_bytes| {
            progress(PullProgress { status: status.to_owned(), done_bytes, total_bytes: Some(total), behind_bytes });
        };
        let start = Instant::now();
        for step in 0..=PULL_STEPS {
            let share = f64::from(step) / f64::from(PULL_STEPS);
            if let Some(fault) = fault.as_ref().filter(|fault| share >= fault.after) {
                return Err(fault.to_cause());
            }
            let done = kept.max((total as f64 * share) as u64);
            self.wait(start, (done - kept) as f64 / scripted.pull_bytes_per_s * 1000.0).await;
            self.state().pulled.insert(model.clone(), done);
            let falls =
                scripted.pull_falls_at.is_some_and(|at| share >= at && f64::from(step.saturating_sub(1)) / f64::from(PULL_STEPS) < at);
            report("downloading", done, if falls { total / u64::from(PULL_STEPS) } else { 0 });
        }
        let mut state = self.state();
        state.pulled.remove(model);
        state.installed.insert(model.clone());
        drop(state);
        report("success", total, 0);
        Ok(())
    }

    async fn load(&self, model: &ModelRef, options: &LoadOptions) -> Result<LoadRecord> {
        let scripted = self.installed(model)?;
        self.pass(Stage::Load, Some(scripted))?;
        if let Some(most) = scripted.most_context_tokens.filter(|most| options.context_tokens > *most) {
            let words = format!("{} tokens of context, where {most} fit", options.context_tokens);
            return Err(Cause::new(CauseKind::OutOfMemory, words));
        }
        self.wait(Instant::now(), scripted.load_ms).await;
        let kind = if self.hold(model) { LoadKind::Warm } else { LoadKind::Cold };
        Ok(LoadRecord {
            load_ms: Some(scripted.load_ms),
            kind: Some(kind),
            context_tokens: Some(scripted.context_tokens.unwrap_or(u32::MAX).min(options.context_tokens)),
            vram_bytes: scripted.vram_bytes,
            peak_memory_bytes: scripted.memory_bytes,
            ..LoadRecord::default()
        })
    }

    async fn generate(&self, request: &Request, on_fragment: OnFragment<'_>) -> Result<FinalRecord> {
        let scripted = self.installed(&request.model)?;
        // The semaphores are never closed, so that a slot is had in the end.
        let _slot = match self.slots.get(&request.model) {
            Some(slots) => slots.acquire().await.ok(),
            None => None,
        };
        let start = Instant::now();
        let stage = match request.prompt {
            Prompt::Synthetic { .. } => Stage::Speed,
            Prompt::Chat(_) => Stage::Answer,
        };
        let (occasion, fault) = self.occasion(stage, Some(scripted));
        let now = match stage {
            Stage::Speed => self.at_this_moment(scripted, request),
            _ => scripted.clone(),
        };
        let take = take(&now, request, occasion, fault.as_ref(), self.noise(&request.model, stage, occasion));
        let moment = |ms: f64| start + Duration::from_secs_f64(ms / 1000.0);
        for cue in take.cues {
            self.wait(start, cue.at_ms).await;
            on_fragment(Fragment { at: moment(cue.at_ms), kind: cue.kind, text: cue.text, tokens: Some(1) });
        }
        self.wait(start, take.end_ms).await;
        match take.end {
            End::Failure(cause) => Err(cause),
            End::Record { done, prompt_tokens, prompt_ms, output_tokens, decode_ms } => Ok(FinalRecord {
                at: moment(take.end_ms),
                done,
                prompt_tokens: Some(prompt_tokens),
                cached_prompt_tokens: Some(0),
                prompt_ms: Some(prompt_ms),
                output_tokens: Some(output_tokens),
                decode_ms: Some(decode_ms),
            }),
        }
    }

    async fn memory(&self, model: &ModelRef) -> EngineMemory {
        let is_loaded = self.state().loaded.contains(model);
        match self.known(model) {
            Ok(scripted) if is_loaded => {
                EngineMemory { peak_bytes: scripted.memory_bytes, vram_bytes: scripted.vram_bytes, ..EngineMemory::default() }
            }
            _ => EngineMemory::default(),
        }
    }

    async fn unload(&self, model: &ModelRef) -> Result<()> {
        self.pass(Stage::Unload, Some(self.installed(model)?))?;
        self.state().loaded.retain(|loaded| loaded != model);
        Ok(())
    }

    async fn loaded(&self) -> Option<Vec<ModelRef>> {
        Some(self.state().loaded.clone())
    }

    async fn delete(&self, model: &ModelRef) -> Result<()> {
        self.pass(Stage::Delete, Some(self.installed(model)?))?;
        self.state().installed.remove(model);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
