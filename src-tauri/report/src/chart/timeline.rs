//! A run's time line: its rungs and trials, what held the machine back, and what the sensors read meanwhile.

use toprung_core::format;
use toprung_core::machine::HardwareSample;
use toprung_core::run::{RunRecord, RungRecord};
use toprung_core::spells::{Spell, Trouble, spells};
use toprung_core::trial::{Trial, TrialKind};
use toprung_core::working::working;

use super::lines::{Lane, LaneLook, LaneSpell, LineMark, LinePanel, LineSpec, Place, Sensor, line_chart};
use super::{Chart, Theme};
use crate::text::Redaction;

/// A trouble's beginnings that are points of their own; more would be a wall to step through.
const MOST_TROUBLE_MARKS: usize = 20;

/// Why a run has no time line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTimeline {
    /// No sensor was read while it ran.
    NotSampled,
    /// The readings' clock went back, so that they can't be lined up with the trials.
    ClockWentBack,
}

impl NoTimeline {
    /// What happened, in a sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::NotSampled => "No sensor was read while this run went on.",
            Self::ClockWentBack => "The clock of this run's readings went back, so that they can't be lined up with its trials.",
        }
    }

    /// What a person can do.
    pub fn next_step(self) -> &'static str {
        "Climb the ladder in one go to see its time line."
    }
}

/// Draws a run's time line, `width` pixels wide (at least 320).
pub fn timeline_for(run: &RunRecord, theme: Theme, width: u32) -> Result<Chart, NoTimeline> {
    let timeline = Timeline::of(run)?;
    Ok(line_chart(&timeline.spec(width), theme))
}

struct Timeline<'a> {
    run: &'a RunRecord,
    /// In the order of the ladder, those with trials.
    rungs: Vec<Stretch<'a>>,
    panels: Vec<(Sensor, LinePanel)>,
    troubles: Vec<Spell>,
    redaction: Redaction,
}

/// A rung with its time, the drift check apart.
struct Stretch<'a> {
    rung: &'a RungRecord,
    from_ms: f64,
    to_ms: f64,
}

fn end_ms(trial: &Trial) -> f64 {
    trial.started_ms + trial.response_ms.unwrap_or(0.0)
}

impl<'a> Timeline<'a> {
    fn of(run: &'a RunRecord) -> Result<Self, NoTimeline> {
        let panels: Vec<(Sensor, LinePanel)> =
            Sensor::ALL.into_iter().filter_map(|sensor| Some((sensor, sensor.panel(&run.samples, &run.machine, 0.0)?))).collect();
        if panels.is_empty() {
            return Err(NoTimeline::NotSampled);
        }
        let in_order = run.samples.is_sorted_by(|a, b| a.at_ms <= b.at_ms) && run.rungs.iter().all(is_in_order);
        if !in_order {
            return Err(NoTimeline::ClockWentBack);
        }
        let rungs = run.rungs.iter().filter_map(stretch).collect();
        Ok(Self { run, rungs, panels, troubles: spells(&run.samples, &working(run)), redaction: Redaction::of(run) })
    }

    fn seconds(&self) -> f64 {
        let sampled = self.run.samples.last().map(|sample| sample.at_ms);
        let measured = self.run.rungs.iter().flat_map(|rung| &rung.trials).map(end_ms);
        measured.chain(sampled).fold(0.0, f64::max) / 1e3
    }

    fn spec(self, width: u32) -> LineSpec {
        let lanes = self.lanes();
        let marks = self.marks(&lanes);
        let (head, rows) = self.table();
        LineSpec {
            width,
            seconds: self.seconds(),
            alt: self.alt(),
            lanes,
            marks,
            head,
            rows,
            panels: self.panels.into_iter().map(|(_, panel)| panel).collect(),
        }
    }

    /// Variants that are measured in turns have a lane each; the rungs of a ladder follow each other in one.
    fn lanes(&self) -> Vec<Lane> {
        let takes_turns = self.rungs.windows(2).any(|pair| pair[1].from_ms < pair[0].to_ms);
        let mut lanes = if takes_turns {
            self.rungs.iter().map(|stretch| ticks(self.title(stretch), stretch.rung.trials.iter())).collect()
        } else {
            vec![self.rung_lane(), ticks("Trials".to_owned(), self.run.rungs.iter().flat_map(|rung| &rung.trials))]
        };
        for trouble in Trouble::ALL {
            let of_it: Vec<LaneSpell> = self
                .troubles
                .iter()
                .filter(|spell| spell.trouble == trouble)
                .map(|spell| lane_spell(spell.from_ms, spell.to_ms, ""))
                .collect();
            if !of_it.is_empty() {
                lanes.push(Lane { title: trouble.title().to_owned(), look: LaneLook::Trouble, spells: of_it });
            }
        }
        lanes
    }

    fn rung_lane(&self) -> Lane {
        let mut boxes: Vec<LaneSpell> =
            self.rungs.iter().map(|stretch| lane_spell(stretch.from_ms, stretch.to_ms, &self.title(stretch))).collect();
        let checks: Vec<&Trial> =
            self.run.rungs.iter().flat_map(|rung| &rung.trials).filter(|trial| trial.kind == TrialKind::Sentinel).collect();
        if let (Some(first), Some(last)) = (checks.first(), checks.last()) {
            boxes.push(lane_spell(first.started_ms, end_ms(last), TrialKind::Sentinel.title()));
        }
        Lane { title: "Rungs".to_owned(), look: LaneLook::Named, spells: boxes }
    }

    fn title(&self, stretch: &Stretch<'_>) -> String {
        self.redaction.text(&stretch.rung.title)
    }

    fn marks(&self, lanes: &[Lane]) -> Vec<LineMark> {
        let is_named = lanes.first().is_some_and(|lane| lane.look == LaneLook::Named);
        let rungs = self.rungs.iter().enumerate().map(|(index, stretch)| LineMark {
            at_s: (stretch.from_ms + stretch.to_ms) / 2e3,
            place: Place::Lane(if is_named { 0 } else { index }),
            label: format!("{}: {}", self.title(stretch), self.figures(stretch).join(", ")),
        });
        let lane_of = |trouble: Trouble| lanes.iter().position(|lane| lane.title == trouble.title()).unwrap_or(0);
        let troubles = self.troubles.iter().take(MOST_TROUBLE_MARKS).map(|spell| LineMark {
            at_s: spell.from_ms / 1e3,
            place: Place::Lane(lane_of(spell.trouble)),
            label: format!("{}, {}.", spell.trouble.words(), when(spell.from_ms, spell.to_ms)),
        });
        rungs.chain(troubles).collect()
    }

    /// What the sensors read while a rung ran, each in words.
    fn figures(&self, stretch: &Stretch<'_>) -> Vec<String> {
        let during = self.during(stretch);
        let figure = |(sensor, _): &(Sensor, LinePanel)| Some(format!("{} {}", sensor.title(), sensor.summary(&during)?));
        let read = self.panels.iter().filter_map(figure);
        let ran = when(stretch.from_ms, stretch.to_ms);
        std::iter::once(ran).chain(read).chain(self.troubles_of(stretch).map(str::to_owned)).collect()
    }

    fn during(&self, stretch: &Stretch<'_>) -> Vec<&'a HardwareSample> {
        self.run.samples.iter().filter(|sample| (stretch.from_ms..=stretch.to_ms).contains(&sample.at_ms)).collect()
    }

    fn troubles_of(&self, stretch: &Stretch<'_>) -> impl Iterator<Item = &'static str> {
        let touches = |trouble: &Trouble| {
            self.troubles.iter().any(|spell| spell.trouble == *trouble && spell.from_ms < stretch.to_ms && spell.to_ms > stretch.from_ms)
        };
        Trouble::ALL.into_iter().filter(touches).map(Trouble::title).collect::<Vec<_>>().into_iter()
    }

    fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut head = vec!["Rung".to_owned(), "Began after".to_owned(), "Took".to_owned()];
        head.extend(self.panels.iter().map(|(sensor, _)| format!("{}, {}", sensor.title(), sensor.summary_word())));
        head.push("Held back by".to_owned());
        let rows = self.rungs.iter().map(|stretch| {
            let during = self.during(stretch);
            let mut row = vec![
                self.title(stretch),
                format::duration(stretch.from_ms / 1e3),
                format::duration((stretch.to_ms - stretch.from_ms) / 1e3),
            ];
            row.extend(self.panels.iter().map(|(sensor, _)| sensor.summary(&during).unwrap_or_else(|| format::UNKNOWN.to_owned())));
            let troubles: Vec<&str> = self.troubles_of(stretch).collect();
            row.push(if troubles.is_empty() { format::UNKNOWN.to_owned() } else { troubles.join(", ") });
            row
        });
        (head, rows.collect())
    }

    fn alt(&self) -> String {
        let rungs = format::count(self.rungs.len() as u32, "rung", "rungs");
        let read: Vec<String> = self.panels.iter().map(|(sensor, panel)| format!("{} {}", sensor.title(), panel.aside)).collect();
        let mut alt = format!("Time line of {} over {rungs}. {}.", format::duration(self.seconds()), read.join(", "));
        for trouble in Trouble::ALL {
            let mut of_it = self.troubles.iter().filter(|spell| spell.trouble == trouble);
            if let Some(first) = of_it.next() {
                let more = of_it.count() as u32;
                let again = if more == 0 { String::new() } else { format!(", and {} more", format::count(more, "time", "times")) };
                alt.push_str(&format!(" {}, {}{again}.", trouble.words(), when(first.from_ms, first.to_ms)));
            }
        }
        if self.troubles.is_empty() {
            alt.push_str(" Nothing that was read held the machine back.");
        }
        alt
    }
}

/// Whether a rung's trials follow each other, the drift check apart: a resumed run counts its time anew.
fn is_in_order(rung: &RungRecord) -> bool {
    let own: Vec<f64> = rung.trials.iter().filter(|trial| trial.kind != TrialKind::Sentinel).map(|trial| trial.started_ms).collect();
    own.is_sorted()
}

fn stretch(rung: &RungRecord) -> Option<Stretch<'_>> {
    let own = || rung.trials.iter().filter(|trial| trial.kind != TrialKind::Sentinel);
    let from_ms = own().next()?.started_ms;
    Some(Stretch { rung, from_ms, to_ms: own().map(end_ms).fold(from_ms, f64::max) })
}

fn ticks<'t>(title: String, trials: impl Iterator<Item = &'t Trial>) -> Lane {
    let spells = trials.map(|trial| lane_spell(trial.started_ms, end_ms(trial), "")).collect();
    Lane { title, look: LaneLook::Ticks, spells }
}

fn lane_spell(from_ms: f64, to_ms: f64, name: &str) -> LaneSpell {
    LaneSpell { from_s: from_ms / 1e3, to_s: to_ms / 1e3, name: name.to_owned() }
}

fn when(from_ms: f64, to_ms: f64) -> String {
    format!("from {} to {}", format::duration(from_ms / 1e3), format::duration(to_ms / 1e3))
}

#[cfg(test)]
mod tests;
