//! What a right answer to an item is, exactly.

use serde::Serialize;
use serde_json::Value;

/// What an answer is judged by; one kind for each kind of task.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Oracle {
    /// One label of a list.
    Label { labels: Vec<String>, right: String },
    /// All of these hold of the text.
    Constraints(Vec<Constraint>),
    /// One of the listed causes, and the number of the line that shows it.
    Cause { causes: Vec<String>, right: String, line: u32 },
    /// The final number; `tolerance` is the largest difference that is still right.
    Number { value: f64, tolerance: f64 },
    /// Python that does what was specified.
    Code(Checks),
    /// A short text that keeps the facts of a long one and adds none.
    Summary(SummaryOf),
    /// A JSON object of these fields and no other.
    Record(Vec<Field>),
    /// A call of one of the tools; `None`: none of them is to be called.
    Call { tools: Vec<String>, right: Option<Call> },
    /// A text in another language.
    Translation(TranslationOf),
    /// One of these texts, word for word.
    Exact(Vec<String>),
    /// A text that holds all of these.
    Contains(Vec<String>),
    /// A text in which this pattern is found.
    Pattern(String),
    /// JSON that holds at least this.
    Json(Value),
}

/// Something that a program can check of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    Sentences(usize),
    /// Lines that are not blank.
    Lines(usize),
    Words {
        least: usize,
        most: usize,
    },
    /// Upper and lower case are the same here and in the next four.
    BeginsWith(String),
    /// A closing full stop, question mark or exclamation mark is looked past, unless it is asked for.
    EndsWith(String),
    /// As a whole word or phrase.
    Contains(String),
    /// Not even within a longer word.
    Without(String),
    /// Each line begins with this.
    EachLineBegins(String),
    /// The lines begin with these letters, in this order.
    Acrostic(String),
    LowerCase,
    /// Each line holds at most this many words.
    WordsALine(usize),
    /// Each line is one of these.
    LinesAmong(Vec<String>),
    /// This word occurs exactly so often.
    Times {
        word: String,
        times: usize,
    },
}

/// Checks of a function that a model wrote. The checks are never shown to the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// The function's name; empty where a user's own checks need none.
    pub function: String,
    /// Python that raises an exception when the function is wrong.
    pub source: String,
}

/// A fact by any of the ways in which it may be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub what: String,
    pub accepted: Vec<String>,
}

/// What a summary is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryOf {
    /// Names and figures that do not occur in it are invented.
    pub source: String,
    pub facts: Vec<Fact>,
    /// What the source itself takes back, or what was to be left out.
    pub forbidden: Vec<Fact>,
    pub most_words: usize,
}

/// A key of a JSON object and the values that are right for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    pub key: String,
    /// The first is the one that was asked for.
    pub accepted: Vec<Value>,
    /// Whether the key may be missing.
    pub is_optional: bool,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    pub tool: String,
    pub arguments: Vec<Field>,
}

/// The languages that are translated into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    German,
    French,
    Spanish,
}

impl Language {
    pub fn name(self) -> &'static str {
        match self {
            Self::German => "German",
            Self::French => "French",
            Self::Spanish => "Spanish",
        }
    }
}

/// What a translation is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranslationOf {
    pub language: Language,
    pub source: String,
    /// Numbers, names and placeholders that stay as they are.
    pub kept: Vec<String>,
    /// Words that must be there, each by any of its forms.
    pub glossary: Vec<Fact>,
}
