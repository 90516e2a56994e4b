use toprung_core::analysis::{Floors, analyse};
use toprung_core::plan::Mode;
use toprung_core::seed::seed_run;
use toprung_core::task::SuiteVersion;

use super::*;
use crate::fixture;
use crate::fixture::tasks::{THREE, asked, twelve_asked};

#[test]
fn the_seed_reads_as_its_document_did() {
    let run = seed_run();
    let report = markdown(&run, &analyse(&run, &Floors::default()), "report-assets");
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
    let report = markdown(&run, &analysis, "a b-assets");
    let links: Vec<&str> = report.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let files: Vec<String> = report.assets.iter().map(|(name, _)| format!("a%20b-assets/{name}")).collect();
    assert_eq!(links, files, "a link without its file shows a broken picture");
    assert!(report.assets.iter().all(|(_, svg)| svg.starts_with("<svg ")), "the files are the charts");
}

#[test]
fn energy_has_its_table_where_power_was_read_and_a_reason_where_not() {
    let (run, mut analysis) = fixture::of(&fixture::SEED);
    let report = |analysis: &Analysis| markdown(&run, analysis, "assets").text;
    assert!(report(&analysis).contains("Energy per token is not known: no power was readable"), "{}", report(&analysis));
    assert!(!report(&analysis).contains("### What a Token Costs in Energy"));
    analysis.rungs[1].energy = Ok(fixture::energy());
    let row = "| **llama3.2:3b** | 0.562 | 0.450 | 30.0 W | 6.00 W | processor (RAPL) |";
    assert!(report(&analysis).contains(row), "{}", report(&analysis));
}

#[test]
fn a_hostile_name_adds_no_cell_line_or_tag() {
    let (run, mut analysis) = fixture::of(&fixture::SEED);
    let before = markdown(&run, &analysis, "assets").text.lines().count();
    let hostile = "<img src=x onerror=alert(1)> | x |\n\n# h\n![p](http://evil.example/p.png) <https://evil.example>";
    for rung in &mut analysis.rungs {
        rung.title = hostile.to_owned();
        rung.reasons.push(hostile.to_owned());
    }
    analysis.headline = hostile.to_owned();
    let text = markdown(&run, &analysis, "assets").text;
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
    assert!(markdown(&run, &analysis, "a").text.contains("- **Temperature**: not readable"));
    run.samples.clear();
    assert!(markdown(&run, &analysis, "a").text.contains("nothing was sampled during this run"));
    run.machine = toprung_core::machine::Machine::default();
    assert!(markdown(&run, &analysis, "a").text.contains("**Hardware**: not readable"), "an unknown machine is said to be unknown");
}

#[test]
fn a_run_without_figures_claims_nothing() {
    let (run, analysis) = fixture::nothing_measured();
    let text = markdown(&run, &analysis, "a").text;
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

fn headings(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("## ")).collect()
}

#[test]
fn a_run_of_tasks_leads_with_its_advice_and_has_no_empty_tables_of_speed() {
    let (run, analysis) = asked(&THREE);
    let text = markdown(&run, &analysis, "assets").text;
    let wanted = [
        "Which Model for Which Task",
        "Quality vs Speed Trade-offs",
        "Status",
        "Hardware Utilisation",
        "Hardware Capability Assessment",
        "Infrastructure Validation",
    ];
    assert_eq!(headings(&text), wanted, "{text}");
    for absent in ["Tokens/s |", "No rung is at once", "Escalation ladder complete", "0 trials", "Nothing has been measured", "not climbed"]
    {
        assert!(!text.contains(absent), "“{absent}” says something wrong of a run that measured no speed: {text}");
    }
    let lines = [
        "# Model Task Results",
        "| Task | Use | Right answers | An answer | Next best |",
        "| **Complex reasoning** | llama3:8b | 22 of 24 (74–98 %) | 3.32 s |",
        "| Task | llama3.2:1b | llama3:8b | codellama:13b |",
        "| **Complex reasoning** | 3 of 24 (4–31 %, 2 in form, 1.38 s) | 22 of 24 (74–98 %, 21 in form, 3.32 s) |",
        "### Complex reasoning",
        "- **Floors**: 50 % right, 1 min 30 s an answer.",
        "- **Avoid**: llama3.2:1b: 3 of 24 passed",
        "- **Coding**: The sandbox for code is not here; fetch it on the Tasks screen.",
        "- **High quality**: llama3:8b.",
        "Tasks complete: 3 of 3 models answered, 216 answers in all.",
        "*Tasks: suite 3, seed 7, SHA-256 5eed5eed",
    ];
    for line in lines {
        assert!(text.lines().any(|written| written.trim_end().starts_with(line)), "“{line}” is missing in:\n{text}");
    }
    assert!(text.contains("](assets/quality.svg)"), "the picture of quality against speed belongs to it");
    assert!(!text.contains("Quality was not measured"));
}

#[test]
fn a_ladder_that_asked_tasks_keeps_its_sections_and_gains_one() {
    let (run, analysis) = fixture::of(&fixture::SEED);
    let before = markdown(&run, &analysis, "assets").text;
    let (tasks, _) = asked(&THREE);
    let mut both = run;
    both.tasks = tasks.tasks;
    for (rung, asked) in both.rungs.iter_mut().zip(tasks.rungs) {
        rung.items = asked.items;
    }
    let after = markdown(&both, &analysis, "assets").text;
    let mut wanted = headings(&before);
    wanted.insert(3, "Which Model for Which Task");
    assert_eq!(headings(&after), wanted, "{after}");
    assert!(after.contains("216 answers to tasks") && after.contains("Escalation ladder complete"), "{after}");
    let fast = after.lines().filter(|line| line.starts_with("- **Fast iterations**")).count();
    assert_eq!(fast, 1, "measured quality replaces what goes by size: {after}");
    assert!(!before.contains("quality.svg") && !before.contains("Which Model"), "without tasks nothing of them appears");
}

#[test]
fn tasks_that_nobody_answered_claim_nothing() {
    let (mut run, analysis) = asked(&THREE);
    run.rungs.iter_mut().for_each(|rung| rung.items.clear());
    let text = markdown(&run, &analysis, "assets").text;
    assert!(text.contains("No task was answered, so there is no advice yet."), "{text}");
    assert!(!text.contains("| Task |") && !text.contains("quality.svg"), "an empty table would read as nothing right: {text}");
    assert!(text.contains("- **Coding**: The sandbox for code is not here"), "why it was not asked stays: {text}");
}

#[test]
fn twelve_models_are_set_side_by_side_a_few_at_a_time() {
    let (run, analysis) = twelve_asked();
    let text = markdown(&run, &analysis, "assets").text;
    let tables: Vec<usize> = text
        .lines()
        .filter(|line| line.starts_with("| Task | ") && !line.contains("Next best"))
        .map(|line| line.matches(" | ").count())
        .collect();
    assert_eq!(tables, [4, 4, 4], "four models a table: {text}");
}

#[test]
fn a_hostile_name_adds_no_cell_or_tag_to_the_tasks() {
    let (mut run, analysis) = asked(&THREE);
    let hostile = "<img src=x onerror=alert(1)> | x |\n\n# h\n![p](http://evil.example/p.png) <https://evil.example>";
    let before = markdown(&run, &analysis, "assets").text.lines().count();
    run.rungs[1].title = hostile.to_owned();
    if let Some(plan) = &mut run.tasks {
        plan.unavailable[0].1 = hostile.to_owned();
        plan.suite = SuiteVersion { hash: hostile.to_owned(), ..plan.suite.clone() };
    }
    for mode in [Mode::Tasks, Mode::Standard] {
        run.mode = mode;
        let text = markdown(&run, &analysis, "assets").text;
        assert!(!text.contains("<img") && !text.contains("://") && !text.contains("![p]("), "{text}");
        if mode == Mode::Tasks {
            assert_eq!(text.lines().count(), before, "a line break in a name would end its table");
        }
    }
}
