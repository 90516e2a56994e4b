//! Stress tests on real parts: the lab's Ollama server and registry, the embedded engine and its own downloads.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{Place, SMALL, lab_models, lab_ollama, run};
use serde_json::Value;

/// Two models of the lab's registry, the smaller first.
const MODELS: [&str; 2] = ["smollm2:135m", "gemma3:270m"];
/// The same files as the catalogue has them: name, size, digest.
const FILES: [(&str, &str); 2] = [("smollm2-135m-instruct-q4_1", "smollm2"), ("gemma-3-270m-q4_k_m", "gemma3")];

fn checks(test: &Value, models: usize) {
    let record = &test["record"]["models"];
    assert_eq!(record.as_array().unwrap().len(), models);
    for model in record.as_array().unwrap() {
        assert_eq!(model["end"], "complete", "{model}");
        let (points, total) = (model["points"].as_array().unwrap(), model["total_bytes"].as_u64().unwrap());
        assert!(total > 90_000_000 && points.last().unwrap()[1].as_u64() == Some(total), "{model}");
        assert!(model["digest"].is_string(), "{model}");
    }
    assert_eq!(test["verdict"], "pass", "{}", test["reasons"]);
}

#[test]
fn two_models_come_from_a_real_registry_through_ollama_and_one_is_cut_and_goes_on() {
    let Some((url, library)) = lab_ollama() else { return };
    let place = Place::new();
    let engine = format!("--engine ollama --url {url}");
    let models = MODELS.map(|model| format!("{library}/{model}"));
    for model in &models {
        run(place.toprung(&format!("models rm {model} {engine}")));
    }
    let line = format!("stress download --model {} {engine} --json test.json", models.join(" "));
    let tested = run(place.toprung(&line)).expect(0);
    let test = place.json("test.json");
    checks(&test, 2);
    let cut = &test["record"]["models"][0]["cuts"][0];
    let resumed = cut["resumed"][1].as_u64().unwrap();
    assert!(cut["cause"].is_null() && resumed * 10 >= cut["done_bytes"].as_u64().unwrap() * 9, "it went on from what it had: {cut}");
    for words in ["Concurrent download: PASS", "Combined throughput:", "System load:", "Memory available:"] {
        assert!(tested.out.contains(words), "“{words}” is missing:\n{}", tested.out);
    }
}

/// A line to a server that is torn in the middle of the first pull: both ends see their connection break.
fn tearing(server: &str, after: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (server, torn) = (server.trim_start_matches("http://").trim_end_matches('/').to_owned(), Arc::new(AtomicBool::new(false)));
    std::thread::spawn(move || {
        for client in listener.incoming().filter_map(Result::ok) {
            let (server, torn) = (server.clone(), Arc::clone(&torn));
            std::thread::spawn(move || forward(client, &server, &torn, after));
        }
    });
    url
}

fn forward(mut client: TcpStream, server: &str, torn: &AtomicBool, after: Duration) {
    let mut upstream = TcpStream::connect(server).unwrap();
    let mut first = vec![0; 64 * 1024];
    let read = client.read(&mut first).unwrap_or(0);
    let is_pull = String::from_utf8_lossy(&first[..read]).starts_with("POST /api/pull");
    if upstream.write_all(&first[..read]).is_err() {
        return;
    }
    let tear_at = (is_pull && !torn.swap(true, Ordering::SeqCst)).then(|| Instant::now() + after);
    let (mut rest, mut onward) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut rest, &mut onward));
    let mut piece = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = upstream.read(&mut piece) {
        let is_torn = tear_at.is_some_and(|at| Instant::now() > at);
        if is_torn || client.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(std::net::Shutdown::Both);
    let _ = upstream.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_download_whose_line_is_torn_goes_on_from_what_it_had() {
    let Some((url, library)) = lab_ollama() else { return };
    let place = Place::new();
    let models = MODELS.map(|model| format!("{library}/{model}"));
    for model in &models {
        run(place.toprung(&format!("models rm {model} --engine ollama --url {url}")));
    }
    let line = tearing(&url, Duration::from_millis(1200));
    let test = format!("stress download --model {} --no-cut --engine ollama --url {line} --json test.json", models.join(" "));
    run(place.toprung(&test)).expect(0);
    let test = place.json("test.json");
    checks(&test, 2);
    let cuts: Vec<&Value> =
        test["record"]["models"].as_array().unwrap().iter().flat_map(|model| model["cuts"].as_array().unwrap()).collect();
    let [cut] = cuts.as_slice() else { panic!("one line was torn: {cuts:?}") };
    assert_eq!(cut["cause"]["kind"], "download_failed", "{cut}");
    assert!(cut["resumed"][1].as_u64().unwrap() * 10 >= cut["done_bytes"].as_u64().unwrap() * 9, "it went on from what it had: {cut}");
}

#[test]
fn the_embedded_engines_own_downloads_are_cut_and_go_on() {
    let (Some(lab), Some((_, library))) = (lab_models(), lab_ollama()) else { return };
    let place = Place::new();
    let mut ladder = "name = \"from-the-lab\"\n".to_owned();
    for (file, repository) in FILES {
        let sum = std::process::Command::new("sha256sum").arg(lab.join(format!("{file}.gguf"))).output().unwrap().stdout;
        let sum = String::from_utf8(sum).unwrap();
        let sum = sum.split(' ').next().unwrap().to_owned();
        let url = format!("http://{library}/{repository}/blobs/sha256:{sum}").replace("/library", "/v2/library");
        ladder += &format!("[[rung]]\nmodel = \"own-{repository}\"\nurl = \"{url}\"\nsha256 = \"{sum}\"\n");
    }
    fs::write(place.file("lab.toml"), ladder).unwrap();
    place.install(&lab, SMALL);
    let line = format!("stress download --ladder ./lab.toml --beside {SMALL} --yes --json test.json");
    let tested = run(place.toprung(&line)).expect(0);
    let test = place.json("test.json");
    checks(&test, 2);
    assert!(test["record"]["models"][0]["cuts"][0]["resumed"][1].as_u64().unwrap() > 30_000_000, "{}", test["record"]["models"][0]["cuts"]);
    assert!(test["record"]["neighbour"]["before_tps"].as_array().unwrap().len() == 3, "{}", test["record"]["neighbour"]);
    assert!(tested.out.contains(&format!("- {SMALL} meanwhile:")), "{}", tested.out);
}

#[test]
fn a_real_model_works_for_a_while_and_its_curve_is_kept() {
    let Some(lab) = lab_models() else { return };
    let place = Place::new();
    place.install(&lab, SMALL);
    run(place.toprung(&format!("stress sustain --model {SMALL} --seconds 12 --loop 3 --cool-down 1 --json test.json"))).expect(0);
    let test = place.json("test.json");
    // How steady a shared machine is, is not this test's to say.
    assert!(["pass", "fail", "not_decided"].contains(&test["verdict"].as_str().unwrap()));
    let stability = test["evidence"][0].as_str().unwrap();
    assert!(stability.starts_with("Stability: ") && stability.contains("4 loops"), "{stability}");
    assert!(test["samples"].as_array().unwrap().len() >= 12, "a reading a second");
}

#[test]
fn two_real_models_answer_side_by_side_each_in_its_worker() {
    let Some(lab) = lab_models() else { return };
    let place = Place::new();
    FILES.iter().for_each(|(file, _)| place.install(&lab, file));
    run(place.toprung("stress concurrent --json test.json")).expect(0);
    let test = place.json("test.json");
    let record = &test["record"];
    assert_eq!(record["switches"].as_array().unwrap().len(), 3, "{record}");
    assert!(record["switches"].as_array().unwrap().iter().all(|switch| switch["load_ms"].as_f64().unwrap() > 1.0), "{record}");
    assert_eq!(record["loaded"][1]["held"].as_array().unwrap().len(), 2, "both are in memory: {record}");
    assert_eq!((test["verdict"].as_str(), record["together"].as_array().unwrap().len()), (Some("pass"), 2), "{}", test["reasons"]);
}

#[test]
fn ollama_names_what_it_holds_beside_each_other() {
    let Some((url, library)) = lab_ollama() else { return };
    let place = Place::new();
    let engine = format!("--engine ollama --url {url}");
    let models = MODELS.map(|model| format!("{library}/{model}"));
    for model in &models {
        run(place.toprung(&format!("models pull {model} {engine}"))).expect(0);
    }
    run(place.toprung(&format!("stress concurrent --model {} {engine} --json test.json", models.join(" "))));
    let record = &place.json("test.json")["record"];
    let held = record["loaded"][1]["held"].as_array().unwrap();
    let evicted = record["loaded"][1]["evicted"].as_array().unwrap();
    assert!(held.iter().any(|model| model.as_str().unwrap().ends_with(MODELS[0])), "what it was asked for is there: {record}");
    assert_eq!(held.len() + evicted.len(), 2, "each is either held or was pushed out: {record}");
}

#[test]
fn a_real_models_context_grows_to_what_it_was_trained_for() {
    let Some(lab) = lab_models() else { return };
    let place = Place::new();
    place.install(&lab, SMALL);
    run(place.toprung(&format!("stress limit --model {SMALL} --json test.json"))).expect(0);
    let test = place.json("test.json");
    let contexts: Vec<u64> =
        test["record"]["attempts"].as_array().unwrap().iter().map(|one| one["context_tokens"].as_u64().unwrap()).collect();
    assert_eq!(contexts, [2048, 4096, 8192], "SmolLM2 was trained for 8192 tokens");
    assert_eq!(test["verdict"], "pass", "{}", test["reasons"]);
    assert!(test["record"]["attempts"][2]["took_bytes"].as_u64().unwrap() > test["record"]["attempts"][0]["took_bytes"].as_u64().unwrap());
}
