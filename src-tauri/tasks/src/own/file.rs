//! The file's keys, and the lines that errors point to.

use serde::Deserialize;
use toml::Spanned;
use toprung_core::task::{Band, Task, TaskFloors};

use super::grader::{self, Graded};
use super::{ItemFileError, MAX_ITEMS, MAX_PROMPT_BYTES, OwnTask};
use crate::item::Item;

/// Room for a short answer.
const DEFAULT_OUTPUT_TOKENS: u32 = 256;
/// A long answer; more would take minutes an item.
const MAX_OUTPUT_TOKENS: u32 = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    name: Spanned<String>,
    floors: Option<Floors>,
    #[serde(default)]
    item: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floors {
    quality: Option<Spanned<f64>>,
    seconds: Option<Spanned<f64>>,
    tokens_per_second: Option<Spanned<f64>>,
    first_token_seconds: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    prompt: Spanned<String>,
    grader: Spanned<String>,
    expected: Spanned<toml::Value>,
    tolerance: Option<Spanned<f64>>,
    band: Option<Spanned<String>>,
    max_output_tokens: Option<Spanned<i64>>,
}

pub(super) fn parse(text: &str) -> Result<OwnTask, ItemFileError> {
    let lines = Lines(text);
    let rows: Rows = toml::from_str(text).map_err(|error| lines.error(error.span().map_or(0, |span| span.start), error.message()))?;
    let name = rows.name.get_ref().trim();
    let task = Task::from_name(&format!("own:{name}"))
        .map_err(|_| lines.at(&rows.name, "“name” takes 1 to 40 letters, digits, spaces, - and _".to_owned()))?;
    if rows.item.is_empty() {
        return Err(lines.at(&rows.name, "there is no [[item]]".to_owned()));
    }
    if let Some(extra) = rows.item.get(MAX_ITEMS) {
        return Err(lines.at(extra, format!("there are {} items, and {MAX_ITEMS} are allowed", rows.item.len())));
    }
    let floors = floors(&lines, rows.floors, task.default_floors())?;
    let items = rows.item.iter().zip(1..).map(|(row, n)| item(&lines, row.get_ref(), &task, n)).collect::<Result<_, _>>()?;
    Ok(OwnTask { task, floors, items, hash: String::new() })
}

fn item(lines: &Lines<'_>, row: &Row, task: &Task, n: usize) -> Result<Item, ItemFileError> {
    let prompt = row.prompt.get_ref();
    if prompt.trim().is_empty() {
        return Err(lines.at(&row.prompt, "“prompt” is empty".to_owned()));
    }
    if prompt.len() > MAX_PROMPT_BYTES {
        return Err(lines.at(&row.prompt, format!("“prompt” has more than {} KiB", MAX_PROMPT_BYTES >> 10)));
    }
    let band = match &row.band {
        None => Band::Medium,
        Some(band) => Band::from_name(band.get_ref())
            .ok_or_else(|| lines.at(band, format!("“{}” is no band: there are easy, medium and hard", short(band.get_ref()))))?,
    };
    let max_output_tokens = match &row.max_output_tokens {
        None => DEFAULT_OUTPUT_TOKENS,
        Some(tokens) => u32::try_from(*tokens.get_ref())
            .ok()
            .filter(|tokens| (1..=MAX_OUTPUT_TOKENS).contains(tokens))
            .ok_or_else(|| lines.at(tokens, format!("“max_output_tokens” goes from 1 to {MAX_OUTPUT_TOKENS}")))?,
    };
    let tolerance = tolerance(lines, row)?;
    let Some(known) = grader::Kind::from_name(row.grader.get_ref()) else {
        let names = grader::Kind::ALL.map(grader::Kind::name).join(", ");
        return Err(lines.at(&row.grader, format!("“{}” is no grader: there are {names}", short(row.grader.get_ref()))));
    };
    let graded = grader::oracle(known, row.expected.get_ref(), tolerance).map_err(|reason| lines.at(&row.expected, reason))?;
    let Graded { oracle, example } = graded;
    Ok(Item { id: format!("{}/{n}", task.name()), task: task.clone(), band, prompt: prompt.clone(), max_output_tokens, oracle, example })
}

fn tolerance(lines: &Lines<'_>, row: &Row) -> Result<f64, ItemFileError> {
    let Some(tolerance) = &row.tolerance else { return Ok(grader::TOLERANCE) };
    if row.grader.get_ref() != grader::Kind::Number.name() {
        return Err(lines.at(tolerance, "“tolerance” belongs to the grader “number”".to_owned()));
    }
    let value = *tolerance.get_ref();
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(lines.at(tolerance, "“tolerance” is 0 or more".to_owned())) }
}

fn floors(lines: &Lines<'_>, written: Option<Floors>, default: TaskFloors) -> Result<TaskFloors, ItemFileError> {
    let Some(written) = written else { return Ok(default) };
    let positive = |value: &Option<Spanned<f64>>, key: &str| match value {
        Some(value) if !(value.get_ref().is_finite() && *value.get_ref() > 0.0) => Err(lines.at(value, format!("“{key}” is more than 0"))),
        value => Ok(value.as_ref().map(|value| *value.get_ref())),
    };
    let quality = positive(&written.quality, "quality")?;
    if let (Some(value), Some(spanned)) = (quality, &written.quality)
        && value > 1.0
    {
        return Err(lines.at(spanned, "“quality” is a share: at most 1".to_owned()));
    }
    Ok(TaskFloors {
        quality: quality.unwrap_or(default.quality),
        seconds: positive(&written.seconds, "seconds")?.or(default.seconds),
        tokens_per_s: positive(&written.tokens_per_second, "tokens_per_second")?,
        first_token_s: positive(&written.first_token_seconds, "first_token_seconds")?,
    })
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Finds the line of a place in the text.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn at<T>(&self, place: &Spanned<T>, reason: String) -> ItemFileError {
        self.error(place.span().start, &reason)
    }

    fn error(&self, byte: usize, reason: &str) -> ItemFileError {
        let line = 1 + self.0.bytes().take(byte).filter(|byte| *byte == b'\n').count();
        // The parser's own sentences may have several lines.
        ItemFileError { line, reason: reason.lines().collect::<Vec<_>>().join("; ") }
    }
}
