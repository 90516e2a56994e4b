//! How a worker ends before its time, and what comes after.

use super::*;

#[tokio::test]
async fn a_killed_worker_is_a_cause_and_the_next_load_works() {
    let Some(folder) = lab() else { return };
    let _alone = MEMORY_KILLS.lock().await;
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await.unwrap();
    let mut seen = 0;
    let end = engine
        .generate(&speed(8, 1000), &mut |_| {
            seen += 1;
            if seen == 5 {
                signal(worker, libc::SIGKILL);
            }
        })
        .await;
    let cause = end.unwrap_err();
    assert_eq!(cause.kind, CauseKind::EngineCrashed, "{cause}");
    assert!(cause.detail.contains("SIGKILL") && cause.detail.contains("GiB"), "its signal and its memory are named: {cause}");
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    assert!(collect(&engine, &speed(8, 4)).await.0.is_ok(), "the ladder goes on");
}

#[tokio::test]
async fn every_signal_is_named() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    for (number, name) in [(libc::SIGSEGV, "SIGSEGV"), (libc::SIGABRT, "SIGABRT"), (libc::SIGILL, "SIGILL")] {
        engine.load(&model(SMALL), &OPTIONS).await.unwrap();
        let worker = engine.worker_id().await.unwrap();
        // Rust's own handler lets the first SIGSEGV pass: a real fault would come again at once.
        signal(worker, number);
        tokio::time::sleep(Duration::from_millis(100)).await;
        if is_alive(worker) {
            signal(worker, number);
        }
        assert!(is_gone_soon(worker).await, "{name} ends it");
        let cause = collect(&engine, &speed(8, 8)).await.0.unwrap_err();
        assert!(cause.kind == CauseKind::EngineCrashed && cause.detail.contains(name), "{cause}");
    }
}

/// A memory cgroup of our own (version 1 or 2), where the system lets us make one. It goes when dropped.
struct MemoryLimit(PathBuf);

impl MemoryLimit {
    fn of(bytes: u64) -> Option<Self> {
        let name = format!("toprung-test-{}", std::process::id());
        ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].iter().find_map(|root| {
            let group = Path::new(root).join(&name);
            fs::create_dir(&group).ok()?;
            let limited = ["memory.limit_in_bytes", "memory.max"].iter().find(|file| group.join(file).exists());
            match limited.map(|file| fs::write(group.join(file), bytes.to_string())) {
                Some(Ok(())) => Some(Self(group)),
                _ => fs::remove_dir(&group).map(|()| None).unwrap_or(None),
            }
        })
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[tokio::test]
async fn a_worker_that_the_kernel_kills_for_memory_ran_out_of_memory() {
    let Some(folder) = lab() else { return };
    let _alone = MEMORY_KILLS.lock().await;
    // The model's weights alone are 97 MB, and those that are rearranged can't be dropped and read again.
    let Some(limit) = MemoryLimit::of(40 << 20) else {
        println!("skipped: no memory cgroup can be made here");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let limited = place.path().join("limited-worker");
    let script = format!("#!/bin/sh\necho $$ > {}/cgroup.procs\nexec {} \"$@\"\n", limit.0.display(), worker().display());
    fs::write(&limited, script).unwrap();
    fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).unwrap();
    let engine = Llama::new(LlamaConfig::new(limited, folder, Sources::new()));
    let cause = engine.load(&model(SMALL), &OPTIONS).await.unwrap_err();
    assert_eq!(cause.kind, CauseKind::OutOfMemory, "the kernel counted its kill: {cause}");
}

#[tokio::test]
async fn a_stopped_worker_is_stalled_and_is_ended() {
    let Some(folder) = lab() else { return };
    let engine = engine_in(&folder, Limits { idle: Duration::from_millis(500), ..Limits::default() });
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await.unwrap();
    let mut seen = 0;
    let end = engine
        .generate(&speed(8, 1000), &mut |_| {
            seen += 1;
            if seen == 5 {
                signal(worker, libc::SIGSTOP);
            }
        })
        .await;
    let cause = end.unwrap_err();
    assert_eq!(cause.kind, CauseKind::Stalled, "{cause}");
    assert!(!is_alive(worker), "a worker that fell silent is not kept");
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
}

#[tokio::test]
async fn a_dropped_generation_ends_its_worker_and_the_next_load_works() {
    let Some(folder) = lab() else { return };
    let engine = engine(&folder);
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    let worker = engine.worker_id().await.unwrap();
    let cancelled = tokio::time::timeout(Duration::from_millis(300), collect(&engine, &speed(8, 2000))).await;
    assert!(cancelled.is_err(), "2,000 tokens take longer than that");
    assert!(is_gone_soon(worker).await, "nobody wants the rest of its answer");
    assert!(collect(&engine, &speed(8, 2)).await.0.is_err(), "no later call may read the rest of that answer");
    engine.load(&model(SMALL), &OPTIONS).await.unwrap();
    assert_eq!(collect(&engine, &speed(8, 3)).await.1.len(), 3, "the new worker answers for itself");
}
