//! House rules as tests: who may depend on whom, and that the commands' lists agree.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The project's crates and what each may name as a dependency, with the reason that a violation is answered with.
/// A crate that is not listed here fails the test, so that a new one gets its rule.
const OWN: &[(&str, &[&str], &str)] = &[
    ("core", &[], "core is pure: it knows no other part of the project"),
    ("protocol", &[], "the worker's protocol is shared by two processes and drags nothing along"),
    ("worker", &["protocol"], "the worker knows its protocol and llama.cpp, nothing else"),
    ("models", &["core"], "models, engines, hardware, store and report stand side by side on core"),
    ("engines", &["core", "models", "protocol"], "engines may use models, and speak with the worker"),
    ("hardware", &["core"], "models, engines, hardware, store and report stand side by side on core"),
    ("store", &["core"], "models, engines, hardware, store and report stand side by side on core"),
    ("report", &["core"], "models, engines, hardware, store and report stand side by side on core"),
    ("tasks", &["core", "protocol"], "tasks makes items and grades answers; it knows the sandbox by its protocol only"),
    ("sandbox", &["protocol"], "the sandbox knows its protocol and wasmtime, nothing else"),
    ("climb", &["core", "engines", "hardware", "tasks"], "climb knows engines and probes by trait, and stores nothing itself"),
    ("jobs", &["core", "models", "engines", "hardware", "tasks", "climb", "store", "report"], "jobs joins the parts for both fronts"),
    ("messages", &[], "messages are plain shapes for the wire"),
    ("cli", &["core", "jobs"], "a front converts and calls"),
    ("app", &["core", "jobs", "messages"], "a front converts and calls"),
];

/// Packages from outside that only the named crates may use directly.
const OUTSIDE: &[(&str, &[&str], &str)] = &[
    ("llama-cpp-2", &["worker"], "only the worker links llama.cpp: a crash of it must not take the app"),
    ("llama-cpp-sys-2", &["worker"], "only the worker links llama.cpp: a crash of it must not take the app"),
    ("wasmtime", &["sandbox"], "only the sandbox links wasmtime: it takes minutes to build, and model-written code runs in it"),
    ("wasmtime-wasi", &["sandbox"], "only the sandbox links wasmtime: it takes minutes to build, and model-written code runs in it"),
    ("typst", &["report"], "only report links typst: it takes minutes to build"),
    ("typst-pdf", &["report"], "only report links typst: it takes minutes to build"),
    ("plotters", &["report"], "there is one chart renderer, in report"),
    ("tauri", &["app"], "only the app knows Tauri"),
    ("tauri-plugin-dialog", &["app"], "only the app knows Tauri"),
    ("tauri-plugin-single-instance", &["app"], "only the app knows Tauri"),
    ("rusqlite", &["store"], "only the store speaks SQL"),
    ("reqwest", &["models", "engines"], "only models and engines speak HTTP"),
    ("keyring", &["jobs"], "there is one place for keys, in jobs"),
    ("nvml-wrapper", &["hardware"], "only hardware reads sensors"),
    ("macmon", &["hardware"], "only hardware reads sensors"),
    ("sysinfo", &["hardware", "worker"], "only hardware reads sensors; the worker counts physical cores for its threads"),
];

/// What must not be linked into a program, through whichever crate.
const NEVER_LINKED: &[(&str, &str, &str)] = &[
    ("toprung-cli", "llama-cpp-2", "a crash of llama.cpp must not take the terminal front"),
    ("toprung-cli", "tauri", "the terminal front runs where there is no display"),
    ("toprung-app", "llama-cpp-2", "a crash of llama.cpp must not take the app"),
    ("toprung-worker", "reqwest", "the worker has no network"),
    ("toprung-worker", "rusqlite", "the worker stores nothing"),
    ("toprung-cli", "wasmtime", "model-written code runs in a process of its own"),
    ("toprung-app", "wasmtime", "model-written code runs in a process of its own"),
    ("toprung-sandbox", "wasmtime-wasi", "no code that could open a file is linked into the sandbox"),
    ("toprung-sandbox", "tokio", "the sandbox has no network"),
    ("toprung-sandbox", "reqwest", "the sandbox has no network"),
];

/// What core may take from outside: its own types' serialisation.
const CORE_FROM_OUTSIDE: &[&str] = &["serde"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO")).args(arguments).arg("--offline").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Normal dependencies of each of the project's crates, by the crate's short name.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value = serde_json::from_slice(&cargo(&["metadata", "--format-version=1", "--no-deps"])).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|package| (short(package["name"].as_str().unwrap()).to_owned(), of_package(package))).collect()
}

fn of_package(package: &Value) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|dependency| dependency["kind"].is_null()).map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("toprung-").unwrap_or(name)
}

#[test]
fn every_crate_depends_only_on_what_its_rule_allows() {
    for (name, dependencies) in dependencies() {
        let rule = OWN.iter().find(|(crate_name, ..)| *crate_name == name);
        let Some((_, allowed, reason)) = rule else { panic!("the crate {name} has no rule: add it to OWN with its reason") };
        for own in dependencies.iter().filter_map(|dependency| dependency.strip_prefix("toprung-")) {
            assert!(allowed.contains(&own), "{name} must not depend on {own}: {reason}");
        }
    }
}

#[test]
fn heavy_and_outward_packages_stay_where_they_belong() {
    for (name, dependencies) in dependencies() {
        for (package, allowed, reason) in OUTSIDE {
            assert!(!dependencies.contains(*package) || allowed.contains(&name.as_str()), "{name} must not use {package}: {reason}");
        }
    }
}

#[test]
fn no_program_links_what_could_take_it_down() {
    for (program, package, reason) in NEVER_LINKED {
        let tree = cargo(&["tree", "--package", program, "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
        let linked = String::from_utf8(tree).unwrap();
        let is_linked = linked.lines().any(|line| line.split(' ').next() == Some(package));
        assert!(linked.contains(program), "cargo tree did not answer for {program}");
        assert!(!is_linked, "{program} must not link {package}: {reason}");
    }
}

#[test]
fn core_stays_pure() {
    let dependencies = dependencies();
    let foreign: Vec<&String> = dependencies["core"].iter().filter(|name| !CORE_FROM_OUTSIDE.contains(&name.as_str())).collect();
    assert!(foreign.is_empty(), "core is pure and synchronous; {foreign:?} would let the outside world in");
}

#[test]
fn a_folder_is_named_after_its_crate() {
    for name in dependencies().into_keys().filter(|name| name != "app") {
        let manifest = root().join("src-tauri").join(&name).join("Cargo.toml");
        assert!(manifest.is_file(), "{} should hold the crate {name}", manifest.display());
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every word of the form query_x, start_x, cancel_x or save_x that `text` holds between `before` and `after`.
fn commands_in(text: &str, before: &str, after: &str) -> BTreeSet<String> {
    let words = text.split(before).skip(1).filter_map(|rest| rest.split(after).next());
    let is_command = |word: &&str| ["query_", "start_", "cancel_", "save_"].iter().any(|verb| word.starts_with(verb));
    words.filter(is_command).map(str::to_owned).collect()
}

#[test]
fn the_lists_of_commands_agree() {
    let named = commands_in(&read("src-tauri/app/command_names.rs"), "\"", "\"");
    assert!(named.len() > 10, "the list of commands could not be read: {named:?}");
    let main = read("src-tauri/app/main.rs");
    let handled = commands_in(&main, "::", ",");
    assert_eq!(handled, named, "generate_handler! and command_names.rs differ");
    let granted: BTreeSet<String> = read("tauri.conf.json")
        .split("\"allow-")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|name| name.replace('-', "_"))
        .collect();
    assert_eq!(granted, named, "the capability and command_names.rs differ");
    let called = commands_in(&read("ui/src/ipc.ts"), "\"", "\"");
    assert_eq!(called, named, "ui/src/ipc.ts and command_names.rs differ");
}

/// Every file below a folder, with its text.
fn texts(folder: &str) -> Vec<(PathBuf, String)> {
    let (mut folders, mut found) = (vec![root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                found.push((path, text));
            }
        }
    }
    found
}

#[test]
fn only_ipc_ts_imports_tauri() {
    for (path, text) in texts("ui/src") {
        let is_transport = path.ends_with("ui/src/ipc.ts");
        assert!(is_transport || !text.contains("@tauri-apps/"), "{} imports Tauri; only ui/src/ipc.ts may", path.display());
    }
}

#[test]
fn only_the_terminal_front_names_its_commands() {
    let commands = ["climb", "ab", "compare", "concurrency", "stress", "validate", "models", "key", "history", "doctor"];
    let shared = ["core", "models", "engines", "hardware", "climb", "store", "report", "jobs", "app"];
    for (path, text) in shared.iter().flat_map(|name| texts(&format!("src-tauri/{name}"))).chain(texts("ui/src")) {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let named = commands.iter().find(|command| line.contains(&format!("toprung {command}")));
            assert!(named.is_none(), "a window has no prompt to type at: {} says {line}", path.display());
        }
    }
}
