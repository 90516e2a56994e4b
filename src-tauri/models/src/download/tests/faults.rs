//! What goes wrong on the way, and what a person is told.

use toprung_core::cause::CauseKind;

use super::*;

async fn fails(request: &Request, kind: CauseKind, words: &str) -> Cause {
    let cause = get(request).await.expect_err("it cannot succeed");
    assert_eq!(cause.kind, kind, "{cause}");
    assert!(cause.detail.contains(words), "“{words}” explains it: {cause}");
    assert!(!request.target.exists(), "a file under its own name is always whole");
    cause
}

#[tokio::test]
async fn a_wrong_digest_is_not_installed_and_nothing_is_kept() {
    let (folder, file) = (folder(), model_file(900));
    let mut other = file.clone();
    *other.last_mut().expect("it is not empty") ^= 1;
    let server = Server::with_ranges(other.clone()).await;
    let cause = fails(&request(&folder, &server.url, &file), CauseKind::DamagedFile, &sha256(&file)).await;
    assert!(cause.detail.contains(&sha256(&other)), "both digests are named: {cause}");
    assert!(names(&folder).is_empty(), "going on from it could never end well");
}

#[tokio::test]
async fn another_size_is_refused_before_anything_is_downloaded() {
    let (folder, file) = (folder(), model_file(900));
    let server = Server::with_ranges(model_file(901)).await;
    fails(&request(&folder, &server.url, &file), CauseKind::DamagedFile, "another file").await;
    assert_eq!(server.asked().len(), 1, "one question was enough");
    assert!(names(&folder).is_empty(), "nothing is left behind");
}

#[tokio::test]
async fn a_disk_that_is_too_small_is_told_before_the_download() {
    let folder = folder();
    let start = model_file(64);
    let server = Server::start(move |asked| {
        let part = Answer::part(&start, "v1", asked);
        Answer { headers: vec![("Content-Range", "bytes 0-3/4000000000000000".to_owned())], ..part }
    })
    .await;
    let request = Request { bytes: None, sha256: None, ..request(&folder, &server.url, b"") };
    fails(&request, CauseKind::DiskFull, "4000000 GB").await;
    assert_eq!(server.asked().len(), 1, "nothing was downloaded");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_fills_up_on_the_way_is_told_and_freed() {
    let folder = folder();
    let mount = |arguments: &[&str]| std::process::Command::new(arguments[0]).args(&arguments[1..]).arg(folder.path()).output();
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: mounting a small disk needs root");
        return;
    }
    let file = model_file(4000);
    let body = file.clone();
    // Without a length only the write itself can tell.
    let server = Server::start(move |_| Answer { status: 200, body: body.clone(), chunked: true, ..Answer::default() }).await;
    let request = Request { bytes: None, ..request(&folder, &server.url, &file) };
    let result = get(&request).await;
    let left = names(&folder);
    mount(&["umount"]).expect("it was mounted");
    let cause = result.expect_err("4 MB do not fit into 2");
    assert_eq!(cause.kind, CauseKind::DiskFull, "{cause}");
    assert!(left.is_empty(), "what cannot be resumed does not keep the disk full: {left:?}");
}

#[tokio::test]
async fn a_stalled_server_is_given_up_and_its_bytes_are_kept() {
    let (folder, file) = (folder(), model_file(900));
    let body = file.clone();
    let server = Server::start(move |asked| match asked.number {
        0 => Answer::part(&body, "v1", asked),
        1 => Answer { stall: Some(100 << 10), ..Answer::part(&body, "v1", asked) },
        _ => Answer { stall: Some(0), ..Answer::part(&body, "v1", asked) },
    })
    .await;
    let request = request(&folder, &server.url, &file);
    let cause = fails(&request, CauseKind::DownloadFailed, "sent nothing for 0.4 s").await;
    assert!(cause.detail.contains("102 kB are kept"), "what came is not lost: {cause}");
    assert_eq!(server.asked().len(), 1 + 4, "it was tried as often as the limits say");
}

#[tokio::test]
async fn missing_refused_and_broken_are_told_apart() {
    for (status, kind, words) in [
        (404, CauseKind::ModelNotFound, "404"),
        (410, CauseKind::ModelNotFound, "410"),
        (403, CauseKind::DownloadFailed, "account"),
        (500, CauseKind::DownloadFailed, "500"),
    ] {
        let (folder, file) = (folder(), model_file(64));
        let server = Server::start(move |_| Answer::status(status)).await;
        fails(&request(&folder, &server.url, &file), kind, words).await;
        let tries = if status == 500 { 3 } else { 1 };
        assert_eq!(server.asked().len(), tries, "{status} is asked {tries} times");
        assert!(names(&folder).is_empty(), "nothing is left behind");
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let (folder, file) = (folder(), model_file(64));
    let body = file.clone();
    let server = Server::start(move |asked| match asked.number {
        0 | 2 => Answer::status(503),
        _ => Answer::part(&body, "v1", asked),
    })
    .await;
    get(&request(&folder, &server.url, &file)).await.expect("it answers the second time");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn a_page_or_another_file_is_no_model() {
    let (folder, file) = (folder(), model_file(64));
    let html = ("Content-Type", "text/html; charset=utf-8".to_owned());
    let page =
        Server::start(move |_| Answer { status: 200, headers: vec![html.clone()], body: b"<!DOCTYPE html>".to_vec(), ..Answer::default() })
            .await;
    fails(&request(&folder, &page.url, &file), CauseKind::DownloadFailed, "web page").await;
    let unknown = |url: &str| Request { bytes: None, sha256: None, ..request(&folder, url, &file) };
    let zip = Server::with_ranges(b"PK\x03\x04 and so on".to_vec()).await;
    fails(&unknown(&zip.url), CauseKind::DamagedFile, "no GGUF file").await;
    let whole = Server::start(|_| Answer { status: 200, body: b"not a model".to_vec(), ..Answer::default() }).await;
    fails(&unknown(&whole.url), CauseKind::DamagedFile, "no GGUF file").await;
    let cut = Server::with_ranges(file[..file.len() - 100].to_vec()).await;
    fails(&unknown(&cut.url), CauseKind::DamagedFile, "not within the file bounds").await;
    assert!(names(&folder).is_empty(), "nothing is left behind");
}

#[tokio::test]
async fn an_unsafe_redirect_is_not_followed() {
    let (folder, file) = (folder(), model_file(64));
    let location = ("Location", "http://models.example/model.gguf".to_owned());
    let server = Server::start(move |_| Answer { status: 302, headers: vec![location.clone()], ..Answer::default() }).await;
    fails(&request(&folder, &server.url, &file), CauseKind::DownloadFailed, "plain http").await;
    fails(&request(&folder, "http://models.example/model.gguf", &file), CauseKind::DownloadFailed, "use https").await;
}

#[tokio::test]
async fn a_safe_redirect_is_followed_for_every_piece() {
    let (folder, file) = (folder(), model_file(900));
    let good = Server::with_ranges(file.clone()).await;
    let location = ("Location", good.url.clone());
    let hub = Server::start(move |_| Answer { status: 302, headers: vec![location.clone()], ..Answer::default() }).await;
    get(&request(&folder, &hub.url, &file)).await.expect("the other server has it");
    assert_eq!(hub.asked().len(), good.asked().len(), "signed addresses expire, so each request starts at the hub");
    assert_installed(&folder, &file);
}

#[tokio::test]
async fn an_unreachable_host_is_told_within_seconds() {
    let (folder, file, began) = (folder(), model_file(64), Instant::now());
    // Port 9 of this machine: nothing listens there.
    fails(&request(&folder, "http://127.0.0.1:9/model.gguf", &file), CauseKind::DownloadFailed, "127.0.0.1 cannot be reached").await;
    fails(
        &request(&folder, "https://no-such-host.invalid/model.gguf", &file),
        CauseKind::DownloadFailed,
        "no-such-host.invalid cannot be reached",
    )
    .await;
    assert!(began.elapsed() < Duration::from_secs(12), "two hosts, each within a few seconds: {:?}", began.elapsed());
    assert!(names(&folder).is_empty(), "nothing is left behind");
}

#[tokio::test]
async fn a_server_that_sends_other_parts_is_given_up() {
    let (folder, file) = (folder(), model_file(900));
    let body = file.clone();
    let server = Server::start(move |asked| {
        let mut shifted = asked.clone();
        shifted.range = asked.range.clone().map(|range| if range.len() > 4 { range.start + 1..range.end } else { range });
        Answer::part(&body, "v1", &shifted)
    })
    .await;
    fails(&request(&folder, &server.url, &file), CauseKind::DownloadFailed, "changed 3 times").await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told() {
    let (folder, file) = (folder(), model_file(64));
    let server = Server::with_ranges(file.clone()).await;
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").expect("it is writable");
    let request = Request { target: blocked.join("model.gguf"), ..request(&folder, &server.url, &file) };
    fails(&request, CauseKind::DownloadFailed, "cannot be written").await;
}
