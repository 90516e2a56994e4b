//! An OpenAI-compatible server through the terminal program: climbed, compared, measured with several requests at once, with its key.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::process::Command;

use common::{Place, lab_llama_server, run};
use server::Server;

const KEY: &str = "sk-very-secret-1234";

fn with_key(mut command: Command) -> Command {
    command.env("TOPRUNG_API_KEY", KEY);
    command
}

/// Fails the test where a file of the data folder or beside it holds the key.
fn no_file_holds_the_key(place: &Place) {
    let mut folders = vec![place.file("")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{} holds the key", path.display());
        }
    }
}

#[test]
fn a_server_is_climbed_with_what_it_serves_and_its_key_stays_secret() {
    let (place, server) = (Place::new(), Server::start(Some(KEY), 1));
    let arguments = format!("climb --engine openai --url {}/v1 --mode classic --json results.json --report report.md", server.url);
    let ended = run(with_key(place.toprung(&arguments))).expect(0);
    let results = place.json("results.json");
    assert_eq!((&results["rungs"][0]["model"], &results["run"]["engine"]), (&"tiny".into(), &"openai".into()), "{results}");
    assert_eq!(results["rungs"][0]["success"]["ok"], 5, "{results}");
    assert_eq!(server.carried(KEY), server.heard.lock().unwrap().len(), "each request carries the key");
    assert!(!format!("{}{}{results}", ended.out, ended.err).contains(KEY));
    no_file_holds_the_key(&place);
}

#[test]
fn a_refused_key_says_what_to_do_and_is_not_repeated() {
    let (place, server) = (Place::new(), Server::start(Some("another"), 1));
    let arguments = format!("climb --engine openai --url {} --model tiny", server.url);
    let ended = run(place.toprung(&arguments)).expect(3);
    ended.says("HTTP 401");
    ended.says("no key was sent");
    ended.says("or set TOPRUNG_API_KEY");
    ended.says("toprung key set URL");
    let ended = run(with_key(place.toprung(&arguments))).expect(3);
    ended.says("a key was sent");
    assert!(!ended.err.contains(KEY), "the server repeated it, and that must not be passed on: {}", ended.err);
    no_file_holds_the_key(&place);
}

#[test]
fn a_ladder_file_gets_the_environments_key_only_for_the_server_that_was_named() {
    let (place, server) = (Place::new(), Server::start(None, 1));
    let ladder = format!("name = \"mine\"\n\n[[rung]]\nmodel = \"tiny\"\nengine = \"openai\"\nserver = \"{}\"\n", server.url);
    fs::write(place.file("mine.toml"), ladder).unwrap();
    run(with_key(place.toprung("climb --ladder mine.toml --mode classic"))).expect(0);
    assert_eq!(server.carried(KEY), 0, "whoever wrote the file must not get the key");
    run(with_key(place.toprung(&format!("climb --ladder mine.toml --mode classic --engine openai --url {}", server.url)))).expect(0);
    assert!(server.carried(KEY) > 0, "this server was named by hand");
}

#[test]
fn what_a_server_can_not_do_is_refused_as_bad_input() {
    let (place, server) = (Place::new(), Server::start(None, 1));
    let at = format!("--engine openai --url {}", server.url);
    let table = [
        ("climb --engine openai".to_owned(), "no usual address. Give it, such as http://127.0.0.1:8080"),
        ("models list --engine openai".to_owned(), "no usual address"),
        ("concurrency --engine openai --model tiny".to_owned(), "no usual address"),
        (format!("models pull tiny {at}"), "none can be pulled or deleted"),
        (format!("models rm tiny {at}"), "none can be pulled or deleted"),
        (format!("climb --model llama3.2:1b {at}"), "It serves tiny."),
        (format!("climb --model tny {at}"), "Did you mean tiny?"),
        (format!("climb --ladder starter {at}"), "Choose the ladder installed"),
        (format!("ab --a tiny --b tiny --engine-a openai --url-a {} --context-b 8192", server.url), "can't be set from here"),
        (format!("concurrency --model tiny --mode classic {at}"), "Choose quick, standard or thorough"),
        (format!("concurrency --model tiny --up-to 0 {at}"), "Ask for 1 to 256"),
        (format!("concurrency --model other {at}"), "It serves tiny."),
        ("concurrency --model smollm2-135m-instruct".to_owned(), "Did you mean smollm2-135m-instruct-q4_1?"),
        (format!("concurrency --model tiny --json levels.txt {at}"), "does not end with .json"),
        ("key set http://example.com".to_owned(), "Use an https address"),
        ("key set ftp://127.0.0.1".to_owned(), "only http and https"),
    ];
    for (arguments, words) in table {
        let ended = run(place.toprung(&arguments));
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.err);
        assert!(ended.err.contains(words), "{arguments} should say “{words}”: {}", ended.err);
    }
    assert!(place.stored_runs().is_empty(), "nothing was begun");
}

#[test]
fn a_key_is_not_sent_across_the_internet_unencrypted() {
    let place = Place::new();
    let ended = run(with_key(place.toprung("models list --engine openai --url http://192.0.2.1:9"))).expect(2);
    ended.says("would cross the internet to 192.0.2.1 unencrypted");
    assert!(!ended.err.contains(KEY));
}

#[test]
fn a_machine_without_a_keyring_is_told_of_the_variable() {
    let place = Place::new();
    fs::write(place.file("key"), KEY).unwrap();
    let mut command = place.toprung("key set http://127.0.0.1:8080");
    command.stdin(fs::File::open(place.file("key")).unwrap());
    let ended = run(command).expect(3);
    ended.says("keyring can't be reached");
    ended.says("TOPRUNG_API_KEY");
    assert!(!ended.err.contains(KEY), "{}", ended.err);
}

#[test]
fn its_models_are_listed_and_the_doctor_looks_at_it() {
    let (place, server) = (Place::new(), Server::start(None, 1));
    let listed = run(place.toprung(&format!("models list --engine openai --url {}", server.url))).expect(0).out;
    assert!(listed.contains("tiny") && !listed.contains("can be pulled") && !listed.contains("Pull one"), "{listed}");
    let found = run(place.toprung(&format!("doctor --url http://127.0.0.1:9 --server {}", server.url))).expect(0).out;
    assert!(found.contains("✓ OpenAI-compatible server") && found.contains("1 model"), "{found}");
    assert!(found.contains("Keyring") && found.contains("TOPRUNG_API_KEY"), "{found}");
}

#[test]
fn two_servers_are_measured_in_turns() {
    let (place, a, b) = (Place::new(), Server::start(None, 2), Server::start(None, 1));
    let arguments =
        format!("ab --a tiny --b tiny --engine-a openai --url-a {} --url-b {} --trials 5 --mode quick --json ab.json", a.url, b.url);
    let ended = run(place.toprung(&arguments)).expect(0);
    assert!(ended.err.contains(&format!("A: tiny, {}/", a.url)) && ended.err.contains(&format!("B: tiny, {}/", b.url)), "{}", ended.err);
    assert_eq!(place.json("ab.json")["schema"], 1);
}

#[test]
fn requests_at_once_are_measured_and_written_as_versioned_json() {
    let (place, server) = (Place::new(), Server::start(None, 2));
    let arguments = format!("concurrency --engine openai --url {} --model tiny --up-to 2 --mode quick --json levels.json", server.url);
    let ended = run(place.toprung(&arguments)).expect(0);
    assert!(ended.out.contains("First token, p95") && ended.out.contains("0 of 6"), "{}", ended.out);
    let levels = place.json("levels.json");
    assert_eq!((&levels["schema"], &levels["model"], &levels["up_to"]), (&1.into(), &"tiny".into(), &2.into()), "{levels}");
    assert!(["saturated", "still_growing"].contains(&levels["end"].as_str().unwrap()), "{levels}");
    assert!(levels["answer"].as_str().unwrap().contains("tokens/s"), "{levels}");
    let measured = levels["levels"].as_array().unwrap();
    assert_eq!(measured.iter().map(|level| level["parallel"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2]);
    for level in measured {
        assert!(level["total_tps"]["median"].as_f64().unwrap() > 0.0 && level["ttft_p95_ms"].as_f64().unwrap() > 0.0, "{level}");
    }
    let alone = run(place.toprung(&arguments.replace("levels.json", "-"))).expect(0).out;
    assert!(serde_json::from_str::<serde_json::Value>(&alone).is_ok(), "standard output holds one JSON value and nothing else: {alone}");
}

#[test]
fn a_measurement_that_was_stopped_keeps_its_levels() {
    let (place, server) = (Place::new(), Server::start(None, 10));
    let arguments = format!("concurrency --engine openai --url {} --model tiny --mode quick --json levels.json", server.url);
    let mut measuring = place.start(place.toprung(&arguments));
    measuring.wait_for("✓ 1 request at once");
    measuring.signal("INT");
    measuring.end().expect(130).says("what is finished is kept");
    let levels = place.json("levels.json");
    assert_eq!(levels["end"], "interrupted");
    assert!(!levels["levels"].as_array().unwrap().is_empty(), "{levels}");
}

#[test]
fn an_engine_that_answers_nobody_ends_with_3() {
    let place = Place::new();
    run(place.toprung("concurrency --engine openai --url http://127.0.0.1:9 --model tiny")).expect(3).says("Nothing answers");
}

#[test]
fn a_real_server_is_climbed_and_measured_with_requests_at_once() {
    let Some(url) = lab_llama_server() else { return };
    let place = Place::new();
    run(place.toprung(&format!("climb --engine openai --url {url} --mode quick --json results.json"))).expect(0);
    let results = place.json("results.json");
    let model = results["rungs"][0]["model"].as_str().unwrap();
    assert!(results["rungs"][0]["decode_tps"]["median"].as_f64().unwrap() > 1.0, "{results}");
    let arguments = format!("concurrency --engine openai --url {url} --model {model} --up-to 2 --mode quick --json levels.json");
    run(place.toprung(&arguments)).expect(0);
    let levels = place.json("levels.json");
    assert!(levels["levels"][0]["total_tps"]["median"].as_f64().unwrap() > 1.0, "{levels}");
}
