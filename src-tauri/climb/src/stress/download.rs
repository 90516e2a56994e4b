//! Several models are pulled at once; one that is there already may answer meanwhile.

mod neighbour;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinSet;
use toprung_core::cause::{Cause, CauseKind};
use toprung_core::model::ModelRef;
use toprung_core::plan::Shape;
use toprung_core::stress::download::{Cut, DownloadEnd, Point};
use toprung_engines::{Engine, PullProgress};

use super::stage::Stage;
use super::{Step, StressEvent};
use crate::voice::Stopped;

/// Readings of the record are this far apart: a line over half an hour needs no more.
const POINT_EVERY: Duration = Duration::from_secs(1);
/// A quick download has a reading at each such share of its bytes.
const POINT_EVERY_SHARE: f64 = 0.05;
/// The load average moves every five seconds.
const LOAD_EVERY: Duration = Duration::from_secs(5);
/// The share of a download at which the test cuts it: late enough to have something to lose, early enough to see it go on.
const CUT_AT: f64 = 0.4;
/// How long a cut lasts: long enough for a server to notice that nobody listens any more.
const CUT_PAUSE: Duration = Duration::from_secs(1);
/// How often a download that broke is begun again, and the wait before.
const MOST_RESUMES: u32 = 5;
const RESUME_PAUSE: Duration = Duration::from_secs(2);

/// What is pulled.
pub struct DownloadWork {
    pub engine: Arc<dyn Engine>,
    pub models: Vec<ModelRef>,
    /// Cut the first download once, to see that it goes on from what it had.
    pub cut: bool,
    /// A model that answers before and meanwhile, its requests' shape, and its context in tokens.
    pub neighbour: Option<(ModelRef, Shape, u32)>,
}

pub(super) async fn run(stage: &Arc<Stage>, work: DownloadWork) -> Result<(), Stopped> {
    let end = stage.or_stop(go(stage, &work)).await;
    if let Some((model, ..)) = &work.neighbour {
        stage.unload(work.engine.as_ref(), model).await;
    }
    end
}

async fn go(stage: &Arc<Stage>, work: &DownloadWork) {
    let neighbour = neighbour::ready(stage, work).await;
    stage.doing(Step::Downloading);
    // Dropping the set ends the pulls: nothing is downloaded behind a person's back.
    let mut pulls = JoinSet::new();
    for (number, model) in (0..).zip(&work.models) {
        let cut = work.cut && number == 0;
        let pull = Pull { stage: Arc::clone(stage), engine: Arc::clone(&work.engine), model: model.clone(), number, cut };
        pulls.spawn(pull.run());
    }
    let all = async { while pulls.join_next().await.is_some() {} };
    tokio::select! {
        () = all => {}
        () = tell_load(stage) => {}
        () = neighbour::answer(stage, work, neighbour) => {}
    }
}

/// Says the system's load for as long as it is polled.
async fn tell_load(stage: &Stage) {
    let mut tick = tokio::time::interval(LOAD_EVERY);
    loop {
        tick.tick().await;
        if let Some(load) = stage.load_average() {
            stage.say(&StressEvent::LoadAverage { at_ms: stage.at_ms(), load });
        }
    }
}

/// One model's download.
struct Pull {
    stage: Arc<Stage>,
    engine: Arc<dyn Engine>,
    model: ModelRef,
    number: u32,
    /// It is still to be cut.
    cut: bool,
}

/// How one connection ended.
enum Ended {
    Whole,
    Broke(Cause),
    CutByHand,
}

impl Pull {
    async fn run(mut self) {
        let mut seen = Seen::default();
        let mut resumes = 0;
        let end = loop {
            match self.once(&mut seen).await {
                Ended::Whole => {
                    self.count_the_rest(&mut seen);
                    break DownloadEnd::Complete;
                }
                Ended::CutByHand => {
                    self.cut = false;
                    self.was_cut(&mut seen, None);
                    tokio::time::sleep(CUT_PAUSE).await;
                }
                Ended::Broke(cause) if resumes < MOST_RESUMES && is_passing(&cause) => {
                    resumes += 1;
                    self.was_cut(&mut seen, Some(cause));
                    tokio::time::sleep(RESUME_PAUSE).await;
                }
                Ended::Broke(cause) => break DownloadEnd::Failed(cause),
            }
        };
        let digest = match end {
            DownloadEnd::Complete => self.engine.facts(&self.model).await.ok().and_then(|facts| facts.digest),
            DownloadEnd::Failed(_) => None,
        };
        self.stage.say(&StressEvent::PullEnded { model: self.number, end, digest });
    }

    /// Pulls until the end, a break, or the test's own cut.
    async fn once(&self, seen: &mut Seen) -> Ended {
        let far_enough = Notify::new();
        let mut on_progress = |progress: PullProgress| {
            let share = progress.total_bytes.filter(|total| *total > 0).map_or(0.0, |total| progress.done_bytes as f64 / total as f64);
            if self.cut && (CUT_AT..1.0).contains(&share) {
                far_enough.notify_one();
            }
            self.heard(seen, progress);
        };
        tokio::select! {
            biased;
            () = far_enough.notified() => Ended::CutByHand,
            end = self.engine.pull(&self.model, &mut on_progress) => match end {
                Ok(()) => Ended::Whole,
                Err(cause) => Ended::Broke(cause),
            },
        }
    }

    /// An engine may say that it is done without having told of the last bytes: what is whole is counted whole.
    fn count_the_rest(&self, seen: &mut Seen) {
        if let Some(total) = seen.total_bytes.filter(|_| !seen.is_whole) {
            let status = "success".to_owned();
            self.heard(seen, PullProgress { status, done_bytes: total, total_bytes: Some(total), behind_bytes: 0 });
        }
    }

    fn was_cut(&self, seen: &mut Seen, cause: Option<Cause>) {
        seen.waits_to_resume = true;
        let cut = Cut { at_ms: self.stage.at_ms(), done_bytes: seen.done_bytes, cause, resumed: None };
        self.stage.say(&StressEvent::Cut { model: self.number, cut });
    }

    fn heard(&self, seen: &mut Seen, progress: PullProgress) {
        let at_ms = self.stage.at_ms();
        let PullProgress { status, done_bytes, total_bytes, behind_bytes } = progress;
        if seen.waits_to_resume {
            // Until its first byte is counted, a pull that goes on has only looked at what there is.
            if done_bytes == 0 {
                return;
            }
            seen.waits_to_resume = false;
            self.stage.say(&StressEvent::Resumed { model: self.number, at_ms, done_bytes });
        }
        seen.total_bytes = total_bytes.or(seen.total_bytes);
        let is_whole = Some(done_bytes) == total_bytes && !seen.is_whole;
        let is_far = total_bytes.is_some_and(|total| done_bytes.saturating_sub(seen.kept_bytes) as f64 >= total as f64 * POINT_EVERY_SHARE);
        let is_due = seen.kept.is_none_or(|kept| kept.elapsed() >= POINT_EVERY);
        let keep = is_whole || is_far || is_due || behind_bytes != seen.behind_bytes;
        (seen.done_bytes, seen.behind_bytes, seen.is_whole) = (done_bytes, behind_bytes, seen.is_whole || is_whole);
        if keep {
            (seen.kept, seen.kept_bytes) = (Some(Instant::now()), done_bytes);
        }
        let point = Point { at_ms, done_bytes, behind_bytes };
        self.stage.say(&StressEvent::Pulled { model: self.number, status, point, total_bytes, keep });
    }
}

/// What was heard of a download so far.
#[derive(Default)]
struct Seen {
    done_bytes: u64,
    behind_bytes: u64,
    total_bytes: Option<u64>,
    is_whole: bool,
    kept: Option<Instant>,
    kept_bytes: u64,
    waits_to_resume: bool,
}

/// Another try may mend a broken line, and nothing else.
fn is_passing(cause: &Cause) -> bool {
    matches!(cause.kind, CauseKind::DownloadFailed | CauseKind::EngineUnreachable)
}
