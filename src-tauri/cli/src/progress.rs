//! A climb on a terminal: one line per rung as it ends, and a bar for what is going on.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use toprung_core::cause::{Cause, CauseKind};
use toprung_jobs::ClimbEvent;
use toprung_jobs::climb::OnLive;
use toprung_jobs::format;
use toprung_jobs::live::{Live, LiveRung, RungState};

use crate::climb::SAVE_AGAIN_EVERY;
use crate::tell;

/// The bar counts thousandths of the climb.
const STEPS: u64 = 1_000;
/// Drawn at most this often: the screen is quiet while a window is timed.
const DRAWS_PER_SECOND: u8 = 2;

pub(crate) struct Progress {
    bar: ProgressBar,
    /// A result waits to be saved, and that has been said.
    is_waiting: AtomicBool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
        // The template is a constant: the default style is only there for the type.
        let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("━╸─"));
        Self { bar, is_waiting: AtomicBool::new(false) }
    }

    pub(crate) fn listener(self) -> OnLive {
        Box::new(move |live, event| {
            self.hear(live, event);
            // A line of text is written at once.
            Duration::ZERO
        })
    }

    fn hear(&self, live: &Live, event: &ClimbEvent) {
        for line in [self.saving_line(event), lasting_line(live, event)].into_iter().flatten() {
            self.print(&line);
        }
        self.bar.set_position((live.progress() * STEPS as f64) as u64);
        self.bar.set_message(now(live));
        let all_over = live.rungs.iter().all(|rung| rung.state.is_over());
        if all_over {
            self.bar.finish_and_clear();
        }
    }

    /// Says once that a result can't be saved, and once that it could be: it is tried again and again in between.
    fn saving_line(&self, event: &ClimbEvent) -> Option<String> {
        match event {
            ClimbEvent::SaveFailed { cause } if !self.is_waiting.swap(true, Relaxed) => Some(waiting(cause)),
            // These are told only after they were saved.
            ClimbEvent::FactsKnown { .. }
            | ClimbEvent::RungStarted { .. }
            | ClimbEvent::TrialFinished { .. }
            | ClimbEvent::ItemFinished { .. }
            | ClimbEvent::RungFinished { .. } => self.is_waiting.swap(false, Relaxed).then(|| "  saved; going on".to_owned()),
            _ => None,
        }
    }

    /// With no terminal there is no bar, and the lines alone tell the story.
    fn print(&self, line: &str) {
        if self.bar.is_hidden() {
            tell(line);
        } else {
            self.bar.println(line);
        }
    }
}

fn waiting(cause: &Cause) -> String {
    let mend = if cause.kind == CauseKind::DiskFull { "Free some space" } else { "Check the data folder and its disk" };
    let every = format::duration(SAVE_AGAIN_EVERY.as_secs_f64());
    format!("  paused: {cause} {mend}: saving is tried again every {every}. Ctrl+C stops and keeps what is saved.")
}

/// What stays on the screen.
fn lasting_line(live: &Live, event: &ClimbEvent) -> Option<String> {
    match event {
        ClimbEvent::RungStarted { rung } => {
            let rung_now = live.rungs.get(*rung as usize)?;
            Some(format!("  {}/{}  {} …", rung + 1, live.rungs.len(), rung_now.title))
        }
        ClimbEvent::RungFinished { rung, .. } => live.rungs.get(*rung as usize).map(ended),
        ClimbEvent::Paused => Some("  paused".to_owned()),
        _ => None,
    }
}

fn ended(rung: &LiveRung) -> String {
    let mark = if rung.state == RungState::Measured { "✓" } else { "✗" };
    let mut parts = Vec::new();
    if let Some(tps) = rung.decode_tps {
        parts.push(format::tokens_per_second(tps));
    }
    if let Some(change) = rung.throughput_change {
        parts.push(format::percent_change(change));
    }
    if rung.asked > 0 {
        parts.push(format!("{} of {} answered", rung.answered, rung.asked));
    }
    if rung.items_asked > 0 {
        parts.push(format!("{} of {} right", rung.items_right, format::count(rung.items_asked, "item", "items")));
    }
    if let Some(problem) = &rung.problem {
        parts.push(problem.to_string());
    }
    format!("  {mark} {}  {}", rung.title, parts.join(" · "))
}

/// What is going on now, in one line.
fn now(live: &Live) -> String {
    let Some(rung) = live.current.and_then(|at| live.rungs.get(at as usize)) else { return String::new() };
    let doing = match rung.state {
        _ if live.checking_drift => "measured again, to see whether the machine has changed".to_owned(),
        RungState::Pulling => pulling(rung),
        RungState::Loading => "loading".to_owned(),
        RungState::WarmingUp => "warming up".to_owned(),
        RungState::Measuring => measuring(rung),
        _ => String::new(),
    };
    let left = live.left_s().map(|(low, high)| format!(" · {} to {} left", format::duration(low), format::duration(high)));
    format!("{} · {doing}{}", rung.title, left.unwrap_or_default())
}

fn pulling(rung: &LiveRung) -> String {
    let Some(pull) = rung.pull else { return "pulling".to_owned() };
    let total = pull.total_bytes.map(|total| format!(" of {}", format::bytes_gb(total)));
    let speed = pull.bytes_per_s.map(|speed| format!(", {}/s", format::bytes_gb(speed as u64)));
    let left = pull.left_s.map(|left| format!(", {} left", format::duration(left)));
    format!(
        "pulling {}{}{}{}",
        format::bytes_gb(pull.done_bytes),
        total.unwrap_or_default(),
        speed.unwrap_or_default(),
        left.unwrap_or_default()
    )
}

fn measuring(rung: &LiveRung) -> String {
    if let Some(item) = &rung.item {
        return format!(
            "{} {} of {}, {} of {} right so far",
            item.task.title(),
            item.number + 1,
            item.of,
            rung.items_right,
            rung.items_asked
        );
    }
    let Some(trial) = rung.trial else { return "measuring".to_owned() };
    let of = if trial.at_least == trial.at_most { trial.at_most.to_string() } else { format!("{}–{}", trial.at_least, trial.at_most) };
    let what = trial.kind.title();
    let so_far = rung.decode_tps.map(|tps| format!(", {} so far", format::tokens_per_second(tps)));
    format!("{what} {} of {of}{}", trial.index + 1, so_far.unwrap_or_default())
}

/// Shows what is going on where nobody knows how long it takes.
pub(crate) fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
    let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// A bar for a pull on its own.
pub(crate) fn pull_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
    let style =
        ProgressStyle::with_template("{bar:24} {decimal_bytes:>9} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─"));
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
