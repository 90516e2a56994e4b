//! From candidates with their scores to what the chart shows.

use std::collections::BTreeSet;

use toprung_core::format;
use toprung_core::recommend::{Candidate, Settings};
use toprung_core::task::{Task, TaskFloors};

use super::axis::Pace;
use super::figures::Figures;
use super::{FloorRegion, Look, Point, QualitySpec, Span};
use crate::text::Redaction;
use crate::words::{self, tasks_in_words};

pub(super) fn of(
    candidates: &[Candidate],
    task: Option<&Task>,
    settings: &Settings,
    redaction: &Redaction,
    width: u32,
) -> Option<QualitySpec> {
    let tasks = task.map_or_else(|| asked(candidates), |task| vec![task.clone()]);
    let floors = task.map(|task| settings.floors_of(task));
    let pace = floors.as_ref().map_or(Pace::Seconds, Pace::of);
    let names = words::model_names(candidates, redaction);
    let models: Vec<Model> =
        candidates.iter().zip(names).map(|(candidate, name)| Model { name, figures: Figures::of(candidate, &tasks, pace) }).collect();
    let source = Source { looks: looks(&models, tasks.len(), pace), models, tasks, pace, is_one: task.is_some() };
    let points = source.points();
    if points.is_empty() {
        return None;
    }
    let what = match task {
        Some(task) => redaction.text(task.title()).to_lowercase(),
        None => format!("mean of {}", tasks_in_words(source.tasks.len())),
    };
    let region = floors.as_ref().map(|floors| region(floors, pace));
    let (head, rows) = source.table();
    Some(QualitySpec {
        width,
        pace,
        quality_title: format!("Right answers, {what}"),
        speed_title: format!("{}{}, faster to the right", pace.title(), if source.is_one { "" } else { ", mean of the tasks" }),
        legend: source.legend(&points, floors.as_ref()),
        alt: source.alt(&what, region.as_ref()),
        floors: region,
        points,
        head,
        rows,
    })
}

/// Every task at which any answer counts, in the order of the suite.
fn asked(candidates: &[Candidate]) -> Vec<Task> {
    let results = candidates.iter().flat_map(|candidate| &candidate.results);
    let counted = results.filter(|result| result.score.lenient.is_some_and(|share| share.n > 0));
    counted.map(|result| result.score.task.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn region(floors: &TaskFloors, pace: Pace) -> FloorRegion {
    let speed = pace.floor(floors);
    let quality = format!("{} right", format::percent(floors.quality));
    let limit = speed.map(|speed| match pace {
        Pace::Seconds => format!("within {}", words::set_time(speed)),
        Pace::TokensPerSecond => words::set_speed(speed),
    });
    let floors_in_words: Vec<String> = std::iter::once(quality).chain(limit).collect();
    FloorRegion { quality: floors.quality, speed, words: format!("good enough: {}", floors_in_words.join(", ")) }
}

struct Model {
    name: String,
    figures: Figures,
}

/// How each model is drawn: those that were asked everything are compared with each other.
fn looks(models: &[Model], tasks: usize, pace: Pace) -> Vec<Option<Look>> {
    let spans = |model: &Model| Some((model.figures.right?, model.figures.speed?));
    let whole: Vec<(Span, Span)> = models.iter().filter(|model| model.figures.tasks == tasks).filter_map(spans).collect();
    let beats = |(right, speed): &(Span, Span), than: &(Span, Span)| {
        let (better, faster) = (right.value > than.0.value, pace.is_faster(speed.value, than.1.value));
        (better && !pace.is_faster(than.1.value, speed.value)) || (faster && right.value >= than.0.value)
    };
    let look = |model: &Model| {
        let own = spans(model)?;
        Some(match model.figures.tasks == tasks {
            false => Look::Partial,
            true if whole.iter().any(|other| beats(other, &own)) => Look::Behind,
            true => Look::Front,
        })
    };
    models.iter().map(look).collect()
}

struct Source {
    models: Vec<Model>,
    looks: Vec<Option<Look>>,
    tasks: Vec<Task>,
    pace: Pace,
    /// Of the chart of one task, whose counts say more than a share.
    is_one: bool,
}

impl Source {
    fn drawn(&self) -> impl Iterator<Item = (&Model, Look)> {
        self.models.iter().zip(&self.looks).filter_map(|(model, look)| Some((model, (*look)?)))
    }

    fn points(&self) -> Vec<Point> {
        let point = |(model, look): (&Model, Look)| {
            let (right, speed) = (model.figures.right?, model.figures.speed?);
            let tooltip = format!("{}: {}{}", model.name, self.figures(model), aside(look));
            let label = if look == Look::Partial { format!("{} ({})", model.name, self.tasks_of(model)) } else { model.name.clone() };
            Some(Point { label, right, speed, look, tooltip })
        };
        self.drawn().filter_map(point).collect()
    }

    /// “9 of 10 tasks”.
    fn tasks_of(&self, model: &Model) -> String {
        format!("{} of {}", model.figures.tasks, tasks_in_words(self.tasks.len()))
    }

    /// “22 of 24 right (74–98 %), 4.10 s an answer (3.90 s–4.30 s)”.
    fn figures(&self, model: &Model) -> String {
        let figures = &model.figures;
        let right = figures.right.map(|right| {
            let share = if self.is_one { format!("{} of {}", figures.ok, figures.n) } else { format::percent(right.value) };
            let tasks = if self.is_one { String::new() } else { format!(", {}", self.tasks_of(model)) };
            format!("{share} right ({}){tasks}", words::share_range(right.low, right.high))
        });
        let speed = figures.speed.map(|speed| {
            let unit = if self.pace == Pace::Seconds { " an answer" } else { "" };
            format!("{}{unit} ({})", self.pace.words(speed.value), self.pace.interval(&speed))
        });
        [right, speed].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn legend(&self, points: &[Point], floors: Option<&TaskFloors>) -> Vec<String> {
        let has = |look: Look| points.iter().any(|point| point.look == look);
        let mut parts = vec!["capped lines: 95 % intervals".to_owned()];
        if points.len() > 1 && has(Look::Front) {
            parts.push("filled: whatever is better is slower".to_owned());
        }
        if has(Look::Behind) {
            parts.push("ring: another is at least as good and as fast".to_owned());
        }
        if has(Look::Partial) {
            parts.push("small ring: not asked every task".to_owned());
        }
        if let Some(first) = floors.and_then(|floors| floors.first_token_s) {
            parts.push(format!("not drawn: the first token within {}", words::set_time(first)));
        }
        parts
    }

    fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut head = vec!["Model".to_owned()];
        head.extend((!self.is_one).then(|| "Tasks".to_owned()));
        head.extend(
            ["Right answers", "95 % interval", "Counted", "In form", self.pace.title(), "95 % interval", "Best trade-off"]
                .map(str::to_owned),
        );
        let rows = self.models.iter().zip(&self.looks).map(|(model, look)| self.row(model, *look)).collect();
        (head, rows)
    }

    fn row(&self, model: &Model, look: Option<Look>) -> Vec<String> {
        let figures = &model.figures;
        let mut row = vec![model.name.clone()];
        row.extend((!self.is_one).then(|| format!("{} of {}", figures.tasks, self.tasks.len())));
        row.extend([
            format::or_unknown(figures.right, |right| format::percent(right.value)),
            format::or_unknown(figures.right, |right| words::share_range(right.low, right.high)),
            format::or_unknown(figures.right, |_| format!("{} of {}", figures.ok, figures.n)),
            format::or_unknown(figures.in_form, format::percent),
            format::or_unknown(figures.speed, |speed| self.pace.words(speed.value)),
            format::or_unknown(figures.speed, |speed| self.pace.interval(&speed)),
            match look {
                Some(Look::Front) => "yes".to_owned(),
                Some(Look::Behind) => "no".to_owned(),
                Some(Look::Partial) | None => format::UNKNOWN.to_owned(),
            },
        ]);
        row
    }

    fn alt(&self, what: &str, region: Option<&FloorRegion>) -> String {
        let models = format::count(self.drawn().count() as u32, "model", "models");
        let mut alt =
            format!("Quality against speed of {models}, {what}: share of right answers and {}.", self.pace.title().to_lowercase());
        for (model, _) in self.drawn() {
            alt.push_str(&format!(" {}: {}.", model.name, self.figures(model)));
        }
        let front: Vec<&str> = self.drawn().filter(|(_, look)| *look == Look::Front).map(|(model, _)| model.name.as_str()).collect();
        if self.drawn().count() > 1 && !front.is_empty() {
            alt.push_str(&format!(" Best trade-offs, where whatever is better is slower: {}.", format::list(&front)));
        }
        if let Some(region) = region {
            alt.push_str(&format!(" Shaded as {}.", region.words));
        }
        alt
    }
}

fn aside(look: Look) -> &'static str {
    match look {
        Look::Front => ", whatever is better is slower",
        Look::Behind => ", another is at least as good and as fast",
        Look::Partial => ", not asked every task",
    }
}
