//! An engine whose models answer items: rightly as often as they are told to, at the pace that they are told to.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::{EngineDescription, EngineKind, ModelFacts, ModelRef};
use toprung_core::run::LoadRecord;
use toprung_engines::{
    DoneReason, Engine, EngineMemory, FinalRecord, Fragment, FragmentKind, InstalledModel, LoadOptions, OnFragment, OnProgress, Prompt,
    Request, Result,
};
use toprung_tasks::Item;

/// How a model behaves.
#[derive(Clone, Default)]
pub(crate) struct Pupil {
    /// Of ten items, it answers so many rightly, always the same ones.
    pub(crate) right_of_ten: u64,
    pub(crate) pace: Duration,
    /// Thinks for so many tokens before each answer.
    pub(crate) thinks: u32,
    /// Gives no answer at all.
    pub(crate) fails: bool,
}

pub(crate) struct School {
    examples: BTreeMap<String, String>,
    pupils: BTreeMap<String, Pupil>,
    /// Model and prompt of every request, in their order.
    pub(crate) asked: Mutex<Vec<(String, String)>>,
    pub(crate) loads: Mutex<Vec<String>>,
}

impl School {
    pub(crate) fn new(items: impl Iterator<Item = Item>, pupils: &[(&str, Pupil)]) -> Self {
        Self {
            examples: items.map(|item| (item.prompt, item.example)).collect(),
            pupils: pupils.iter().map(|(name, pupil)| ((*name).to_owned(), pupil.clone())).collect(),
            asked: Mutex::default(),
            loads: Mutex::default(),
        }
    }

    fn answer(&self, pupil: &Pupil, prompt: &str) -> String {
        let digest =
            prompt.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let knows = (digest >> 20) % 10 < pupil.right_of_ten;
        let example = self.examples.get(prompt).filter(|_| knows);
        example.cloned().unwrap_or_else(|| "I would rather talk about the weather today.".to_owned())
    }
}

#[async_trait]
impl Engine for School {
    async fn describe(&self) -> Result<EngineDescription> {
        Ok(EngineDescription { kind: EngineKind::Scripted, version: None, url: None, settings: Vec::new() })
    }
    async fn list(&self) -> Result<Vec<InstalledModel>> {
        Ok(Vec::new())
    }
    async fn facts(&self, _: &ModelRef) -> Result<ModelFacts> {
        Ok(ModelFacts::default())
    }
    async fn pull(&self, _: &ModelRef, _: OnProgress<'_>) -> Result<()> {
        Ok(())
    }
    async fn load(&self, model: &ModelRef, _: &LoadOptions) -> Result<LoadRecord> {
        self.loads.lock().unwrap().push(model.to_string());
        Ok(LoadRecord::default())
    }
    async fn generate(&self, request: &Request, on_fragment: OnFragment<'_>) -> Result<FinalRecord> {
        let Prompt::Chat(prompt) = &request.prompt else { return Err(Cause::new(CauseKind::EngineCrashed, "not a chat")) };
        self.asked.lock().unwrap().push((request.model.to_string(), prompt.clone()));
        let pupil = self.pupils.get(request.model.as_str()).cloned().unwrap_or_default();
        let mut say = |kind, text: String| on_fragment(Fragment { at: Instant::now(), kind, text, tokens: Some(1) });
        let is_an_item = self.examples.contains_key(prompt);
        if is_an_item {
            tokio::time::sleep(pupil.pace).await;
        }
        if pupil.fails && is_an_item {
            return Err(Cause::new(CauseKind::StreamEndedEarly, "after 0 tokens"));
        }
        let is_cut = pupil.thinks > 0 && request.max_output_tokens < pupil.thinks;
        if pupil.thinks > 0 {
            say(FragmentKind::Thinking, "Let me see …".to_owned());
        }
        if !is_cut {
            say(FragmentKind::Answer, self.answer(&pupil, prompt));
        }
        let done = if is_cut { DoneReason::Length } else { DoneReason::Stop };
        let at = Instant::now();
        Ok(FinalRecord {
            at,
            done,
            prompt_tokens: None,
            cached_prompt_tokens: None,
            prompt_ms: None,
            output_tokens: Some(12),
            decode_ms: None,
        })
    }
    async fn memory(&self, _: &ModelRef) -> EngineMemory {
        EngineMemory::default()
    }
    async fn unload(&self, _: &ModelRef) -> Result<()> {
        Ok(())
    }
    async fn delete(&self, _: &ModelRef) -> Result<()> {
        Ok(())
    }
}
