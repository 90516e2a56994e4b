//! What goes wrong outside the program: each fault is named with its next step, and what is finished stays.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use common::{Place, SMALL, lab_models, lab_ollama, run, seed_climb, seed_script, slow_script};

/// A web server that is no Ollama server. It answers as long as the test runs.
fn web_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().filter_map(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let page = "<!doctype html><title>A router</title>";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", page.len());
            let _ = stream.write_all(format!("{head}{page}").as_bytes());
        }
    });
    url
}

#[test]
fn a_web_page_is_no_engine() {
    let place = Place::new();
    let url = web_server();
    let ended = run(place.toprung(&format!("climb --engine ollama --url {url}"))).expect(3);
    ended.says("What answers there is not such an engine");
    ended.says("Check the address and the port");
    let found = run(place.toprung(&format!("doctor --url {url}"))).expect(0).out;
    assert!(found.contains("not such an engine"), "{found}");
}

#[test]
fn a_model_that_no_server_has_is_a_rung_that_failed() {
    let Some((url, library)) = lab_ollama() else { return };
    let place = Place::new();
    let arguments = format!("climb --engine ollama --url {url} --model {library}/no-such-model:1b --json results.json");
    run(place.toprung(&arguments)).expect(3).says("There is no such model");
    assert_eq!(place.json("results.json")["rungs"][0]["cause"]["code"], "model_not_found");
}

#[test]
fn damaged_files_fail_their_rungs_and_the_ladder_goes_on() {
    let Some(lab) = lab_models() else { return };
    let place = Place::new();
    let models = place.models();
    place.install(&lab, SMALL);
    let sound = fs::read(lab.join(format!("{SMALL}.gguf"))).unwrap();
    fs::write(models.join("cut.gguf"), &sound[..sound.len() / 2]).unwrap();
    let mut flipped = sound.clone();
    flipped[0] ^= 0xff;
    fs::write(models.join("flipped.gguf"), &flipped).unwrap();
    // One byte of the weights of a file that carries the catalogue's name: only its digest shows it.
    let mut altered = fs::read(lab.join("gemma-3-270m-q4_k_m.gguf")).unwrap();
    *altered.last_mut().unwrap() ^= 0xff;
    fs::write(models.join("gemma-3-270m-q4_k_m.gguf"), &altered).unwrap();

    let arguments = format!("climb --model cut flipped gemma-3-270m-q4_k_m {SMALL} --mode quick --json results.json");
    let ended = run(place.toprung(&arguments)).expect(0);
    ended.says("The model file is damaged");
    let rungs = place.json("results.json")["rungs"].clone();
    for damaged in 0..3 {
        assert_eq!(rungs[damaged]["cause"]["code"], "damaged_file", "{}", rungs[damaged]["model"]);
    }
    assert!(rungs[3]["cause"].is_null() && !rungs[3]["decode_tps"].is_null(), "the sound one is measured: {}", rungs[3]);
}

#[test]
fn a_stream_that_ends_early_is_a_failure_and_never_a_short_answer() {
    let place = Place::new();
    let fault = "[[models.faults]]\nat = \"answer\"\ncause = \"stream_ended_early\"\nafter = 0.5\n";
    let script = format!("{}{fault}", slow_script(2));
    run(place.scripted(&script, "climb --mode classic --json results.json")).expect(0);
    let rungs = place.json("results.json")["rungs"].clone();
    assert!(rungs[0]["cause"].is_null(), "the fault strikes the last model of the script alone");
    assert_eq!((&rungs[1]["cause"]["code"], &rungs[1]["verdict"]), (&"stream_ended_early".into(), &"avoid".into()));
    assert_eq!(rungs[1]["success"]["ok"], 0);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_said_and_the_climb_still_measures() {
    let place = Place::new();
    fs::remove_dir(place.home()).unwrap();
    fs::write(place.home(), "a file where the folder should be").unwrap();
    let ended = run(place.scripted(&seed_script(), &format!("{} --json results.json", seed_climb()))).expect(0);
    ended.says("can't be written, so nothing is kept after this program ends");
    ended.says("TOPRUNG_HOME");
    assert_eq!(place.json("results.json")["rungs"].as_array().unwrap().len(), 5);
    assert!(!ended.out.contains("history show"), "nothing is kept, so nothing is promised: {}", ended.out);
}

#[test]
fn a_second_climb_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let mut first = place.start(place.scripted(&slow_script(3), "climb --mode classic"));
    first.wait_for("1/3");
    for second in ["climb --mode classic", "climb --resume"] {
        let ended = run(place.scripted(&slow_script(3), second)).expect(3);
        ended.says("Another measurement is running");
        ended.says(&format!("process {}", first.child.id()));
    }
    first.end().expect(0);
    assert_eq!(place.stored_runs().len(), 1);
}

/// A data folder on a file system of two megabytes, unmounted at the end.
struct SmallDisk(Place);

impl SmallDisk {
    /// `None` with a printed line where this account may not mount.
    fn new() -> Option<Self> {
        let place = Place::new();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(place.home());
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        println!("skipped: a small file system can't be mounted here");
        None
    }

    /// Takes all the room there is.
    fn fill(&self) -> PathBuf {
        let path = self.0.home().join("filler");
        let mut file = fs::File::create(&path).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.home()).status();
    }
}

#[test]
fn a_full_disk_pauses_the_climb_until_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let mut climb = disk.0.start(disk.0.scripted(&slow_script(4), "climb --mode classic"));
    climb.wait_for("✓ rung-0");
    let filler = disk.fill();
    climb.wait_for("paused: The disk is full");
    let said = climb.said();
    assert!(said.contains("Free some space: saving is tried again every 2 s"), "{said}");
    fs::remove_file(filler).unwrap();
    climb.wait_for("saved; going on");
    climb.end().expect(0);
    let run = disk.0.stored_runs().remove(0);
    assert!(run.rungs.iter().all(|rung| rung.trials.len() == 5), "nothing was lost and nothing was measured twice");
}

#[test]
fn a_climb_stopped_on_a_full_disk_keeps_what_was_saved() {
    let Some(disk) = SmallDisk::new() else { return };
    let mut climb = disk.0.start(disk.0.scripted(&slow_script(4), "climb --mode classic"));
    climb.wait_for("✓ rung-0");
    let filler = disk.fill();
    climb.wait_for("paused: The disk is full");
    climb.signal("INT");
    climb.end().expect(130).says("climb --resume");
    fs::remove_file(filler).unwrap();
    let kept = disk.0.stored_runs().remove(0);
    assert_eq!(kept.rungs[0].trials.len(), 5);
    run(disk.0.scripted(&slow_script(4), "climb --resume")).expect(0);
    let after = disk.0.stored_runs().remove(0);
    assert!(after.rungs.iter().all(|rung| rung.trials.len() == 5));
    assert_eq!(after.rungs[0].trials, kept.rungs[0].trials);
}
