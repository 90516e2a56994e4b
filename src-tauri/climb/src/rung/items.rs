//! The items of tasks that are put to one model, within its budget of time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use toprung_core::cause::Cause;
use toprung_core::output::split_thinking;
use toprung_core::task::estimate::REPEATED;
use toprung_core::task::score::answer_seconds;
use toprung_core::task::sequential::LOOKS;
use toprung_core::task::{Grade, GradeClass, ItemResult, Task};
use toprung_core::trial::{Outcome, TrialKind};
use toprung_engines::{LoadOptions, Prompt, Request};
use toprung_tasks::{Answer, Item, grade};

use super::{Halt, RungClimb, UNLOAD_LIMIT};
use crate::event::ClimbEvent;
use crate::measure::{self, Label, Told};
use crate::tasks::{Looked, THINKING_TOKENS, TaskWork, asked_of, needed_tokens};
use crate::voice::Stopped;

/// An engine that gives no answer so many times in a row gives none the next time.
const FAILURES_IN_A_ROW: usize = 3;
/// An item under way may overrun the budget by this share of it before it is dropped: most of what was begun ends within it.
const OVERRUN: f64 = 0.05;
/// A begun answer takes up to so much longer than the longest one of its task so far.
const LONGER_THAN_SEEN: f64 = 1.2;

/// The time that one model's items may take.
struct Clock {
    began: Instant,
    /// Spent at earlier visits.
    before_s: f64,
    budget_s: Option<f64>,
}

impl Clock {
    fn left_s(&self) -> f64 {
        self.budget_s.map_or(f64::INFINITY, |budget| budget - self.before_s - self.began.elapsed().as_secs_f64())
    }

    /// When an item under way is dropped; `None`: never.
    fn hard_limit(&self) -> Option<Duration> {
        let over = self.budget_s? * OVERRUN;
        Some(Duration::from_secs_f64((self.left_s() + over).max(0.0)))
    }
}

/// What is asked next.
struct Next<'a> {
    item: &'a Item,
    repeat: u32,
    number: usize,
    of: usize,
}

impl RungClimb<'_> {
    /// Asks the items of every task that this rung is to be asked, the tasks in turns, then some again to see whether verdicts hold.
    pub(crate) async fn items(&mut self) -> Result<(), Halt> {
        let Some(work) = self.setting.tasks.as_ref() else { return Ok(()) };
        let loading_s = self.rung.load.load_ms.unwrap_or(0.0) / 1e3;
        self.ask_items(work, loading_s, &BTreeMap::new()).await
    }

    /// Goes back to a model after the ladder and asks it up to so many items of these tasks. It fails without a word: what was asked
    /// before stands.
    pub(crate) async fn ask_more(mut self, targets: BTreeMap<Task, usize>) -> Result<(), Stopped> {
        let Some(work) = self.setting.tasks.as_ref() else { return Ok(()) };
        let loading_s = self.rung.load.load_ms.unwrap_or(0.0) / 1e3;
        if self.clock(work, 2.0 * loading_s).left_s() <= 0.0 {
            return Ok(());
        }
        self.voice.gate().await?;
        let options = LoadOptions { context_tokens: self.protocol.context_tokens };
        let model = self.rung.model.clone();
        self.voice.say(&ClimbEvent::Loading { rung: self.rung.position });
        let loaded = self.ask(self.engine().load(&model, &options)).await;
        let end = match loaded {
            Ok(_) => self.ask_items(work, 2.0 * loading_s, &targets).await,
            Err(halt) => Err(halt),
        };
        let _ = tokio::time::timeout(UNLOAD_LIMIT, self.engine().unload(&model)).await;
        match end {
            Err(Halt::Stopped) => Err(Stopped),
            Ok(()) | Err(Halt::Failed(_)) => Ok(()),
        }
    }

    fn clock(&self, work: &TaskWork, loading_s: f64) -> Clock {
        let asked_s: f64 = self.rung.items.iter().filter_map(answer_seconds).sum();
        Clock { began: Instant::now(), before_s: asked_s + loading_s, budget_s: work.budget.map(|budget| budget.as_secs_f64()) }
    }

    async fn ask_items(&mut self, work: &TaskWork, loading_s: f64, targets: &BTreeMap<Task, usize>) -> Result<(), Halt> {
        let clock = self.clock(work, loading_s);
        let (mut failures, mut looked) = (0, Looked::default());
        while let Some(next) = self.next_item(work, targets, &mut looked, clock.left_s()) {
            self.voice.gate().await?;
            let (rung, task) = (self.rung.position, next.item.task.clone());
            self.voice.say(&ClimbEvent::ItemStarted { rung, task, number: next.number as u32, of: next.of as u32 });
            let Some((result, cause)) = self.ask_item(work, &next, &clock).await? else { break };
            failures = if cause.is_some() { failures + 1 } else { 0 };
            self.rung.items.push(result.clone());
            self.voice.keep(ClimbEvent::ItemFinished { rung, result }).await?;
            if let Some(cause) = cause.filter(|cause| cause.is_hard() || failures >= FAILURES_IN_A_ROW) {
                return self.give_up(cause);
            }
        }
        Ok(())
    }

    /// A rung whose tasks alone were asked has failed when none was answered. Where its speed was measured too, that stands.
    fn give_up(&self, cause: Cause) -> Result<(), Halt> {
        let answered = self.rung.items.iter().any(|result| result.grade.class.counts());
        let is_all = self.protocol.speed.is_none() && self.protocol.answers == 0;
        if is_all && !answered { Err(Halt::Failed(cause)) } else { Ok(()) }
    }

    /// The item that is asked next: of the task that was asked least. Long texts wait until everything else had its first look. What is
    /// not expected to end in the time that is left is passed over.
    fn next_item<'a>(&self, work: &'a TaskWork, targets: &BTreeMap<Task, usize>, looked: &mut Looked, left_s: f64) -> Option<Next<'a>> {
        let mut rungs: Vec<_> = self.below.iter().filter(|rung| !rung.items.is_empty()).collect();
        rungs.push(&*self.rung);
        let own = rungs.len() - 1;
        let mut open: Vec<(usize, Next<'a>)> = Vec::new();
        for (task, items) in &work.tasks {
            let fitting: Vec<&Item> = items.iter().filter(|item| self.has_room_for(item)).collect();
            let asked = asked_of(task, self.rung);
            let of = match targets.is_empty() {
                true => looked.target(task, fitting.len(), &work.floors(task), &rungs, own),
                false => targets.get(task).copied().unwrap_or(0).min(fitting.len()),
            };
            let is_asked = |item: &Item| self.rung.items.iter().any(|result| result.item == item.id && result.repeat == 0);
            if let Some(item) = fitting.into_iter().find(|item| !is_asked(item)).filter(|_| asked < of) {
                let wait = if *task == Task::Needle { LOOKS[0] as usize } else { 0 };
                open.push((asked + wait, Next { item, repeat: 0, number: asked, of }));
            }
        }
        open.sort_by_key(|(order, _)| *order);
        let fits = |next: &Next<'_>| self.expected_s(next.item) <= left_s;
        let first = open.into_iter().map(|(_, next)| next).find(fits);
        first.or_else(|| self.next_repeat(work).filter(fits))
    }

    /// Once nothing new is asked, the first items of each task again.
    fn next_repeat<'a>(&self, work: &'a TaskWork) -> Option<Next<'a>> {
        let has = |item: &Item, repeat| self.rung.items.iter().any(|result| result.item == item.id && result.repeat == repeat);
        let again = |(_, items): &'a (Task, Vec<Item>)| {
            let firsts = items.iter().take(REPEATED as usize).enumerate();
            let mut open = firsts.filter(|(_, item)| item.task != Task::Needle && has(item, 0) && !has(item, 1));
            open.next().map(|(number, item)| Next { item, repeat: 1, number, of: REPEATED as usize })
        };
        work.tasks.iter().find_map(again)
    }

    fn has_room_for(&self, item: &Item) -> bool {
        let context = self.rung.load.context_tokens.unwrap_or(self.protocol.context_tokens);
        needed_tokens(item) <= context.min(self.rung.facts.context_length.unwrap_or(u32::MAX))
    }

    /// Seconds that an item may take by what was seen so far: its task's longest answer, else all of its tokens at this rung's speed.
    /// Zero where nothing was seen.
    fn expected_s(&self, item: &Item) -> f64 {
        let of_task = self.rung.items.iter().filter(|result| result.task == item.task && result.prompt.len() * 2 > item.prompt.len());
        let longest = of_task.filter_map(answer_seconds).fold(0.0, f64::max);
        if longest > 0.0 {
            return longest * LONGER_THAN_SEEN;
        }
        let median = |values: Vec<f64>| toprung_core::stats::median(&values);
        let decode = median(self.rung.items.iter().filter_map(|result| result.decode_tps).collect());
        let read = |result: &ItemResult| Some(f64::from(result.prompt_tokens?) / (result.ttft_ms? / 1e3)).filter(|tps| *tps > 0.0);
        let prefill = median(self.rung.items.iter().filter_map(read).collect());
        let seconds = |tokens: u32, tps: Option<f64>| tps.map_or(0.0, |tps| f64::from(tokens) / tps);
        let prompt_tokens = needed_tokens(item).saturating_sub(THINKING_TOKENS + item.max_output_tokens);
        seconds(item.max_output_tokens, decode) + seconds(prompt_tokens, prefill)
    }

    /// Asks and grades one item; `None` when the budget ended before its answer did. With the cause where the engine gave no answer.
    async fn ask_item(&self, work: &TaskWork, next: &Next<'_>, clock: &Clock) -> Result<Option<(ItemResult, Option<Cause>)>, Halt> {
        let thinks = self.rung.items.iter().any(|result| !result.thinking.is_empty());
        let asking = async {
            let mut told = self.tell(next.item, thinks).await?;
            // A model that turns out to think is given the room for it.
            if !thinks && told.hit_limit && (!told.thinking.is_empty() || told.answer.trim_start().starts_with("<think>")) {
                told = self.tell(next.item, true).await?;
            }
            let graded = self.grade(work, next.item, &told).await?;
            Ok::<_, Halt>((told, graded))
        };
        let (told, (grade, cause)) = match clock.hard_limit() {
            None => asking.await?,
            Some(limit) => match tokio::time::timeout(limit, asking).await {
                Err(_) => return Ok(None),
                Ok(done) => done?,
            },
        };
        Ok(Some((result_of(next, told, grade), cause)))
    }

    async fn tell(&self, item: &Item, thinks: bool) -> Result<Told, Halt> {
        let room = if thinks { THINKING_TOKENS } else { 0 };
        let request = Request {
            model: self.rung.model.clone(),
            prompt: Prompt::Chat(item.prompt.clone()),
            max_output_tokens: item.max_output_tokens + room,
            context_tokens: self.protocol.context_tokens,
        };
        let started_ms = self.offset_ms + self.epoch.elapsed().as_secs_f64() * 1e3;
        let context_tokens = self.rung.load.context_tokens.unwrap_or(request.context_tokens);
        // What the text is worth is the graders' to say: as a speed trial it is judged by the stream alone.
        let label = Label { started_ms, context_tokens, ..Label::plain(TrialKind::Speed, 0) };
        let mut writer = self.writer();
        Ok(self.voice.or_stop(measure::told(self.engine(), &request, label, |text| writer.write(text))).await?)
    }

    async fn grade(&self, work: &TaskWork, item: &Item, told: &Told) -> Result<(Grade, Option<Cause>), Halt> {
        if let Outcome::Failed(cause) = &told.trial.outcome {
            return Ok((Grade::new(GradeClass::EngineFailed, cause.to_string()), Some(cause.clone())));
        }
        let answer = Answer { text: told.answer.clone(), thinking: told.thinking.clone(), hit_limit: told.hit_limit };
        let graded = self.voice.or_stop(grade(item, &answer, work.runner.as_deref())).await?;
        Ok((graded, None))
    }
}

fn result_of(next: &Next<'_>, told: Told, grade: Grade) -> ItemResult {
    let (item, trial) = (next.item, told.trial);
    let capped = |text: &str| text.chars().take(measure::KEPT_OUTPUT_CHARS).collect::<String>();
    let inline = split_thinking(&told.answer).thinking;
    ItemResult {
        item: item.id.clone(),
        task: item.task.clone(),
        band: item.band,
        repeat: next.repeat,
        started_ms: trial.started_ms,
        prompt: item.prompt.clone(),
        thinking: capped(if told.thinking.is_empty() { inline } else { &told.thinking }),
        answer: capped(&told.answer),
        grade,
        ttft_ms: trial.ttft_ms,
        response_ms: trial.response_ms,
        prompt_tokens: trial.prompt_tokens,
        output_tokens: trial.output_tokens,
        decode_tps: trial.decode_tps,
    }
}
