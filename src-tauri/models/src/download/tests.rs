mod faults;
mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::testing::model_file;
use server::{Answer, Server};

/// Impatient, so that faults show within a test's time.
fn limits() -> Limits {
    Limits {
        idle: Duration::from_millis(400),
        back_off: Duration::from_millis(5),
        attempts: 4,
        connections: 4,
        parallel_from_bytes: 1 << 20,
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn request(folder: &TempDir, url: &str, file: &[u8]) -> Request {
    Request {
        urls: vec![url.to_owned()],
        sha256: Some(sha256(file)),
        bytes: Some(file.len() as u64),
        target: folder.path().join("model.gguf"),
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

async fn get(request: &Request) -> Result<Downloaded, Cause> {
    download(request, &limits(), &mut |_| {}).await
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).expect("it is there");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn assert_installed(folder: &TempDir, file: &[u8]) {
    assert_eq!(names(folder), ["model.gguf"], "the target is there and nothing is left beside it");
    assert!(std::fs::read(folder.path().join("model.gguf")).expect("it is readable") == file, "every byte is in its place");
}

#[tokio::test]
async fn a_large_file_comes_over_several_connections() {
    let (folder, file) = (folder(), model_file(3000));
    let server = Server::with_ranges(file.clone()).await;
    let mut reports = Vec::new();
    let done =
        download(&request(&folder, &server.url, &file), &limits(), &mut |progress| reports.push(progress)).await.expect("it is right");
    assert_eq!((done.bytes, done.sha256), (file.len() as u64, sha256(&file)));
    assert_installed(&folder, &file);
    let pieces = server.asked().iter().filter(|asked| asked.range.as_ref().is_some_and(|range| range.len() > 4)).count();
    assert_eq!(pieces, 4, "one piece for each of four connections");
    let last = reports.last().expect("it reports");
    assert_eq!((last.stage, last.done_bytes, last.total_bytes), (Stage::Verifying, file.len() as u64, Some(file.len() as u64)));
    assert!(
        reports.iter().any(|report| report.stage == Stage::Downloading && report.done_bytes == file.len() as u64),
        "the bar reaches its end"
    );
}

#[tokio::test]
async fn a_small_file_comes_over_one_connection() {
    let (folder, file) = (folder(), model_file(64));
    let server = Server::with_ranges(file.clone()).await;
    get(&request(&folder, &server.url, &file)).await.expect("it is right");
    assert_eq!(server.asked().len(), 2, "the first four bytes, then the rest in one piece");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn cut_connections_are_made_anew_where_they_broke() {
    let (folder, file) = (folder(), model_file(3000));
    let body = file.clone();
    let server = Server::start(move |asked| Answer { cut: Some(300 << 10), ..Answer::part(&body, "v1", asked) }).await;
    get(&request(&folder, &server.url, &file)).await.expect("each connection brings a part");
    assert_installed(&folder, &file);
    let sent: usize = server.asked().iter().filter_map(|asked| asked.range.as_ref()).map(|range| range.len().min(300 << 10)).sum();
    assert!(sent < file.len() + file.len() / 10, "nothing is fetched twice: {sent} of {}", file.len());
}

#[tokio::test]
async fn a_cancelled_download_goes_on_where_it_stopped() {
    let (folder, file) = (folder(), model_file(900));
    let body = file.clone();
    // Stalls after 300 KiB until the second download comes.
    let server = Server::start(move |asked| match asked.number {
        1 => Answer { stall: Some(300 << 10), ..Answer::part(&body, "v1", asked) },
        _ => Answer::part(&body, "v1", asked),
    })
    .await;
    let request = request(&folder, &server.url, &file);
    let patient = Limits { idle: Duration::from_secs(60), ..limits() };
    let cancelled = tokio::time::timeout(Duration::from_millis(700), download(&request, &patient, &mut |_| {})).await;
    assert!(cancelled.is_err(), "it was still waiting");
    assert_eq!(names(&folder), ["model.gguf.part", "model.gguf.part.json"], "the target is not there before it is whole");
    let kept = partial(&request.target).expect("something is kept");
    assert_eq!((kept.done_bytes, kept.total_bytes), (300 << 10, file.len() as u64));
    get(&request).await.expect("it goes on");
    assert_installed(&folder, &file);
    let last = server.asked().pop().and_then(|asked| asked.range).expect("it asked for a range");
    assert_eq!(last.start, 300 << 10, "it asked only for what was missing");
}

#[tokio::test]
async fn a_server_without_ranges_serves_the_whole() {
    let (folder, file) = (folder(), model_file(3000));
    let body = file.clone();
    let server = Server::start(move |_| Answer { status: 200, body: body.clone(), ..Answer::default() }).await;
    get(&request(&folder, &server.url, &file)).await.expect("it is right");
    assert_eq!(server.asked().len(), 1, "the first answer is the file");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn a_server_without_ranges_is_asked_again_for_the_whole() {
    let (folder, file) = (folder(), model_file(900));
    let body = file.clone();
    let server = Server::start(move |asked| {
        let cut = (asked.number == 0).then_some(300 << 10);
        Answer { status: 200, body: body.clone(), cut, ..Answer::default() }
    })
    .await;
    get(&request(&folder, &server.url, &file)).await.expect("the second answer is whole");
    assert_eq!(server.asked().len(), 2);
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn a_file_of_unknown_length_is_taken_to_its_end() {
    let (folder, file) = (folder(), model_file(300));
    let body = file.clone();
    let server = Server::start(move |_| Answer { status: 200, body: body.clone(), chunked: true, ..Answer::default() }).await;
    let request = Request { bytes: None, ..request(&folder, &server.url, &file) };
    get(&request).await.expect("it is right");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn a_file_that_changed_on_the_server_is_begun_anew() {
    let (folder, old, new) = (folder(), model_file(900), model_file(901));
    let (first, second) = (old.clone(), new.clone());
    let server = Server::start(move |asked| match asked.number {
        0 => Answer::part(&first, "v1", asked),
        1 => Answer { stall: Some(300 << 10), ..Answer::part(&first, "v1", asked) },
        _ => Answer::part(&second, "v2", asked),
    })
    .await;
    let request_of = |file: &[u8]| request(&folder, &server.url, file);
    let patient = Limits { idle: Duration::from_secs(60), ..limits() };
    let _ = tokio::time::timeout(Duration::from_millis(700), download(&request_of(&old), &patient, &mut |_| {})).await;
    assert!(partial(&request_of(&old).target).is_some(), "a part of the old file is there");
    get(&request_of(&new)).await.expect("the new file is right");
    assert_installed(&folder, &new);
}

#[tokio::test]
async fn a_file_that_changes_under_a_download_is_begun_anew() {
    let (folder, file) = (folder(), model_file(3000));
    let body = file.clone();
    let server = Server::start(move |asked| Answer::part(&body, if asked.number < 3 { "v1" } else { "v2" }, asked)).await;
    get(&request(&folder, &server.url, &file)).await.expect("the second version is whole");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn several_files_come_at_once_and_one_file_only_once() {
    let (folder, file) = (folder(), model_file(900));
    let body = file.clone();
    let server = Server::start(move |asked| match asked.range.as_ref().is_some_and(|range| range.len() > 4) {
        true => Answer { stall: Some(100 << 10), ..Answer::part(&body, "v1", asked) },
        false => Answer::part(&body, "v1", asked),
    })
    .await;
    let request = request(&folder, &server.url, &file);
    let patient = Limits { idle: Duration::from_secs(60), ..limits() };
    let good = Server::with_ranges(file.clone()).await;
    let other = Request { urls: vec![good.url.clone()], target: folder.path().join("other.gguf"), ..request.clone() };
    let (first_reports, second) = (AtomicUsize::new(0), request.clone());
    let mut count = |_| {
        first_reports.fetch_add(1, Ordering::Relaxed);
    };
    tokio::select! {
        biased;
        _ = download(&request, &patient, &mut count) => panic!("its server stalls"),
        (same, other) = async { tokio::join!(get(&second), get(&other)) } => {
            assert!(same.expect_err("it is under way").detail.contains("being downloaded already"));
            other.expect("another file is not held up");
        }
    }
    assert!(first_reports.into_inner() > 2, "the first went on meanwhile");
}

#[tokio::test]
async fn the_next_address_is_tried_where_one_fails() {
    let (folder, file) = (folder(), model_file(64));
    let gone = Server::start(|_| Answer::status(404)).await;
    let good = Server::with_ranges(file.clone()).await;
    let request = Request { urls: vec![gone.url.clone(), good.url.clone()], ..request(&folder, "", &file) };
    get(&request).await.expect("the second has it");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn a_download_may_run_on_any_thread() {
    let (folder, file) = (folder(), model_file(64));
    let server = Server::with_ranges(file.clone()).await;
    let request = request(&folder, &server.url, &file);
    // It compiles only if the future is Send, which the engines' trait asks for.
    tokio::spawn(async move { get(&request).await }).await.expect("no panic").expect("it is right");
}
