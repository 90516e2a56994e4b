//! The logs themselves.

use super::Log;
use crate::random::Random;

/// A cause, how a log says it outright, and how it says it in other words.
struct Scenario {
    cause: &'static str,
    plain: &'static [&'static str],
    subtle: &'static [&'static str],
}

const SCENARIOS: [Scenario; 6] = [
    Scenario {
        cause: "disk full",
        plain: &["ERROR db: cannot write: the disk is full", "ERROR files: disk full, upload {n} was not saved"],
        subtle: &["ERROR store: 0 bytes left on /var", "ERROR store: disk {n} has no space left"],
    },
    Scenario {
        cause: "out of memory",
        plain: &["ERROR worker: process {n} was killed: out of memory", "ERROR cache: out of memory, cannot keep {n} more entries"],
        subtle: &["ERROR kernel: db ended, no memory was left for it", "ERROR kernel: {n} MiB of memory refused, none is free"],
    },
    Scenario {
        cause: "expired certificate",
        plain: &["ERROR tls: the certificate of the server has expired", "ERROR mail: certificate expired {n} days ago"],
        subtle: &["ERROR tls: certificate was valid until 3 May, today is 5 May", "ERROR tls: certificate is {n} days past its last day"],
    },
    Scenario {
        cause: "wrong password",
        plain: &["ERROR db: wrong password for user app", "ERROR backup: sign-in refused: wrong password"],
        subtle: &["ERROR auth: user app refused, its password does not match", "ERROR auth: {n} wrong sign-ins of user app, locked"],
    },
    Scenario {
        cause: "port in use",
        plain: &["ERROR web: cannot start: port 80{n} is in use", "ERROR proxy: port 90{n} already in use"],
        subtle: &["ERROR web: port 80{n} refused, process 4{n} holds it", "ERROR web: another process listens on port 80{n}"],
    },
    Scenario {
        cause: "missing file",
        plain: &["ERROR app: file rules{n}.json is missing", "ERROR app: cannot read prices.csv: no such file"],
        subtle: &["ERROR app: rules{n}.json: there is no such file", "ERROR app: prices{n}.csv can't be found"],
    },
];

const QUIET: [&str; 10] = [
    "INFO web: started with {n} workers",
    "INFO db: {n} tables checked",
    "INFO mail: {n} messages sent",
    "INFO auth: user anna signed in",
    "INFO cache: {n} entries loaded",
    "INFO backup: copy {n} finished",
    "INFO web: request {n} answered in 12 ms",
    "INFO jobs: report {n} written",
    "INFO net: connected to node {n}",
    "INFO store: {n} files indexed",
];

/// Looks like a cause, and says itself that it is none.
const HARMLESS: [&str; 5] = [
    "INFO net: node {n} was slow, second try worked",
    "INFO store: volume data has {n} GB left",
    "INFO auth: wrong password of user guest, then signed in",
    "INFO cache: {n} MB cleaned up",
    "INFO app: file theme{n}.css is missing, default used",
];

/// Says nothing of disk, memory, connections or heat, where readings of them decide.
const HARMLESS_TO_READINGS: [&str; 3] = [
    "INFO auth: wrong password of user guest, then signed in",
    "INFO app: file theme{n}.css is missing, default used",
    "INFO mail: address {n} is unknown",
];

const CONSEQUENCES: [&str; 6] = [
    "WARN web: request {n} failed with status 500",
    "WARN jobs: report {n} was not written",
    "WARN health: service app does not answer",
    "WARN web: gave up after {n} tries",
    "WARN queue: {n} messages wait",
    "WARN app: stopped with status 1",
];

fn numbered(text: &str, random: &mut Random) -> String {
    text.replace("{n}", &random.between(11, 79).to_string())
}

fn all_numbered(texts: &[&str], random: &mut Random) -> Vec<String> {
    texts.iter().map(|text| numbered(text, random)).collect()
}

/// The choices: the right one and `others` more, in a random order.
fn choices(right: &'static str, others: usize, random: &mut Random) -> Vec<&'static str> {
    let wrong: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.cause).filter(|cause| *cause != right).collect();
    let mut all = random.some(&wrong, others);
    all.push(right);
    random.shuffled(&all)
}

fn drawn(random: &mut Random) -> &'static Scenario {
    &SCENARIOS[usize::try_from(random.between(0, 5)).unwrap_or(0)]
}

/// Lines from 1; a log has a dozen.
fn line_of(position: usize) -> u32 {
    u32::try_from(position + 1).unwrap_or(0)
}

/// One error, which names its cause.
pub(super) fn plain(random: &mut Random) -> Log {
    let scenario = drawn(random);
    let mut lines = all_numbered(&random.some(&QUIET, 4), random);
    let at = usize::try_from(random.between(1, 4)).unwrap_or(1);
    lines.insert(at, numbered(random.pick(scenario.plain), random));
    Log { lines, causes: choices(scenario.cause, 3, random), right: scenario.cause, line: line_of(at) }
}

/// An error that is the cause, warnings that follow from it, and a line before it that only sounds like a cause.
pub(super) fn with_consequences(random: &mut Random) -> Log {
    let scenario = drawn(random);
    let before = usize::try_from(random.between(1, 3)).unwrap_or(2);
    let quiet = all_numbered(&random.some(&QUIET, 4), random);
    let mut lines = quiet[..before].to_vec();
    lines.push(numbered(random.pick(&HARMLESS), random));
    lines = random.shuffled(&lines);
    let at = lines.len();
    let mut after = quiet[before..].to_vec();
    after.extend(all_numbered(&random.some(&CONSEQUENCES, 2), random));
    lines.push(numbered(random.pick(scenario.subtle), random));
    lines.extend(random.shuffled(&after));
    Log { lines, causes: choices(scenario.cause, 4, random), right: scenario.cause, line: line_of(at) }
}

/// What a line of readings holds, each in per cent of its limit.
const READINGS: [&str; 3] = ["disk full", "out of memory", "too many connections"];

/// What a line calls each of them.
const NAMES: [&str; 3] = ["disk", "memory", "connections"];
/// Times at which all three are read.
const READ_TIMES: i64 = 2;

/// A log, and the place in it where a reading first reaches its limit.
struct Read {
    lines: Vec<String>,
    reached_at: usize,
}

/// Readings, each on its own line: one reaches its limit at the time `reached` and stays there, another comes close.
fn readings(cause: usize, close: usize, reached: i64, random: &mut Random) -> Read {
    let mut read = Read { lines: Vec::new(), reached_at: 0 };
    for step in 0..READ_TIMES {
        for place in random.shuffled(&[0, 1, 2]) {
            let value = match place {
                place if place == cause && step >= reached => 100,
                place if place == cause => random.between(70, 82),
                place if place == close => random.between(80, 89),
                _ => random.between(30, 60),
            };
            if place == cause && step == reached {
                read.reached_at = read.lines.len();
            }
            read.lines.push(format!("INFO stat: {} {value} %", NAMES[place]));
        }
    }
    read
}

/// No line names the cause: a reading has to be compared with its limit.
pub(super) fn by_readings(random: &mut Random) -> Log {
    let [cause, close] = random.distinct(&[0, 1, 2]);
    let reached = random.between(0, READ_TIMES - 1);
    let mut between = all_numbered(&random.some(&CONSEQUENCES, 1), random);
    between.push(numbered(random.pick(&HARMLESS_TO_READINGS), random));
    let mut between = random.shuffled(&between).into_iter();
    let (mut lines, mut line) = (Vec::new(), 0);
    let Read { lines: read, reached_at } = readings(cause, close, reached, random);
    for (place, reading) in read.into_iter().enumerate() {
        lines.extend(between.by_ref().take(usize::try_from(random.between(0, 1)).unwrap_or(1)));
        if place == reached_at {
            line = line_of(lines.len());
        }
        lines.push(reading);
    }
    lines.extend(between);
    Log { lines, causes: random.shuffled(&READINGS), right: READINGS[cause], line }
}
