//! What the user sets: what counts how much, and the floors of each task.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::format;
use crate::task::{Task, TaskFloors};

/// How much quality, speed and memory count: exponents of the utility.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    pub quality: f64,
    pub speed: f64,
    pub memory: f64,
}

/// The slider's middle: the default weights.
const MIDDLE: f64 = 0.5;
/// What memory counts on the slider, wherever it stands.
const MEMORY: f64 = 0.1;
/// What quality counts at the slider's ends. At the fast end it still counts a little: a fast model that answers wrongly is of no use.
const QUALITY_AT_FAST: f64 = 0.2;
const QUALITY_AT_MIDDLE: f64 = 0.6;
const QUALITY_AT_GOOD: f64 = 0.9;
/// No number of answers proves a share above this: 24 of 24 at 90 % proves 93.6 %, and 163 of 163 proves 99 %.
const HIGHEST_FLOOR: f64 = 0.99;

impl Default for Weights {
    fn default() -> Self {
        Self::from_slider(MIDDLE)
    }
}

impl Weights {
    /// From a slider between speed (0) and quality (1), whose middle is the default. What lies beyond an end counts as the end, and
    /// what is no number as the middle.
    pub fn from_slider(position: f64) -> Self {
        let position = if position.is_nan() { MIDDLE } else { position.clamp(0.0, 1.0) };
        let (from, to, share) = match position < MIDDLE {
            true => (QUALITY_AT_FAST, QUALITY_AT_MIDDLE, position / MIDDLE),
            false => (QUALITY_AT_MIDDLE, QUALITY_AT_GOOD, (position - MIDDLE) / (1.0 - MIDDLE)),
        };
        let quality = from + (to - from) * share;
        Self { quality, speed: (1.0 - MEMORY - quality).max(0.0), memory: MEMORY }
    }

    /// The same proportions with a sum of 1.
    ///
    /// # Errors
    /// When one is negative or no number, or all are 0.
    pub fn normalised(&self) -> Result<Self, BadSettings> {
        let each = [("quality", self.quality), ("speed", self.speed), ("memory", self.memory)];
        if let Some((name, value)) = each.into_iter().find(|(_, value)| !value.is_finite() || *value < 0.0) {
            return Err(BadSettings(format!("The weight of {name} is {}; it must be 0 or more.", format::setting(value))));
        }
        let largest = each.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        if largest <= 0.0 {
            return Err(BadSettings("All three weights are 0; at least one must count.".to_owned()));
        }
        // Scaled by the largest first, so that three huge weights do not overflow.
        let [quality, speed, memory] = each.map(|(_, value)| value / largest);
        let sum = quality + speed + memory;
        Ok(Self { quality: quality / sum, speed: speed / sum, memory: memory / sum })
    }
}

/// What is saved of the user's wishes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub weights: Weights,
    /// Floors that differ from the defaults.
    pub floors: BTreeMap<Task, TaskFloors>,
    /// Where the slider stands, from speed (0) to quality (1); `None`: the weights were typed in.
    pub slider: Option<f64>,
}

impl Settings {
    /// The floors that hold for a task.
    pub fn floors_of(&self, task: &Task) -> TaskFloors {
        self.floors.get(task).copied().unwrap_or_else(|| task.default_floors())
    }

    /// The slider's weights, or those that were typed in, with a sum of 1; the defaults where they make no sense.
    pub fn effective_weights(&self) -> Weights {
        let chosen = self.slider.map_or(self.weights, Weights::from_slider);
        chosen.normalised().unwrap_or_default()
    }

    /// # Errors
    /// The first setting that makes no sense, in a sentence that says what would.
    pub fn check(&self) -> Result<(), BadSettings> {
        self.weights.normalised()?;
        if let Some(slider) = self.slider.filter(|slider| !(0.0..=1.0).contains(slider)) {
            return Err(BadSettings(format!("The slider stands at {}; it goes from 0 to 1.", format::setting(slider))));
        }
        self.floors.iter().try_for_each(|(task, floors)| check_floors(task, floors))
    }
}

fn check_floors(task: &Task, floors: &TaskFloors) -> Result<(), BadSettings> {
    let refuse = |what: String| Err(BadSettings(format!("{}: {what}", task.title())));
    if !(0.0..=HIGHEST_FLOOR).contains(&floors.quality) {
        let highest = format::percent(HIGHEST_FLOOR);
        return refuse(format!("the floor of quality is {}; it goes from 0 % to {highest}.", format::percent(floors.quality)));
    }
    let bounds = [
        ("seconds an answer", floors.seconds),
        ("tokens per second", floors.tokens_per_s),
        ("seconds to the first token", floors.first_token_s),
    ];
    for (name, bound) in bounds {
        if let Some(bound) = bound.filter(|bound| !bound.is_finite() || *bound <= 0.0) {
            return refuse(format!("{name}: {} is no bound; it must be above 0, or left empty.", format::setting(bound)));
        }
    }
    Ok(())
}

/// A setting that makes no sense, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSettings(pub String);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSettings {}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Weights, b: [f64; 3]) -> bool {
        [a.quality, a.speed, a.memory].iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn the_slider_goes_from_speed_through_the_defaults_to_quality() {
        let table = [
            (0.0, [0.2, 0.7, 0.1]),
            (0.25, [0.4, 0.5, 0.1]),
            (0.5, [0.6, 0.3, 0.1]),
            (1.0, [0.9, 0.0, 0.1]),
            (-3.0, [0.2, 0.7, 0.1]),
            (f64::INFINITY, [0.9, 0.0, 0.1]),
            (f64::NAN, [0.6, 0.3, 0.1]),
        ];
        for (position, weights) in table {
            assert!(close(Weights::from_slider(position), weights), "{position}: {:?}", Weights::from_slider(position));
        }
        assert!(close(Weights::default(), [0.6, 0.3, 0.1]));
    }

    #[test]
    fn weights_are_scaled_and_nonsense_is_refused_with_a_sentence() {
        let weights = |quality, speed, memory| Weights { quality, speed, memory };
        assert!(close(weights(6.0, 3.0, 1.0).normalised().unwrap(), [0.6, 0.3, 0.1]));
        assert!(close(weights(f64::MAX, f64::MAX, 0.0).normalised().unwrap(), [0.5, 0.5, 0.0]), "huge weights do not overflow");
        let refused = |weights: Weights| weights.normalised().unwrap_err().to_string();
        assert_eq!(refused(weights(1.0, -0.5, 0.0)), "The weight of speed is −0.5; it must be 0 or more.");
        assert_eq!(refused(weights(1.0, 0.0, f64::NAN)), "The weight of memory is –; it must be 0 or more.");
        assert_eq!(refused(weights(0.0, 0.0, 0.0)), "All three weights are 0; at least one must count.");
    }

    #[test]
    fn settings_that_make_no_sense_are_named_by_their_task() {
        let with = |floors: TaskFloors| Settings { floors: BTreeMap::from([(Task::Coding, floors)]), ..Settings::default() }.check();
        let floors = Task::Coding.default_floors();
        assert_eq!(with(floors), Ok(()));
        let refused = |floors| with(floors).unwrap_err().to_string();
        assert_eq!(refused(TaskFloors { quality: 1.0, ..floors }), "Coding: the floor of quality is 100 %; it goes from 0 % to 99 %.");
        assert_eq!(
            refused(TaskFloors { seconds: Some(0.0), ..floors }),
            "Coding: seconds an answer: 0 is no bound; it must be above 0, or left empty."
        );
        assert!(with(TaskFloors { quality: f64::NAN, ..floors }).is_err());
        let slider = Settings { slider: Some(1.5), ..Settings::default() };
        assert_eq!(slider.check().unwrap_err().to_string(), "The slider stands at 1.5; it goes from 0 to 1.");
    }

    #[test]
    fn settings_come_back_as_they_were_saved() {
        let own = Task::Own("mails".to_owned());
        let floors = BTreeMap::from([(own.clone(), own.default_floors()), (Task::Coding, Task::Coding.default_floors())]);
        let settings = Settings { floors, slider: Some(0.25), ..Settings::default() };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
        assert!(close(settings.effective_weights(), [0.4, 0.5, 0.1]), "the slider goes before typed weights");
    }
}
