//! A user's own ladder, as a small TOML file:
//!
//! ```toml
//! name = "mine"
//!
//! [[rung]]
//! model = "qwen2.5-coder-0.5b-instruct-q4_k_m"  # a catalogue id, or a name that the engine knows
//!
//! [[rung]]
//! model = "my-download"                         # for the embedded engine: any https address, with its digest
//! url = "https://host.example/model.gguf"
//! sha256 = "…64 hexadecimal digits…"
//!
//! [[rung]]
//! model = "my-file"                             # for the embedded engine: a file of this machine
//! title = "My fine-tune"
//! file = "models/mine.gguf"                     # relative to the ladder file
//! ```
//!
//! A rung may have an engine of its own, here or on another host, so that one ladder compares them:
//!
//! ```toml
//! [[rung]]
//! model = "llama3.3:70b"
//! engine = "ollama"                             # llama, ollama or openai
//! server = "http://192.168.1.20:11434"          # where it answers; its usual address without
//! ```
//!
//! `digest = "sha256:…"` pins what an engine must have under a name. The order of the rungs is kept as written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toprung_core::model::{EngineAt, EngineKind, ModelRef};
use toprung_core::plan::{Ladder, PlannedRung};

use crate::catalogue::catalogue;
use crate::digest::is_sha256;
use crate::http::download_url;

/// A climb of 64 models takes a day; a longer list is a mistake.
pub const MAX_RUNGS: usize = 64;
/// 64 rungs with long addresses stay below 64 KiB.
pub const MAX_FILE_BYTES: usize = 256 << 10;
/// Titles and ladder names stand in table cells.
const MAX_TITLE_CHARS: usize = 80;
/// Names that mean something else on the command line or in the list of runs.
const RESERVED_NAMES: [&str; 5] = ["starter", "classic", "installed", "custom", "ab"];

/// A ladder, and where those of its models come from that no catalogue and no engine knows.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderFile {
    pub ladder: Ladder,
    pub sources: Sources,
}

/// Where models come from that are not known by name.
pub type Sources = BTreeMap<ModelRef, Source>;

/// Where the embedded engine gets a model that the catalogue does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Downloaded into the model folder, and refused unless its digest is this.
    Url { url: String, sha256: String },
    /// Used where it lies.
    File(PathBuf),
}

/// What is wrong with a ladder file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", if *line == 0 { String::new() } else { format!("line {line}: ") })]
pub struct LadderFileError {
    /// From 1; 0 when it is about the file as a whole.
    pub line: usize,
    pub reason: String,
}

/// Reads a ladder file; relative `file` paths are taken from its folder.
pub fn read(path: &Path) -> Result<LadderFile, LadderFileError> {
    let whole = |reason| LadderFileError { line: 0, reason };
    let file = File::open(path).map_err(|error| whole(format!("{} cannot be read: {error}", path.display())))?;
    let mut bytes = Vec::new();
    // One byte more than is allowed is enough to see that it is too long, whatever the path leads to.
    let limit = MAX_FILE_BYTES as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(|error| whole(format!("{} cannot be read: {error}", path.display())))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            return Err(LadderFileError { line, reason: "it is no text in UTF-8".into() });
        }
    };
    let mut ladder = parse(&text)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    for source in ladder.sources.values_mut() {
        if let Source::File(file) = source {
            *file = folder.join(&*file);
        }
    }
    Ok(ladder)
}

/// Reads a ladder from the text of its file; relative `file` paths stay relative.
pub fn parse(text: &str) -> Result<LadderFile, LadderFileError> {
    if text.len() > MAX_FILE_BYTES {
        return Err(LadderFileError { line: 0, reason: format!("it has more than {} KiB", MAX_FILE_BYTES >> 10) });
    }
    let lines = Lines(text);
    let rows: Rows = toml::from_str(text).map_err(|error| lines.error(error.span().map_or(0, |span| span.start), error.message()))?;
    let name = title(&lines, &rows.name, "name")?;
    if RESERVED_NAMES.contains(&name.as_str()) {
        return Err(lines.at(&rows.name, format!("“{name}” is the name of a built-in ladder: choose another")));
    }
    if rows.rung.is_empty() {
        return Err(lines.at(&rows.name, "the ladder has no [[rung]]".into()));
    }
    if let Some(extra) = rows.rung.get(MAX_RUNGS) {
        return Err(lines.at(extra, format!("it has {} rungs, and {MAX_RUNGS} are allowed", rows.rung.len())));
    }
    let (mut rungs, mut sources, mut seen) = (Vec::new(), Sources::new(), BTreeSet::new());
    for row in &rows.rung {
        let (rung, source) = rung(&lines, row.get_ref())?;
        let engine = rung.engine.as_ref().map(|engine| (engine.kind.name(), engine.url.clone()));
        if !seen.insert((rung.model.as_str().to_ascii_lowercase(), engine)) {
            return Err(lines.at(&row.get_ref().model, format!("“{}” stands twice", rung.model)));
        }
        if let Some(source) = source {
            sources.insert(rung.model.clone(), source);
        }
        rungs.push(rung);
    }
    Ok(LadderFile { ladder: Ladder { name, rungs }, sources })
}

fn rung(lines: &Lines<'_>, row: &Row) -> Result<(PlannedRung, Option<Source>), LadderFileError> {
    let written = row.model.get_ref();
    if written.contains("://") || written.starts_with(['/', '.', '~']) {
        let reason = "“model” is a short name of your choice here; the address goes into “url”, a path into “file”";
        return Err(lines.at(&row.model, reason.into()));
    }
    let model = ModelRef::new(written).map_err(|error| lines.at(&row.model, error.to_string()))?;
    let source = source(lines, row)?;
    if source.is_some() {
        check_own_name(lines, row, &model)?;
    }
    let mut rung = catalogue().planned(&model);
    if let Some(written) = &row.title {
        rung.title = title(lines, written, "title")?;
    }
    if let Some(digest) = &row.digest {
        rung.facts.digest = Some(checked_digest(lines, digest)?);
    }
    if let Some(Source::Url { sha256, .. }) = &source {
        rung.facts.digest = Some(format!("sha256:{sha256}"));
    }
    rung.engine = engine(lines, row)?;
    if let (Some(_), Some(engine)) = (&source, &row.engine)
        && engine.get_ref() != EngineKind::Llama.name()
    {
        return Err(lines.at(engine, "“url” and “file” are for the embedded engine, llama; others have models of their own".into()));
    }
    Ok((rung, source))
}

/// The rung's own engine. The address itself is judged by the engine when it is opened.
fn engine(lines: &Lines<'_>, row: &Row) -> Result<Option<EngineAt>, LadderFileError> {
    let Some(written) = &row.engine else {
        return match &row.server {
            Some(server) => Err(lines.at(server, "“server” needs “engine” beside it: ollama or openai".into())),
            None => Ok(None),
        };
    };
    let kind = match EngineKind::from_name(written.get_ref()) {
        Some(kind) if kind != EngineKind::Scripted => kind,
        _ => return Err(lines.at(written, format!("there is no engine “{}”: there are llama, ollama and openai", written.get_ref()))),
    };
    match (&row.server, kind) {
        (Some(server), EngineKind::Llama) => Err(lines.at(server, "the embedded engine, llama, has no “server”".into())),
        (None, EngineKind::Openai) => Err(lines.at(written, "the engine openai needs a “server”: its address".into())),
        (server, _) => Ok(Some(EngineAt { kind, url: server.as_ref().map(|server| server.get_ref().clone()) })),
    }
}

/// A model with a source of its own becomes a file of its own, under a name that means nothing else.
fn check_own_name(lines: &Lines<'_>, row: &Row, model: &ModelRef) -> Result<(), LadderFileError> {
    if model.as_str().contains(['/', ':']) {
        return Err(lines.at(&row.model, format!("“{model}” has its own url or file, so its name must be plain, without / and :")));
    }
    if catalogue().model(model.as_str()).is_some() {
        return Err(lines.at(&row.model, format!("“{model}” is in the catalogue: choose another name for your own file")));
    }
    Ok(())
}

fn source(lines: &Lines<'_>, row: &Row) -> Result<Option<Source>, LadderFileError> {
    match (&row.url, &row.sha256, &row.file) {
        (None, None, None) => Ok(None),
        (Some(url), Some(sha256), None) => {
            let address = download_url(url.get_ref()).map_err(|error| lines.at(url, error.to_string()))?;
            if !is_sha256(sha256.get_ref()) {
                return Err(lines.at(sha256, "“sha256” must be 64 hexadecimal digits".into()));
            }
            Ok(Some(Source::Url { url: address.into(), sha256: sha256.get_ref().to_ascii_lowercase() }))
        }
        (Some(url), None, None) => {
            Err(lines.at(url, "“url” needs “sha256” beside it: a file from outside is checked before it is used".into()))
        }
        (None, None, Some(file)) => {
            let path = Path::new(file.get_ref());
            if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf")) || file.get_ref().contains('\0') {
                return Err(lines.at(file, "“file” must be the path of a .gguf file".into()));
            }
            Ok(Some(Source::File(path.to_owned())))
        }
        (None, Some(sha256), _) => Err(lines.at(sha256, "“sha256” belongs to a “url”".into())),
        (Some(url), _, Some(_)) => Err(lines.at(url, "a rung has either “url” or “file”".into())),
    }
}

fn checked_digest(lines: &Lines<'_>, digest: &Spanned<String>) -> Result<String, LadderFileError> {
    match digest.get_ref().strip_prefix("sha256:") {
        Some(sum) if is_sha256(sum) => Ok(digest.get_ref().to_ascii_lowercase()),
        _ => Err(lines.at(digest, "“digest” must be “sha256:” and 64 hexadecimal digits".into())),
    }
}

/// A text that is shown: not empty, not long, and without characters that hide or reorder others.
fn title(lines: &Lines<'_>, text: &Spanned<String>, key: &str) -> Result<String, LadderFileError> {
    let trimmed = text.get_ref().trim();
    let refuse = |reason: String| Err(lines.at(text, reason));
    if trimmed.is_empty() {
        return refuse(format!("“{key}” is empty"));
    }
    if trimmed.chars().count() > MAX_TITLE_CHARS {
        return refuse(format!("“{key}” has more than {MAX_TITLE_CHARS} characters"));
    }
    if trimmed.chars().any(|c| c.is_control() || is_directional(c)) {
        return refuse(format!("“{key}” holds control or text-direction characters"));
    }
    Ok(trimmed.to_owned())
}

/// Unicode's marks, embeddings, overrides and isolates of text direction (UAX #9).
fn is_directional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    name: Spanned<String>,
    #[serde(default)]
    rung: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: Spanned<String>,
    title: Option<Spanned<String>>,
    digest: Option<Spanned<String>>,
    url: Option<Spanned<String>>,
    sha256: Option<Spanned<String>>,
    file: Option<Spanned<String>>,
    engine: Option<Spanned<String>>,
    server: Option<Spanned<String>>,
}

/// Finds the line of a place in the text.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn at<T>(&self, place: &Spanned<T>, reason: String) -> LadderFileError {
        self.error(place.span().start, &reason)
    }

    fn error(&self, byte: usize, reason: &str) -> LadderFileError {
        let line = 1 + self.0.bytes().take(byte).filter(|byte| *byte == b'\n').count();
        LadderFileError { line, reason: reason.to_owned() }
    }
}

#[cfg(test)]
mod tests;
