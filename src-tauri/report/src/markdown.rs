//! The report as Markdown, with its charts as SVG files beside it.
//!
//! Names and model output are escaped so that they stay text in every common renderer: nothing becomes HTML, a link,
//! an image, emphasis or a table cell.

use toprung_core::analysis::Analysis;
use toprung_core::run::RunRecord;

use crate::Report;
use crate::document::{Document, Fact, Figure, Table, TaskAdvicePart, TasksPart};

/// A Markdown report with the files that it links to.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkdownReport {
    pub text: String,
    /// File name and SVG of each chart, to be put into the folder that the text names.
    pub assets: Vec<(String, String)>,
}

/// The report as Markdown, with the default weights and floors. Its links name `assets_folder`, relative to the report.
pub fn markdown(run: &RunRecord, analysis: &Analysis, assets_folder: &str) -> MarkdownReport {
    set(&Report::new(run, analysis), assets_folder)
}

pub(crate) fn set(report: &Report<'_>, assets_folder: &str) -> MarkdownReport {
    let document = Document::of(report);
    let page = Page { folder: assets_folder };
    MarkdownReport {
        text: page.set(&document),
        assets: document.figures().map(|figure| (figure.file.clone(), figure.svg.clone())).collect(),
    }
}

struct Page<'a> {
    folder: &'a str,
}

impl Page<'_> {
    fn set(&self, document: &Document) -> String {
        let head = [
            format!("# {}", document.title),
            format!("**Hardware**: {}  \n**Session**: {}", escaped(&document.hardware), escaped(&document.session)),
            escaped(&document.headline),
        ];
        let tasks = document.tasks.as_ref().map(|tasks| self.tasks(tasks, document)).unwrap_or_default();
        let body = if document.has_ladder {
            vec![self.performance(document), next_phase(document), self.escalation(document), tasks, sweet_spots(document)]
        } else {
            // The advice leads: there is no speed to lead with.
            let status = section("Status", &[escaped(&document.status), list(&document.queue)]);
            vec![tasks, sweet_spots(document), status, section("Hardware Utilisation", &self.utilisation(document))]
        };
        let tail = [
            capability(document),
            section("Infrastructure Validation", &[facts(&document.validation)]),
            section("Key Insights", &[list(&document.insights)]),
            format!("---\n\n{}", document.method.iter().map(|line| format!("*{}*", escaped(line))).collect::<Vec<_>>().join("  \n")),
        ];
        let blocks = head.into_iter().chain(body).chain(tail);
        let mut text = blocks.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n");
        text.push('\n');
        text
    }

    fn performance(&self, document: &Document) -> String {
        let range = document.range.as_ref().map(|range| format!("**Full range tested**: {}", escaped(range))).unwrap_or_default();
        let status = format!("### Status\n\n{}", escaped(&document.status));
        let titled =
            |title: &str, rows: &Option<Table>| rows.as_ref().map(|rows| format!("### {title}\n\n{}", table(rows))).unwrap_or_default();
        let details = titled("Further Figures", &document.details);
        let at_depth = titled("As the Context Fills", &document.at_depth);
        let clocks = titled("The Engine’s Clock and This Side’s", &document.clocks);
        let memory = titled("What the Memory Holds", &document.memory_parts);
        let energy = titled("What a Token Costs in Energy", &document.energy);
        section(
            "Performance Benchmark Results",
            &[table(&document.results), self.figure(document.ladder.as_ref()), status, range, details, at_depth, memory, energy, clocks],
        )
    }

    fn escalation(&self, document: &Document) -> String {
        let pattern = format!("**Pattern**: {}", escaped(&document.pattern));
        let [use_of_hardware, memory] = self.utilisation(document);
        let use_of_hardware = format!("### Hardware Utilisation\n\n{use_of_hardware}");
        let parts = [facts(&document.steps), pattern, self.figure(document.escalation.as_ref()), use_of_hardware, memory];
        section("Escalation Pattern Analysis", &parts)
    }

    fn utilisation(&self, document: &Document) -> [String; 2] {
        [facts(&document.utilisation), self.figure(document.memory.as_ref())]
    }

    /// In a ladder's report the headline is the ladder's, so that the tasks' own stands here.
    fn tasks(&self, tasks: &TasksPart, document: &Document) -> String {
        let headline = if document.has_ladder { escaped(&tasks.headline) } else { String::new() };
        let titled = |title: &str, text: String| if text.is_empty() { text } else { format!("### {title}\n\n{text}") };
        let note = tasks.scores_note.to_owned();
        let scores = match tasks.scores.is_empty() {
            true => String::new(),
            false => std::iter::once(note).chain(tasks.scores.iter().map(table)).collect::<Vec<_>>().join("\n\n"),
        };
        let mut parts = vec![
            headline,
            tasks.overview.as_ref().map(table).unwrap_or_default(),
            self.figure(tasks.figure.as_ref()),
            titled("Right Answers by Task and Model", scores),
            titled("Could Not Be Asked", facts(&tasks.unavailable)),
        ];
        parts.extend(tasks.advice.iter().map(advice));
        section("Which Model for Which Task", &parts)
    }

    fn figure(&self, figure: Option<&Figure>) -> String {
        let link = |figure: &Figure| {
            format!("![{}]({}/{})\n\n*{}*", escaped(&figure.alt), in_a_link(self.folder), figure.file, escaped(figure.caption))
        };
        figure.map(link).unwrap_or_default()
    }
}

fn advice(advice: &TaskAdvicePart) -> String {
    let parts = [format!("### {}", escaped(&advice.title)), escaped(&advice.sentence), list(&advice.evidence), facts(&advice.facts)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn next_phase(document: &Document) -> String {
    let queue =
        if document.queue.is_empty() { "Nothing is waiting: every planned rung was tried.".to_owned() } else { list(&document.queue) };
    section("Next Phase", &[queue])
}

fn sweet_spots(document: &Document) -> String {
    let spots = match (document.sweet_spots.is_empty(), document.has_ladder) {
        (true, true) => "None: no rung answered reliably.".to_owned(),
        (true, false) => String::new(),
        (false, _) => facts(&document.sweet_spots),
    };
    section("Quality vs Speed Trade-offs", &[spots])
}

fn capability(document: &Document) -> String {
    let part = |title: &str, capabilities: &[Fact]| {
        if capabilities.is_empty() { String::new() } else { format!("### {title}\n\n{}", facts(capabilities)) }
    };
    section("Hardware Capability Assessment", &[part("Proven", &document.proven), part("Projected", &document.projected)])
}

/// A section; empty where all its parts are.
fn section(title: &str, parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { format!("## {title}\n\n{}", parts.join("\n\n")) }
}

fn table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let head = line(table.head.iter().map(|cell| escaped(cell)).collect());
    let rule = line(table.head.iter().map(|_| "---".to_owned()).collect());
    let row = |row: &Vec<String>| {
        let bold_first = |(i, cell): (usize, &String)| if i == 0 { format!("**{}**", escaped(cell)) } else { escaped(cell) };
        line(row.iter().enumerate().map(bold_first).collect())
    };
    [head, rule].into_iter().chain(table.rows.iter().map(row)).collect::<Vec<_>>().join("\n")
}

fn facts(facts: &[Fact]) -> String {
    facts.iter().map(|fact| format!("- **{}**: {}", escaped(&fact.name), escaped(&fact.text))).collect::<Vec<_>>().join("\n")
}

fn list(lines: &[String]) -> String {
    lines.iter().map(|line| format!("- {}", escaped(line))).collect::<Vec<_>>().join("\n")
}

/// Text that stays text. HTML's characters become entities because not every renderer knows `\<`; a colon before `//`
/// and a dot after `www` are escaped because they would start a link without any bracket.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '@' => out.push_str("&#64;"),
            ':' if text[at..].starts_with("://") => out.push_str("&#58;"),
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => out.push_str("&#46;"),
            // Within a word an underscore is no emphasis: Q4_K_M stays readable.
            '_' if text[..at].ends_with(char::is_alphanumeric) && text[at + 1..].starts_with(char::is_alphanumeric) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '$' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    // At a line's start these would begin a list, a heading's underline or a quotation.
    if out.starts_with(['-', '+', '=']) { format!("\\{out}") } else { out }
}

/// A folder's name as it must stand in a link.
fn in_a_link(folder: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    folder.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests;
