//! The report as Markdown, with its charts as SVG files beside it.
//!
//! Names and model output are escaped so that they stay text in every common renderer: nothing becomes HTML, a link,
//! an image, emphasis or a table cell.

use toprung_core::analysis::Analysis;
use toprung_core::run::RunRecord;
use toprung_core::validation::Check;

use crate::document::{Document, Fact, Figure, Table};

/// A Markdown report with the files that it links to.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkdownReport {
    pub text: String,
    /// File name and SVG of each chart, to be put into the folder that the text names.
    pub assets: Vec<(String, String)>,
}

/// The report as Markdown, with the checks of the machine. Its links name `assets_folder`, relative to the report.
pub fn markdown(run: &RunRecord, analysis: &Analysis, checks: &[Check], assets_folder: &str) -> MarkdownReport {
    let document = Document::of(run, analysis, checks);
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
        let blocks = [
            format!("# {}", document.title),
            format!("**Hardware**: {}  \n**Session**: {}", escaped(&document.hardware), escaped(&document.session)),
            escaped(&document.headline),
            self.performance(document),
            next_phase(document),
            self.escalation(document),
            sweet_spots(document),
            capability(document),
            section("Infrastructure Validation", &[facts(&document.validation)]),
            section("Key Insights", &[list(&document.insights)]),
            format!("---\n\n{}", document.method.iter().map(|line| format!("*{}*", escaped(line))).collect::<Vec<_>>().join("  \n")),
        ];
        let mut text = blocks.into_iter().filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n");
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
        let use_of_hardware = format!("### Hardware Utilisation\n\n{}", facts(&document.utilisation));
        let parts = [
            facts(&document.steps),
            pattern,
            self.figure(document.escalation.as_ref()),
            use_of_hardware,
            self.figure(document.memory.as_ref()),
        ];
        section("Escalation Pattern Analysis", &parts)
    }

    fn figure(&self, figure: Option<&Figure>) -> String {
        let link = |figure: &Figure| {
            format!("![{}]({}/{})\n\n*{}*", escaped(&figure.alt), in_a_link(self.folder), figure.file, escaped(figure.caption))
        };
        figure.map(link).unwrap_or_default()
    }
}

fn next_phase(document: &Document) -> String {
    let queue =
        if document.queue.is_empty() { "Nothing is waiting: every planned rung was tried.".to_owned() } else { list(&document.queue) };
    section("Next Phase", &[queue])
}

fn sweet_spots(document: &Document) -> String {
    let spots = if document.sweet_spots.is_empty() { "None: no rung answered reliably.".to_owned() } else { facts(&document.sweet_spots) };
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
    let head = line(table.head.iter().map(|cell| (*cell).to_owned()).collect());
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
mod tests {
    use toprung_core::analysis::{Floors, analyse};
    use toprung_core::seed::seed_run;
    use toprung_core::validation::validate_run;

    use super::*;
    use crate::fixture;

    #[test]
    fn the_seed_reads_as_its_document_did() {
        let run = seed_run();
        let report = markdown(&run, &analyse(&run, &Floors::default()), &validate_run(&run, &[], None), "report-assets");
        let lines = [
            "# Model Escalation Ladder Results",
            "**Hardware**: Intel Core i9-14900HX · 24 cores · 32.0 GiB memory · NVIDIA GeForce RTX 4070 Laptop GPU 8.00 GiB · on mains",
            "| Model | Size | Tokens/s | Response time | Success rate | Notes |",
            "| **Llama 3.2 3B** | 2.00 GB | 54.7 (54.4–54.9, 5 trials) | 1.61 s | 100 % (5 of 5) | Balanced. −34 % throughput. Grade A. |",
            "Escalation ladder complete: 5 of 6 rungs measured, 1 failing, 1 left out.",
            "- **Llama 3.2 1B → Llama 3.2 3B**: −34 % throughput (+44 % response time)",
            "- **Llama 3.2 3B → Llama 3 8B**: −43 % throughput (+80 % response time)",
            "- **Llama 3 8B → CodeLlama 13B**: −71 % throughput (+257 % response time)",
            "- **CodeLlama 13B → GPT-OSS 20B**: −94 % throughput (−25 % response time), but failing",
            "- **Memory**: 23.0 GiB of 32.0 GiB available at its lowest",
            "- **Temperature**: not readable",
            "- **Avoid**: GPT-OSS 20B.",
            "- **Cooling**: not tested: No test of sustained load is stored.",
            "- **Model files**: PASS: 5 models loaded, none damaged.",
            "- **Concurrent downloads**: not tested: No test of concurrent download is stored.",
        ];
        for line in lines {
            assert!(report.text.lines().any(|written| written.trim_end().starts_with(line)), "“{line}” is missing in:\n{}", report.text);
        }
        let sections = ["Performance Benchmark Results", "Next Phase", "Escalation Pattern Analysis", "Quality vs Speed Trade-offs"];
        let later = ["Hardware Capability Assessment", "Infrastructure Validation", "Key Insights"];
        let headings: Vec<&str> = report.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, [sections.as_slice(), later.as_slice()].concat(), "the sections are the seed's, in its order");
    }

    #[test]
    fn every_chart_that_is_linked_is_there() {
        let (run, analysis) = fixture::of(&fixture::SEED);
        let report = markdown(&run, &analysis, &[], "a b-assets");
        let links: Vec<&str> = report.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        let files: Vec<String> = report.assets.iter().map(|(name, _)| format!("a%20b-assets/{name}")).collect();
        assert_eq!(links, files, "a link without its file shows a broken picture");
        assert!(report.assets.iter().all(|(_, svg)| svg.starts_with("<svg ")), "the files are the charts");
    }

    #[test]
    fn energy_has_its_table_where_power_was_read_and_a_reason_where_not() {
        let (run, mut analysis) = fixture::of(&fixture::SEED);
        let report = |analysis: &Analysis| markdown(&run, analysis, &[], "assets").text;
        assert!(report(&analysis).contains("Energy per token is not known: no power was readable"), "{}", report(&analysis));
        assert!(!report(&analysis).contains("### What a Token Costs in Energy"));
        analysis.rungs[1].energy = Ok(fixture::energy());
        let row = "| **llama3.2:3b** | 0.562 | 0.450 | 30.0 W | 6.00 W | processor (RAPL) |";
        assert!(report(&analysis).contains(row), "{}", report(&analysis));
    }

    #[test]
    fn a_hostile_name_adds_no_cell_line_or_tag() {
        let (run, mut analysis) = fixture::of(&fixture::SEED);
        let before = markdown(&run, &analysis, &[], "assets").text.lines().count();
        let hostile = "<img src=x onerror=alert(1)> | x |\n\n# h\n![p](http://evil.example/p.png) <https://evil.example>";
        for rung in &mut analysis.rungs {
            rung.title = hostile.to_owned();
            rung.reasons.push(hostile.to_owned());
        }
        analysis.headline = hostile.to_owned();
        let text = markdown(&run, &analysis, &[], "assets").text;
        assert_eq!(text.lines().count(), before, "a line break in a name would end its table");
        assert!(!text.contains("<img") && !text.contains("://") && !text.contains("![p]("), "{text}");
        let cells = |line: &str| line.matches(" | ").count();
        let table: Vec<usize> = text.lines().filter(|line| line.starts_with("| ")).map(cells).collect();
        assert!(table[..7].iter().all(|n| *n == 5), "six columns in each of the seven lines, not {table:?}");
    }

    #[test]
    fn missing_sensors_are_said_and_are_not_zero() {
        let (mut run, analysis) = fixture::of(&fixture::SEED);
        run.samples.iter_mut().for_each(|sample| sample.temperature_c = None);
        assert!(markdown(&run, &analysis, &[], "a").text.contains("- **Temperature**: not readable"));
        run.samples.clear();
        assert!(markdown(&run, &analysis, &[], "a").text.contains("nothing was sampled during this run"));
        run.machine = toprung_core::machine::Machine::default();
        assert!(
            markdown(&run, &analysis, &[], "a").text.contains("**Hardware**: not readable"),
            "an unknown machine is said to be unknown"
        );
    }

    #[test]
    fn a_run_without_figures_claims_nothing() {
        let (run, analysis) = fixture::nothing_measured();
        let text = markdown(&run, &analysis, &validate_run(&run, &[], None), "a").text;
        assert!(text.contains("Failed: it ran out of memory (needs 15.8 GiB, 11.2 GiB free)."), "each row says why it is empty: {text}");
        assert!(text.contains("No rung is at once reliable"), "without a knee nothing is said to work");
        assert!(text.contains("- **Model files**: not tested"), "PASS needs an observation");
        assert!(!text.contains("PASS: 5 models"), "nothing loaded");
    }

    #[test]
    fn hostile_text_stays_text() {
        let table = [
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
            ("a|b", "a&#124;b"),
            ("`rm -rf`", "\\`rm -rf\\`"),
            ("[click](javascript:alert(1))", "\\[click\\](javascript:alert(1))"),
            ("https://evil.example", "https&#58;//evil.example"),
            ("WWW.evil.example", "WWW&#46;evil.example"),
            ("a@evil.example", "a&#64;evil.example"),
            ("**bold** _it_ ~~no~~", "\\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~"),
            ("- item", "\\- item"),
            ("llama3.2:1b-Q4_K_M", "llama3.2:1b-Q4_K_M"),
        ];
        for (text, inert) in table {
            assert_eq!(escaped(text), inert);
        }
    }

    #[test]
    fn a_folder_with_any_name_can_be_linked() {
        assert_eq!(in_a_link("my (first) räport-assets"), "my%20%28first%29%20r%C3%A4port-assets");
    }
}
