//! One run of all probes beside what `top`, `free`, `df` and the kernel's own files say, while something goes on: within two
//! points, or two per cent. What can't be read on this machine has to say why.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use toprung_core::machine::HardwareSample;
use toprung_hardware::{machine, probes_with_disk, sensors};

/// Long enough for `top`, whose figures are those of this time.
const WINDOW: Duration = Duration::from_secs(4);
/// Other programs start and end while this one looks twice: what they do in between is no disagreement.
const ATTEMPTS: u32 = 5;
const POINTS: f64 = 2.0;
const SHARE: f64 = 0.02;

/// What the system says, over the window or at its end.
#[derive(Debug)]
struct System {
    seconds: f64,
    /// Busy and all ticks since the start.
    ticks: (f64, f64),
    engine_ticks: f64,
    own_ticks: f64,
    disk: (f64, f64),
    network: (f64, f64),
    pressure_us: (f64, f64),
    swapped_pages: f64,
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn fields(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|field| field.parse().ok()).collect()
}

/// User and system time of a process, in ticks.
fn process_ticks(pid: u32) -> f64 {
    let stat = text(&format!("/proc/{pid}/stat"));
    let after = fields(stat.rsplit(')').next().unwrap());
    after[10] + after[11]
}

/// Programs that run models: one that was running before the test is an engine too.
const ENGINES: [&str; 3] = ["ollama", "llama-server", "rpc-server"];

/// The test's own engine, any other that runs, and what they started, as `ps` shows them.
fn engines(own: u32) -> Vec<u32> {
    let listed = run("ps", &["-e", "-o", "pid=,ppid=,comm="]);
    let processes: Vec<(u32, u32, &str)> = listed
        .lines()
        .filter_map(|line| {
            let (pid, rest) = line.trim_start().split_once(' ')?;
            let (parent, name) = rest.trim_start().split_once(' ')?;
            Some((pid.parse().ok()?, parent.parse().ok()?, name.trim()))
        })
        .collect();
    let mut found = vec![own];
    found.extend(processes.iter().filter(|(.., name)| ENGINES.contains(name)).map(|(pid, ..)| *pid));
    while let Some((pid, ..)) = processes.iter().find(|(pid, parent, _)| found.contains(parent) && !found.contains(pid)) {
        found.push(*pid);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Of all engines together.
fn engine_bytes(own: u32, key: &str) -> f64 {
    engines(own).into_iter().map(|pid| status_bytes(pid, key)).sum()
}

fn status_bytes(pid: u32, key: &str) -> f64 {
    let status = text(&format!("/proc/{pid}/status"));
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    fields(line).first().copied().unwrap_or(f64::NAN) * 1024.0
}

/// Bytes that real disks read and wrote: sectors of 512 bytes, of whole devices.
fn disk_bytes() -> (f64, f64) {
    let stats = text("/proc/diskstats");
    let whole = stats.lines().filter(|line| {
        let name = line.split_whitespace().nth(2).unwrap();
        Path::new("/sys/block").join(name).join("device").exists()
    });
    whole
        .map(|line| line.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect::<Vec<f64>>())
        .fold((0.0, 0.0), |sum, line| (sum.0 + line[5] * 512.0, sum.1 + line[9] * 512.0))
}

/// Bytes that came and went over interfaces with hardware behind them.
fn network_bytes() -> (f64, f64) {
    let table = text("/proc/net/dev");
    let real = table.lines().filter_map(|line| line.split_once(':'));
    let real = real.filter(|(name, _)| Path::new("/sys/class/net").join(name.trim()).join("device").exists());
    real.map(|(_, counts)| fields(counts)).fold((0.0, 0.0), |sum, counts| (sum.0 + counts[0], sum.1 + counts[8]))
}

fn pressure_us(kind: &str) -> f64 {
    let pressure = text("/proc/pressure/memory");
    let line = pressure.lines().find(|line| line.starts_with(kind)).unwrap_or_default();
    line.split("total=").nth(1).and_then(|total| total.parse().ok()).unwrap_or(f64::NAN)
}

fn look(started: Instant, engine: u32) -> System {
    let ticks = fields(text("/proc/stat").lines().next().unwrap());
    let idle = ticks[3] + ticks[4];
    let vmstat = text("/proc/vmstat");
    System {
        seconds: started.elapsed().as_secs_f64(),
        ticks: (ticks[..8].iter().sum::<f64>() - idle, ticks[..8].iter().sum()),
        engine_ticks: engines(engine).into_iter().map(process_ticks).sum(),
        own_ticks: process_ticks(std::process::id()),
        disk: disk_bytes(),
        network: network_bytes(),
        pressure_us: (pressure_us("full"), pressure_us("some")),
        swapped_pages: vmstat.lines().find_map(|line| line.strip_prefix("pswpin ")).unwrap().trim().parse().unwrap(),
    }
}

/// Work for the probes to see: a process that computes and holds memory, and a thread that writes to the disk.
struct Load {
    engine: Child,
    stop: Arc<AtomicBool>,
    writer: Option<thread::JoinHandle<()>>,
}

impl Load {
    fn start() -> Self {
        let busy = "x=$(head -c 30000000 /dev/zero | tr '\\0' x); while :; do :; done";
        let engine = Command::new("sh").args(["-c", busy]).stdout(Stdio::null()).spawn().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let path = std::env::current_exe().unwrap().with_extension("agrees-test");
        let writer = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let mut file = fs::File::create(&path).unwrap();
                file.write_all(&vec![1; 4 << 20]).unwrap();
                file.sync_all().unwrap();
                thread::sleep(Duration::from_millis(100));
            }
            let _ = fs::remove_file(&path);
        });
        // The shell has to fill its memory first.
        thread::sleep(Duration::from_secs(2));
        Self { engine, stop, writer: Some(writer) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.engine.kill();
        let _ = self.engine.wait();
        let _ = self.writer.take().map(thread::JoinHandle::join);
    }
}

/// Busy per cent of all cores by `top`, over the window.
fn top_busy_percent(output: &str) -> f64 {
    let lines: Vec<&str> = output.lines().filter(|line| line.contains("Cpu(s)")).collect();
    let idle_and_waiting = ["id", "wa"].map(|name| {
        let part = lines[1].split([',', ':']).find(|part| part.trim().ends_with(name)).unwrap();
        part.trim().split(' ').next().unwrap().parse::<f64>().unwrap()
    });
    100.0 - idle_and_waiting.iter().sum::<f64>()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Both sides of one attempt: name, what the probes say, what the system says, and how far apart they may be.
type Row = (&'static str, Option<f64>, f64, f64);

/// A share in per cent, within two points.
fn points(name: &'static str, probe: Option<f32>, system: f64) -> Row {
    (name, probe.map(f64::from), system, POINTS)
}

/// An amount, within two per cent, or what one page or packet more would make.
fn amount(name: &'static str, probe: Option<f64>, system: f64, least: f64) -> Row {
    (name, probe, system, (system.abs() * SHARE).max(least))
}

fn rates(sample: &HardwareSample, before: &System, after: &System) -> Vec<Row> {
    let seconds = after.seconds - before.seconds;
    let all = after.ticks.1 - before.ticks.1;
    let share = |now: f64, then: f64| (now - then) / all * 100.0;
    let rate = |now: f64, then: f64| (now - then) / seconds;
    let waited = |now: f64, then: f64| rate(now, then) / 1e6 * 100.0;
    let (busy, engine) = (share(after.ticks.0, before.ticks.0), share(after.engine_ticks, before.engine_ticks));
    let own = share(after.own_ticks, before.own_ticks);
    // What comes in the milliseconds between two looks: a few packets, and a write of the load's.
    let (packets, write) = (20_000.0, 4e6 / seconds);
    vec![
        points("processor", sample.cpu_percent, busy),
        points("engine", sample.engine_cpu_percent, engine),
        points("Toprung itself", sample.own_cpu_percent, own),
        points("other programs", sample.foreign_cpu_percent, (busy - engine - own).max(0.0)),
        points("memory pressure, full", sample.memory_pressure_percent, waited(after.pressure_us.0, before.pressure_us.0)),
        points("memory pressure, some", sample.memory_some_pressure_percent, waited(after.pressure_us.1, before.pressure_us.1)),
        amount("disk read", sample.disk_read_bytes_per_s, rate(after.disk.0, before.disk.0), write),
        amount("disk written", sample.disk_write_bytes_per_s, rate(after.disk.1, before.disk.1), write),
        amount("network in", sample.network_in_bytes_per_s, rate(after.network.0, before.network.0), packets),
        amount("network out", sample.network_out_bytes_per_s, rate(after.network.1, before.network.1), packets),
        amount("swap in", sample.swap_in_bytes_per_s, rate(after.swapped_pages, before.swapped_pages) * 4096.0, 4096.0),
    ]
}

fn states(sample: &HardwareSample, engine: u32) -> Vec<Row> {
    let free = run("free", &["-b"]);
    let memory = fields(free.lines().find(|line| line.starts_with("Mem:")).unwrap());
    let swap = fields(free.lines().find(|line| line.starts_with("Swap:")).unwrap());
    let available: f64 = run("df", &["-B1", "--output=avail", "."]).lines().nth(1).unwrap().trim().parse().unwrap();
    let bytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
    let of_memory = memory[0] * SHARE;
    vec![
        amount("memory available", bytes(sample.memory_available_bytes), memory[5], 0.0),
        // Two per cent of all memory: programs differ in what they call used.
        amount("memory used", bytes(sample.memory_used_bytes), memory[0] - memory[5], of_memory),
        amount("swap used", bytes(sample.swap_used_bytes), swap[1], 1e6),
        amount("disk free", bytes(sample.disk_free_bytes), available, 0.0),
        amount("engine's own memory", bytes(sample.engine_rss_anon_bytes), engine_bytes(engine, "RssAnon"), 0.0),
        amount("engine's pages of files", bytes(sample.engine_rss_file_bytes), engine_bytes(engine, "RssFile"), 0.0),
    ]
}

fn attempt(engine: u32) -> Vec<Row> {
    let mut probes = probes_with_disk(Path::new("."));
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("top");
    // Not this process's child: those are taken for the engine's.
    let top = format!("LC_ALL=C top -b -n 2 -d {} > {} &", WINDOW.as_secs(), output.display());
    Command::new("sh").args(["-c", &top]).status().unwrap();
    let started = Instant::now();
    thread::sleep(Duration::from_millis(300));
    let mut sample = HardwareSample::default();
    probes.iter_mut().for_each(|probe| probe.read(&mut sample));
    let before = look(started, engine);
    thread::sleep(WINDOW);
    probes.iter_mut().for_each(|probe| probe.read(&mut sample));
    let after = look(started, engine);
    thread::sleep(Duration::from_millis(500));
    let top = top_busy_percent(&fs::read_to_string(output).unwrap());
    let mut rows = rates(&sample, &before, &after);
    rows.push(points("processor, by top", sample.cpu_percent, top));
    rows.extend(states(&sample, engine));
    rows
}

fn agrees((_, probe, system, most): &Row) -> bool {
    probe.is_some_and(|probe| (probe - system).abs() <= *most)
}

#[test]
fn every_probe_says_what_the_system_says_or_why_it_can_not() {
    let load = Load::start();
    let mut last = Vec::new();
    for _ in 0..ATTEMPTS {
        last = attempt(load.engine.id());
        if last.iter().all(agrees) {
            break;
        }
    }
    for (name, probe, system, most) in &last {
        eprintln!("{name}: probe {probe:?}, system {system:.3}, may differ by {most:.3}");
    }
    let wrong: Vec<&Row> = last.iter().filter(|row| !agrees(row)).collect();
    assert!(wrong.is_empty(), "in {ATTEMPTS} attempts these never agreed at once: {wrong:?}");
    assert!(last.iter().any(|(name, probe, ..)| *name == "engine" && probe.is_some_and(|percent| percent > 10.0)), "the load is seen");
    eprintln!("{:?}", machine());
    for sensor in sensors() {
        assert!(sensor.readable || (sensor.mend.is_some() && !sensor.detail.is_empty()), "{sensor:?}");
        eprintln!("{} {}: {} [{}]", if sensor.readable { "reads" } else { "not readable" }, sensor.name, sensor.detail, sensor.source);
    }
}
