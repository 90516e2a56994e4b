//! The kinds of work, by their stable names, and the floors below which a model is of no use for one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the name of a user's own task begins with.
const OWN: &str = "own:";
/// The longest name of a user's own task: it stands on a card.
const MAX_OWN_CHARS: usize = 40;

/// A kind of work that models are compared at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Task {
    Classify,
    Chat,
    Diagnostics,
    Reasoning,
    Coding,
    Summary,
    Extraction,
    ToolCalls,
    Translation,
    /// Finds one sentence in a long text, at 2,000 and 8,000 tokens.
    Needle,
    /// A task of the user's own, from a file of items, by its name.
    Own(String),
}

impl Task {
    /// The suite's own tasks, in the order in which they are shown.
    pub const SUITE: [Self; 10] = [
        Self::Classify,
        Self::Chat,
        Self::Diagnostics,
        Self::Reasoning,
        Self::Coding,
        Self::Summary,
        Self::Extraction,
        Self::ToolCalls,
        Self::Translation,
        Self::Needle,
    ];

    /// The stable name used on the command line, in JSON and in the database; `own:` and its name for a user's own.
    pub fn name(&self) -> String {
        match self {
            Self::Classify => "classify".to_owned(),
            Self::Chat => "chat".to_owned(),
            Self::Diagnostics => "diagnostics".to_owned(),
            Self::Reasoning => "reasoning".to_owned(),
            Self::Coding => "coding".to_owned(),
            Self::Summary => "summary".to_owned(),
            Self::Extraction => "extraction".to_owned(),
            Self::ToolCalls => "tools".to_owned(),
            Self::Translation => "translation".to_owned(),
            Self::Needle => "needle".to_owned(),
            Self::Own(name) => format!("{OWN}{name}"),
        }
    }

    /// # Errors
    /// When it is neither a task of the suite nor `own:` and a name of letters, digits, spaces, `-` and `_`.
    pub fn from_name(name: &str) -> Result<Self, BadTaskName> {
        if let Some(task) = Self::SUITE.into_iter().find(|task| task.name() == name) {
            return Ok(task);
        }
        let own = name.strip_prefix(OWN).map(str::trim).filter(|own| {
            let is_short = (1..=MAX_OWN_CHARS).contains(&own.chars().count());
            is_short && own.chars().all(|c| c.is_alphanumeric() || " -_".contains(c))
        });
        own.map(|own| Self::Own(own.to_owned())).ok_or_else(|| BadTaskName(name.chars().take(60).collect()))
    }

    /// What a person calls it.
    pub fn title(&self) -> &str {
        match self {
            Self::Classify => "Fast classification",
            Self::Chat => "Chat and instructions",
            Self::Diagnostics => "Log diagnostics",
            Self::Reasoning => "Complex reasoning",
            Self::Coding => "Coding",
            Self::Summary => "Summaries",
            Self::Extraction => "Data extraction",
            Self::ToolCalls => "Tool calls",
            Self::Translation => "Translation",
            Self::Needle => "Finding in long texts",
            Self::Own(name) => name,
        }
    }

    /// The floors unless the user sets others. Those of quality count all items, and a third of them is meant to be hard: they were set
    /// beside what the starter models answer. Work whose result a person reads anyway asks for about half; work that goes on unread,
    /// as labels and calls do, for two thirds and more.
    pub fn default_floors(&self) -> TaskFloors {
        let floors = |quality, seconds, tokens_per_s, first_token_s| TaskFloors { quality, seconds, tokens_per_s, first_token_s };
        match self {
            Self::Classify => floors(0.65, None, Some(25.0), Some(0.5)),
            // A reader takes in about 5.3 tokens/s; text should come a little faster.
            Self::Chat => floors(0.50, None, Some(7.0), None),
            Self::Diagnostics => floors(0.45, Some(20.0), None, None),
            Self::Reasoning => floors(0.50, Some(90.0), None, None),
            // All easy functions and a fifth of the others: what helps somebody who reads the code before it runs.
            Self::Coding => floors(0.40, Some(30.0), None, None),
            Self::Summary => floors(0.55, Some(45.0), None, None),
            Self::Extraction => floors(0.75, Some(10.0), None, None),
            Self::ToolCalls => floors(0.65, Some(8.0), None, None),
            Self::Translation => floors(0.60, Some(10.0), None, None),
            // Reading 8,000 tokens takes a laptop's processor minutes; quality alone decides.
            Self::Needle => floors(0.70, None, None, None),
            Self::Own(_) => floors(0.70, Some(60.0), None, None),
        }
    }
}

/// What a model must reach to be of use for a task. `None`: no bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TaskFloors {
    /// Share of items that are answered rightly, 0–1.
    pub quality: f64,
    /// Seconds an answer may take, thinking included.
    pub seconds: Option<f64>,
    pub tokens_per_s: Option<f64>,
    /// Seconds to the first token.
    pub first_token_s: Option<f64>,
}

/// A name that is no task's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTaskName(pub String);

impl fmt::Display for BadTaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = Task::SUITE.iter().map(Task::name).collect();
        write!(f, "“{}” is not a task; there are {}, and own:NAME for your own", self.0.escape_debug(), names.join(", "))
    }
}

impl std::error::Error for BadTaskName {}

impl TryFrom<String> for Task {
    type Error = BadTaskName;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::from_name(&name)
    }
}

impl From<Task> for String {
    fn from(task: Task) -> Self {
        task.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_task() {
        for task in Task::SUITE.into_iter().chain([Task::Own("my support mails".to_owned())]) {
            assert_eq!(Task::from_name(&task.name()), Ok(task));
        }
    }

    #[test]
    fn what_is_no_task_is_refused_with_the_names_that_are() {
        for name in ["", "own:", "own:../etc", "painting", "CODING", &format!("own:{}", "x".repeat(41))] {
            let refused = Task::from_name(name).unwrap_err().to_string();
            assert!(refused.contains("classify") && refused.contains("own:NAME"), "{refused}");
        }
    }
}
