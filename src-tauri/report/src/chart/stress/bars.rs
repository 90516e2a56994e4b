//! Tests whose figures stand side by side: what each model took at once, and what was tried on the way to the limit.

use toprung_core::format;
use toprung_core::stress::concurrent::{Concurrent, Switch, Together};
use toprung_core::stress::limit::{Attempt, Limit, line};

use super::super::{Bar, ChartSpec, Panel, RungLabel, Tone};
use super::name;

/// A bar of a time, or why there is none.
fn time_bar(ms: Option<f64>, aside: Vec<String>, fails: bool, what: &str) -> Bar {
    let label = match ms {
        Some(ms) => format::milliseconds(ms),
        None if fails => "failed".to_owned(),
        None => "not known".to_owned(),
    };
    let tooltip = std::iter::once(format!("{what}: {label}")).chain(aside.iter().cloned()).collect::<Vec<_>>().join(", ");
    Bar { value: ms, interval: None, label, aside, fails, tooltip }
}

fn panel(title: &str, bars: Vec<Bar>) -> Panel {
    let full = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
    Panel { title: title.to_owned(), full, bars }
}

fn plain_rung(name: String, meta: String) -> RungLabel {
    RungLabel { name, meta: vec![meta], note: String::new(), note_detail: None, tone: Tone::Quiet }
}

/// Each switch with its time to the first token, then each request of those that were made at once.
pub(super) fn concurrent(record: &Concurrent, width: u32) -> Option<ChartSpec> {
    let mut rungs = Vec::new();
    let mut bars = Vec::new();
    for switch in record.switches.iter().filter(|switch| switch.from.is_some()) {
        rungs.push(plain_rung(name(&switch.to), "switched to".to_owned()));
        bars.push(switch_bar(switch));
    }
    for one in &record.together {
        rungs.push(plain_rung(name(&one.model), "asked with the others".to_owned()));
        bars.push(together_bar(one));
    }
    bars.iter().any(|bar: &Bar| bar.value.is_some()).then(|| ChartSpec {
        width,
        alt: format!("Time to the first token. {}.", bars.iter().map(|bar| bar.tooltip.clone()).collect::<Vec<_>>().join(". ")),
        head: ["Model", "What", "Unload", "Load", "First token", "Whole"].map(str::to_owned).to_vec(),
        rows: concurrent_rows(record),
        panels: vec![panel("Time to the first token", bars)],
        hatched: "failed",
        rungs,
    })
}

fn switch_bar(switch: &Switch) -> Bar {
    let part = |what: &str, ms: Option<f64>| ms.map(|ms| format!("{what} {}", format::milliseconds(ms)));
    let aside = [part("unload", switch.unload_ms), part("load", switch.load_ms)].into_iter().flatten().collect();
    let from = switch.from.as_ref().map(name).unwrap_or_default();
    time_bar(switch.total_ms(), aside, switch.cause.is_some(), &format!("From {from} to {}", name(&switch.to)))
}

fn together_bar(one: &Together) -> Bar {
    let aside = if one.cause.is_none() { vec![format!("whole after {}", format::milliseconds(one.ended_ms))] } else { Vec::new() };
    time_bar(
        one.first_token_ms.filter(|_| one.cause.is_none()),
        aside,
        one.cause.is_some(),
        &format!("{} with the others", name(&one.model)),
    )
}

fn concurrent_rows(record: &Concurrent) -> Vec<Vec<String>> {
    let ms = |value| format::or_unknown(value, format::milliseconds);
    let switches = record.switches.iter().map(|switch| {
        let what = switch.from.as_ref().map_or_else(|| "loaded first".to_owned(), |from| format!("switched to from {}", name(from)));
        vec![name(&switch.to), what, ms(switch.unload_ms), ms(switch.load_ms), ms(switch.first_token_ms), ms(switch.total_ms())]
    });
    let together = record.together.iter().map(|one| {
        let unknown = || format::UNKNOWN.to_owned();
        vec![name(&one.model), "asked with the others".to_owned(), unknown(), unknown(), ms(one.first_token_ms), ms(Some(one.ended_ms))]
    });
    switches.chain(together).collect()
}

/// What was tried, from the smallest up: the memory that it took, or would have.
pub(super) fn limit(record: &Limit, width: u32) -> Option<ChartSpec> {
    if record.attempts.is_empty() {
        return None;
    }
    let largest = record.largest();
    let rung = |attempt: &Attempt| RungLabel {
        name: name(&attempt.model),
        meta: vec![format::count(attempt.context_tokens, "token", "tokens")],
        note: if largest == Some(attempt) {
            "largest that held".to_owned()
        } else if attempt.held() {
            "held".to_owned()
        } else {
            "did not hold".to_owned()
        },
        note_detail: None,
        tone: if largest == Some(attempt) {
            Tone::Good
        } else if attempt.held() {
            Tone::Quiet
        } else {
            Tone::Bad
        },
    };
    Some(ChartSpec {
        width,
        rungs: record.attempts.iter().map(rung).collect(),
        panels: vec![panel("Memory", record.attempts.iter().map(attempt_bar).collect())],
        hatched: "did not hold",
        alt: record.attempts.iter().map(|attempt| format!("{}.", line(attempt))).collect::<Vec<_>>().join(" "),
        head: ["Model", "Context", "Outcome", "Needed (estimate)", "Took", "Least memory left"].map(str::to_owned).to_vec(),
        rows: record.attempts.iter().map(limit_row).collect(),
    })
}

fn attempt_bar(attempt: &Attempt) -> Bar {
    let took = attempt.took_bytes.or(attempt.needed_bytes);
    let label = match (took, attempt.took_bytes.is_some()) {
        (Some(bytes), true) => format::bytes_gib(bytes),
        (Some(bytes), false) => format!("about {}", format::bytes_gib(bytes)),
        (None, _) => "not known".to_owned(),
    };
    let aside = attempt.lowest_available_bytes.map(|left| format!("{} left", format::bytes_gib(left))).into_iter().collect();
    Bar { value: took.map(|bytes| bytes as f64), interval: None, label, aside, fails: !attempt.held(), tooltip: line(attempt) }
}

fn limit_row(attempt: &Attempt) -> Vec<String> {
    let gib = |bytes: Option<u64>| format::or_unknown(bytes, format::bytes_gib);
    vec![
        name(&attempt.model),
        format::count(attempt.context_tokens, "token", "tokens"),
        if attempt.held() { "held".to_owned() } else { "did not hold".to_owned() },
        gib(attempt.needed_bytes),
        gib(attempt.took_bytes),
        gib(attempt.lowest_available_bytes),
    ]
}
