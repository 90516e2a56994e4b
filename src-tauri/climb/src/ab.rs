//! Two variants measured against each other: A B B A A B B A …, so that whatever the machine does meets both alike.
//!
//! Both are loaded and warmed up before the first trial, and idle while the other is measured. Trials of the same
//! number are a pair: they stood next to each other in time, and are compared with each other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use toprung_core::cause::{Cause, CauseKind};
use toprung_core::compare::{Design, Figure, figures, is_precise};
use toprung_core::plan::{Protocol, protocol};
use toprung_core::run::{RunRecord, RungStatus};
use toprung_core::stopping::Parts;
use toprung_core::summary::{commonest_cause, timing_trials};
use toprung_core::trial::{Trial, TrialKind};
use toprung_engines::LoadOptions;
use toprung_hardware::Probe;

use crate::control::Control;
use crate::event::{ClimbEnd, ClimbEvent, EventSink};
use crate::ladder::{Setting, clock_so_far, sample};
use crate::measure::Label;
use crate::prompts::ANSWER_PROMPTS;
use crate::rung::{FAILED_TRIALS_IN_A_ROW, Halt, RungClimb, UNLOAD_LIMIT};
use crate::voice::{Stopped, Voice};

/// One variant.
pub struct AbSide {
    pub setting: Setting,
    pub context_tokens: u32,
    /// Load it again before each trial, outside the timed window: a server that both variants share may have put it
    /// aside for the other one.
    pub reload: bool,
}

/// What an interleaved measurement works with: rungs 0 and 1 of the run are A and B.
pub struct AbSetting {
    pub sides: [AbSide; 2],
    /// Numbers of pairs at which the stopping rule looks; the last is the most that are made.
    pub looks: Vec<u32>,
}

/// Measures both variants until there are as many pairs as wanted, or until stopped.
///
/// `run` comes back with everything that was measured; the sink has heard the same, event by event.
pub async fn ab(
    run: &mut RunRecord,
    setting: AbSetting,
    probes: Vec<Box<dyn Probe>>,
    control: Control,
    sink: Arc<dyn EventSink>,
) -> ClimbEnd {
    let voice = Voice::new(sink, control);
    let (offset_ms, epoch) = (clock_so_far(run), Instant::now());
    let protocols = setting.sides.each_ref().map(|side| Protocol { context_tokens: side.context_tokens, ..protocol(run.mode) });
    let sampler = sample(probes, &voice, offset_ms);
    let rungs = run.rungs.iter_mut().zip(&protocols).zip(&setting.sides);
    let mut sides: Vec<Variant<'_>> = rungs
        .map(|((rung, protocol), AbSide { setting, reload, .. })| Variant {
            climb: RungClimb { setting, protocol, voice: &voice, rung, below: &[], offset_ms, epoch },
            reload: *reload,
        })
        .collect();
    let end = climb_both(&mut sides, &setting.looks).await;
    drop(sampler);
    match end {
        Ok(()) => ClimbEnd::Finished,
        Err(Stopped) => ClimbEnd::Stopped,
    }
}

/// One variant while it is measured.
struct Variant<'a> {
    climb: RungClimb<'a>,
    reload: bool,
}

async fn climb_both(sides: &mut [Variant<'_>], looks: &[u32]) -> Result<(), Stopped> {
    let end = measure(sides, looks).await;
    for Variant { climb, .. } in sides.iter() {
        let _ = tokio::time::timeout(UNLOAD_LIMIT, climb.engine().unload(&climb.rung.model)).await;
    }
    let failed = match end {
        Ok(()) => None,
        Err((_, Halt::Stopped)) => return Err(Stopped),
        Err((at, Halt::Failed(cause))) => Some((at, cause)),
    };
    for (at, side) in sides.iter_mut().enumerate() {
        let cause = failed.as_ref().filter(|(failed, _)| *failed == at).map(|(_, cause)| cause.clone());
        side.end(cause).await?;
    }
    Ok(())
}

/// The position of the variant that ended it, with why.
type HaltAt = (usize, Halt);

async fn measure(sides: &mut [Variant<'_>], looks: &[u32]) -> Result<(), HaltAt> {
    for (at, side) in sides.iter_mut().enumerate() {
        side.prepare().await.map_err(|halt| (at, halt))?;
    }
    while let Some(index) = next_pair(sides, looks) {
        // B goes first in every second pair: what comes right after the other's trial is then each as often.
        let order = if index % 2 == 0 { [0, 1] } else { [1, 0] };
        for at in order {
            let Some(side) = sides.get_mut(at) else { continue };
            side.trial(index, looks).await.map_err(|halt| (at, halt))?;
        }
    }
    for side in sides {
        side.climb.note_memory().await;
    }
    Ok(())
}

/// The number of the next pair; `None` when the ratio is known well enough, when there are as many as there may be, or when one variant
/// fails again and again. A trial that lost its partner to a crash or a stop stays without one: a partner made later would not have stood
/// next to it.
fn next_pair(sides: &[Variant<'_>], looks: &[u32]) -> Option<u32> {
    let made: Vec<BTreeSet<u32>> = sides.iter().map(|side| side.made().map(|trial| trial.index).collect()).collect();
    let [a, b] = made.as_slice() else { return None };
    let given_up = sides.iter().any(|side| {
        let outcomes: Vec<bool> = side.made().map(Trial::is_success).collect();
        outcomes.iter().rev().take_while(|success| !**success).count() >= FAILED_TRIALS_IN_A_ROW
    });
    let pairs = a.intersection(b).count() as u32;
    let next = a.iter().chain(b).max().map_or(0, |last| last + 1);
    let enough = looks.last().is_none_or(|most| pairs >= *most) || (looks.contains(&pairs) && is_known(sides));
    (!enough && !given_up).then_some(next)
}

/// Whether the figure that the measurement is for has a narrow interval: the decode speed, or the response time where there is none.
fn is_known(sides: &[Variant<'_>]) -> bool {
    let [a, b] = sides else { return false };
    let compared = figures(a.climb.rung, b.climb.rung, Design::Interleaved);
    let of = |figure| compared.iter().find(|one| one.figure == figure);
    of(Figure::Decode).or_else(|| of(Figure::Response)).is_some_and(|one| is_precise(&one.compared.ratio))
}

impl Variant<'_> {
    fn kind(&self) -> TrialKind {
        if self.climb.protocol.speed.is_some() { TrialKind::Speed } else { TrialKind::Answer }
    }

    fn made(&self) -> impl Iterator<Item = &Trial> {
        self.climb.trials_of(self.kind())
    }

    /// Everything before the first trial.
    async fn prepare(&mut self) -> Result<(), Halt> {
        let climb = &mut self.climb;
        climb.voice.gate().await?;
        climb.voice.keep(ClimbEvent::RungStarted { rung: climb.rung.position }).await?;
        climb.rung.status = RungStatus::Running;
        climb.ensure_present().await?;
        if let Some(words) = climb.too_large() {
            return Err(Halt::Failed(Cause::new(CauseKind::DoesNotFit, words)));
        }
        climb.load().await?;
        climb.rung.load.warm_up_ms = Some(climb.warm_up().await?);
        Ok(())
    }

    async fn trial(&mut self, index: u32, looks: &[u32]) -> Result<(), Halt> {
        let kind = self.kind();
        let climb = &mut self.climb;
        climb.begin_trial(kind, index, looks.first().copied(), looks.last().copied()).await?;
        if self.reload {
            let options = LoadOptions { context_tokens: climb.protocol.context_tokens };
            climb.ask(climb.engine().load(&climb.rung.model, &options)).await?;
        }
        let trial = match kind {
            TrialKind::Speed => climb.speed_trial(kind, index, Parts::BOTH).await?,
            _ => {
                let prompt = ANSWER_PROMPTS.get(index as usize % ANSWER_PROMPTS.len()).copied().unwrap_or_default();
                climb.one(&climb.answer_request(prompt, climb.protocol.answer_tokens), Label::plain(kind, index)).await?
            }
        };
        climb.keep_trial(trial).await
    }

    /// Says how the variant stands: it failed, or it was measured as far as its trials go.
    async fn end(&mut self, cause: Option<Cause>) -> Result<(), Stopped> {
        let rung = &mut *self.climb.rung;
        let nothing_timed = timing_trials(rung).is_empty();
        let cause = cause.or_else(|| commonest_cause(rung).filter(|_| nothing_timed));
        rung.status = match cause {
            Some(cause) => RungStatus::Failed(cause),
            None if nothing_timed => RungStatus::LeftOut("the other variant failed first".to_owned()),
            None => RungStatus::Measured,
        };
        let event = ClimbEvent::RungFinished { rung: rung.position, status: rung.status.clone(), load: rung.load.clone() };
        self.climb.voice.keep(event).await
    }
}
