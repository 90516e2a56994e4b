//! Two variants measured against each other as a job: planned, started, stored as a run of two rungs, resumed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toprung_climb::{AbSetting, AbSide, ab};
use toprung_core::compare::MIN_TRIALS;
use toprung_core::model::{EngineDescription, EngineKind};
use toprung_core::plan::{Mode, protocol};
use toprung_core::run::{RunRecord, RungRecord};
use toprung_engines::Engine;

use crate::climb::{OnLive, RunningClimb, begun_run, go, setting};
use crate::engines::{EngineChoice, open_with_threads};
use crate::history::RunHeader;
use crate::home::Home;
use crate::ladders::LadderChoice;
use crate::lock::ClimbLock;
use crate::plan::{Choice, Plan, plan as plan_climb, warnings as plan_warnings};
use crate::problem::Problem;

/// What the ladder of such a run is called.
pub const LADDER: &str = "ab";

/// Numbers of pairs after which it is looked whether the ratio is known well enough. On a calm machine ten do; on one whose speed moves by
/// a tenth from trial to trial, forty.
pub const LOOKS: [u32; 5] = [10, 15, 20, 30, 40];

/// One variant as a person names it.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantChoice {
    pub model: String,
    pub engine: EngineChoice,
    /// Of the embedded engine; `None`: as many as it takes by itself.
    pub threads: Option<u32>,
    /// In tokens; `None`: the mode's.
    pub context_tokens: Option<u32>,
}

/// What a person wants to know.
#[derive(Debug, Clone, PartialEq)]
pub struct AbChoice {
    pub a: VariantChoice,
    pub b: VariantChoice,
    pub mode: Mode,
    /// Pairs of trials; `None`: as many as it takes to know the ratio, within [`LOOKS`].
    pub trials: Option<u32>,
    pub try_anyway: bool,
}

/// One variant that is ready to be measured.
pub struct VariantPlan {
    /// The model, and by what it differs from the other variant.
    pub title: String,
    pub plan: Plan,
    engine: Arc<dyn Engine>,
    setup: SideSetup,
}

/// An interleaved measurement that is ready to start.
pub struct AbPlan {
    pub variants: [VariantPlan; 2],
    /// Numbers of pairs after which it is looked whether they are enough; the last is the most that are made.
    pub looks: Vec<u32>,
    pub mode: Mode,
    pub download_bytes: u64,
    try_anyway: bool,
}

/// How a run was set up, as it is stored with it: what a resume and a comparison need to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) looks: Vec<u32>,
    pub(crate) sides: [SideSetup; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SideSetup {
    pub(crate) engine: EngineDescription,
    /// As it was chosen; the description says where it was reached.
    url: Option<String>,
    threads: Option<u32>,
    context_tokens: u32,
    reload: bool,
}

/// The stored event that holds the setup.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Ab(Setup),
}

/// Makes the plan. Fails on bad input, or where an engine does not answer.
pub async fn plan(home: &Home, choice: &AbChoice) -> Result<AbPlan, Problem> {
    check(choice)?;
    let (a, b) = (variant(home, &choice.a, choice).await?, variant(home, &choice.b, choice).await?);
    let one_server = a.setup.engine.kind == EngineKind::Ollama
        && (&a.setup.engine.kind, &a.setup.engine.url) == (&b.setup.engine.kind, &b.setup.engine.url);
    let one_model = a.plan.rungs.first().map(|rung| &rung.rung.model) == b.plan.rungs.first().map(|rung| &rung.rung.model);
    if one_server && one_model && a.setup.context_tokens != b.setup.context_tokens {
        return Err(Problem::input(
            "one_context_a_model",
            format!("{} holds a model with one context at a time, so two of them can't take turns.", EngineKind::Ollama.title()),
            "Measure one after the other and compare the runs, or use the embedded engine.",
        ));
    }
    let same_download = one_model && a.setup.engine.kind == b.setup.engine.kind && a.setup.engine.url == b.setup.engine.url;
    let download_bytes = a.plan.download_bytes + if same_download { 0 } else { b.plan.download_bytes };
    let mut variants = [a, b];
    for side in &mut variants {
        side.setup.reload = one_server && !one_model;
    }
    name(&mut variants);
    let looks = choice.trials.map_or_else(|| LOOKS.to_vec(), |trials| vec![trials]);
    Ok(AbPlan { variants, looks, mode: choice.mode, download_bytes, try_anyway: choice.try_anyway })
}

/// What a person should know of the engines before starting, each in a sentence.
pub fn warnings(plan: &AbPlan) -> Vec<String> {
    let mut warnings: Vec<String> = plan.variants.iter().flat_map(|variant| plan_warnings(&variant.plan)).collect();
    warnings.dedup();
    warnings
}

fn check(choice: &AbChoice) -> Result<(), Problem> {
    if let Some(trials) = choice.trials.filter(|trials| (*trials as usize) < MIN_TRIALS) {
        let what = format!("{trials} trials a side are too few for a verdict.");
        return Err(Problem::input("too_few_trials", what, format!("Ask for {MIN_TRIALS} or more.")));
    }
    let least = protocol(choice.mode).context_tokens;
    for variant in [&choice.a, &choice.b] {
        if variant.threads == Some(0) {
            return Err(Problem::input("no_threads", "0 threads can't compute anything.", "Ask for 1 or more."));
        }
        if variant.engine.kind == EngineKind::Openai && variant.context_tokens.is_some() {
            let what = "The context of an OpenAI-compatible server can't be set from here.";
            return Err(Problem::input("context_not_for_engine", what, "Set it where the server is started, and leave it out here."));
        }
        if let Some(tokens) = variant.context_tokens.filter(|tokens| *tokens < least) {
            let what = format!("A context of {tokens} tokens is below the {least} of this mode.");
            return Err(Problem::input("context_too_small", what, format!("Ask for {least} or more.")));
        }
    }
    Ok(())
}

async fn variant(home: &Home, variant: &VariantChoice, choice: &AbChoice) -> Result<VariantPlan, Problem> {
    let climb = Choice {
        engine: variant.engine.clone(),
        ladder: LadderChoice::Models(vec![variant.model.clone()]),
        mode: choice.mode,
        without_downloads: false,
        try_anyway: choice.try_anyway,
        sampling: true,
        tasks: None,
    };
    let mut plan = plan_climb(home, &climb).await?;
    if let Some(problem) = plan.problem.take() {
        return Err(problem);
    }
    // Each variant has an engine of its own: the embedded one holds a single model.
    let engine = open_with_threads(home, &variant.engine, variant.threads)?;
    plan.description = engine.describe().await?;
    let setup = SideSetup {
        engine: plan.description.clone(),
        url: variant.engine.url.clone(),
        threads: variant.threads,
        context_tokens: variant.context_tokens.unwrap_or(protocol(choice.mode).context_tokens),
        reload: false,
    };
    Ok(VariantPlan { title: String::new(), plan, engine, setup })
}

/// Names each variant by its letter, its model and whatever sets it apart from the other one.
fn name(variants: &mut [VariantPlan; 2]) {
    let model = |variant: &VariantPlan| variant.plan.rungs.first().map(|rung| rung.rung.title.clone()).unwrap_or_default();
    let apart = |of: fn(&SideSetup) -> Option<String>| {
        let [a, b] = &*variants;
        let (of_a, of_b) = (of(&a.setup), of(&b.setup));
        if of_a == of_b { [None, None] } else { [of_a, of_b] }
    };
    let engines = apart(|setup| Some(setup.engine.kind.title().to_owned()));
    let servers = if engines == [None, None] { apart(|setup| setup.engine.url.clone()) } else { [None, None] };
    let threads = apart(|setup| setup.threads.map(|threads| format!("{threads} threads")).or(Some("usual threads".to_owned())));
    let contexts = apart(|setup| Some(format!("context {}", setup.context_tokens)));
    let titles = ["A", "B"].into_iter().zip(variants.iter()).zip(engines).zip(servers).zip(threads).zip(contexts);
    let titles: Vec<String> = titles
        .map(|(((((letter, variant), engine), server), threads), context)| {
            let parts: Vec<String> = [Some(model(variant)), engine, server, threads, context].into_iter().flatten().collect();
            format!("{letter}: {}", parts.join(", "))
        })
        .collect();
    for (variant, title) in variants.iter_mut().zip(titles) {
        variant.title = title;
    }
}

/// Starts a planned measurement.
pub fn start(home: &Arc<Home>, plan: AbPlan, on_live: OnLive) -> Result<RunningClimb, Problem> {
    let lock = ClimbLock::take(home)?;
    let setup = Setup { looks: plan.looks.clone(), sides: plan.variants.each_ref().map(|variant| variant.setup.clone()) };
    let run = new_run(&plan);
    keep(home, &run, &setup)?;
    let engines = plan.variants.map(|variant| variant.engine);
    Ok(measure(home, run, &setup, Measuring { engines, try_anyway: plan.try_anyway, lock, on_live }))
}

/// Goes on with a stored measurement at its next pair.
pub(crate) async fn resume(
    home: &Arc<Home>,
    run: RunRecord,
    setup: Setup,
    lock: ClimbLock,
    on_live: OnLive,
) -> Result<RunningClimb, Problem> {
    let [a, b] = &setup.sides;
    let engines = [reopen(home, a).await?, reopen(home, b).await?];
    home.store().resume_run(&run.id).map_err(|error| error.to_cause())?;
    Ok(measure(home, run, &setup, Measuring { engines, try_anyway: false, lock, on_live }))
}

async fn reopen(home: &Home, side: &SideSetup) -> Result<Arc<dyn Engine>, Problem> {
    let choice = EngineChoice { kind: side.engine.kind, url: side.url.clone() };
    let engine = open_with_threads(home, &choice, side.threads)?;
    // An engine that is gone shows here, before anything is written.
    engine.describe().await?;
    Ok(engine)
}

struct Measuring {
    engines: [Arc<dyn Engine>; 2],
    try_anyway: bool,
    lock: ClimbLock,
    on_live: OnLive,
}

fn measure(home: &Arc<Home>, run: RunRecord, setup: &Setup, measuring: Measuring) -> RunningClimb {
    let [a, b] = measuring.engines;
    let side = |engine, setup: &SideSetup| AbSide {
        setting: setting(&run, vec![Arc::clone(&engine), engine], measuring.try_anyway),
        context_tokens: setup.context_tokens,
        reload: setup.reload,
    };
    let [of_a, of_b] = &setup.sides;
    let probes = toprung_hardware::probes_with_disk(home.folder());
    let ab_setting = AbSetting { sides: [side(a, of_a), side(b, of_b)], looks: setup.looks.clone() };
    go(home, run, measuring.lock, measuring.on_live, |mut run, control, sink| async move {
        ab(&mut run, ab_setting, probes, control, sink).await
    })
}

fn keep(home: &Home, run: &RunRecord, setup: &Setup) -> Result<(), Problem> {
    let event = serde_json::to_string(&Event::Ab(setup.clone()))
        .map_err(|error| Problem::world("not_saved", "The setup can't be stored.", "Report this.").with_detail(error.to_string()))?;
    let mut store = home.store();
    store.begin_run(run).and_then(|()| store.save_event(&run.id, 0.0, &event)).map_err(|error| error.to_cause())?;
    Ok(())
}

/// Whether a stored run measured two variants in turns, so that it holds a comparison of its own.
pub fn is_interleaved(home: &Home, run: &RunHeader) -> bool {
    run.ladder == LADDER && kept_setup(home, &run.id).is_ok_and(|setup| setup.is_some())
}

/// How a stored run was set up; `None` for one that is no interleaved measurement.
pub(crate) fn kept_setup(home: &Home, run: &str) -> Result<Option<Setup>, Problem> {
    let events = home.store().events(run).map_err(|error| error.to_cause())?;
    Ok(events.iter().find_map(|stored| serde_json::from_str(&stored.event).ok()).map(|Event::Ab(setup)| setup))
}

fn new_run(plan: &AbPlan) -> RunRecord {
    let rungs = plan.variants.iter().filter_map(|variant| Some((variant, &variant.plan.rungs.first()?.rung)));
    let [a, _] = &plan.variants;
    let rungs = rungs.zip(0..).map(|((variant, rung), position)| {
        let engine = (variant.setup.engine != a.setup.engine).then(|| variant.setup.engine.clone());
        RungRecord::waiting(position, rung.model.clone(), variant.title.clone(), rung.facts.clone(), engine)
    });
    begun_run(LADDER.to_owned(), plan.mode, a.setup.engine.clone(), rungs.collect())
}
