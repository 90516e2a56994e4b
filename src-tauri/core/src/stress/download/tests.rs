use super::*;
use crate::cause::CauseKind;
use crate::machine::{HardwareSample, Machine};
use crate::stress::{Circumstances, Judgement, STOPPED, Verdict};

const MB: u64 = 1_000_000;

/// A download of 100 MB whose readings came once a second, with so many MB each.
fn download(model: &str, megabytes: &[u64]) -> ModelDownload {
    let points =
        (0..).zip(megabytes).map(|(second, done)| Point { at_ms: f64::from(second) * 1e3, done_bytes: done * MB, behind_bytes: 0 });
    let is_whole = megabytes.last() == Some(&100);
    ModelDownload {
        total_bytes: Some(100 * MB),
        points: points.collect(),
        end: is_whole.then_some(DownloadEnd::Complete),
        ..ModelDownload::new(ModelRef::new(model).unwrap())
    }
}

fn steady(model: &str) -> ModelDownload {
    download(model, &[0, 25, 50, 75, 100])
}

fn judged(models: Vec<ModelDownload>, samples: &[HardwareSample], stopped: bool) -> Judgement {
    let machine = Machine { memory_bytes: Some(16 << 30), logical_cores: Some(32), ..Machine::default() };
    let record = Download { models, load_average: vec![(0.0, 1.5), (1e3, 1.9), (2e3, 2.4)], neighbour: None };
    judge(&record, &Circumstances { samples, machine: &machine, stopped })
}

fn sample(change: fn(&mut HardwareSample)) -> Vec<HardwareSample> {
    let mut sample = HardwareSample { memory_available_bytes: Some(12 << 30), ..HardwareSample::default() };
    change(&mut sample);
    vec![sample]
}

#[test]
fn a_download_under_way_shows_per_cent_bytes_speed_and_what_is_left() {
    let now = standing(&download("a", &[0, 10, 20, 30]), 3e3);
    assert_eq!((now.done_bytes, now.share, now.bytes_per_s), (30 * MB, Some(0.3), Some(10e6)));
    assert_eq!((now.left_s, now.idle_s), (Some(7.0), Some(0.0)));
    assert_eq!(line(&download("a", &[0, 10, 20, 30]), 3e3), "a: 30 % complete (30.0 MB of 100 MB), 10.0 MB/s, 7 s left");
    let unknown = ModelDownload { total_bytes: None, ..download("a", &[0, 10]) };
    assert_eq!(standing(&unknown, 1e3).share, None, "a size that nobody has told is unknown");
}

#[test]
fn a_pause_is_a_stall_from_five_seconds_on_and_fails_from_thirty() {
    let mut paused = download("a", &[0, 10, 20, 30]);
    assert_eq!(standing(&paused, 7e3).stalls, [], "4 s without a byte are usual");
    assert_eq!(standing(&paused, 15e3).stalls, [Stall { from_ms: 3e3, seconds: 12.0 }]);
    assert!(line(&paused, 15e3).contains("no bytes for 12 s"), "{}", line(&paused, 15e3));
    paused.points.push(Point { at_ms: 45e3, done_bytes: 100 * MB, behind_bytes: 0 });
    paused.end = Some(DownloadEnd::Complete);
    let judged = judged(vec![paused, steady("b")], &[], false);
    assert_eq!(judged.verdict, Verdict::Fail);
    assert_eq!(judged.reasons, ["a brought no bytes for 42 s, 3 s after its start."]);
    assert!(judged.evidence[0].ends_with("in 45 s, 1 pause, the longest of 42 s"), "{:?}", judged.evidence);
}

#[test]
fn a_whole_file_that_is_being_checked_stands_not_still() {
    let checked = ModelDownload { end: None, ..steady("a") };
    let now = standing(&checked, 60e3);
    assert_eq!((now.idle_s, now.stalls.len()), (None, 0));
}

#[test]
fn bytes_that_are_fetched_again_are_counted_and_named() {
    let mut back = download("a", &[0, 25, 50, 50, 100]);
    back.points[3].behind_bytes = 20 * MB;
    assert_eq!(standing(&back, 5e3).lost_bytes, 20 * MB);
    assert!(line(&back, 5e3).ends_with("went back by 20.0 MB"), "{}", line(&back, 5e3));
    assert_eq!(judged(vec![back, steady("b")], &[], false).verdict, Verdict::Pass, "it mended itself");
}

#[test]
fn a_cut_download_must_go_on_from_what_it_had() {
    let cut = |from: u64| {
        let mut cut = steady("a");
        cut.cuts = vec![Cut { at_ms: 2e3, done_bytes: 50 * MB, cause: None, resumed: Some((2.4e3, from * MB)) }];
        cut
    };
    let kept = judged(vec![cut(50), steady("b")], &[], false);
    assert_eq!(kept.verdict, Verdict::Pass, "{:?}", kept.reasons);
    assert!(kept.evidence[0].contains("cut by the test at 50.0 MB and went on from 50.0 MB after 400 ms"), "{:?}", kept.evidence);
    let lost = judged(vec![cut(3), steady("b")], &[], false);
    assert_eq!(lost.reasons, ["a was cut at 50.0 MB and went on from 3.00 MB: the rest had to be fetched again."]);
}

#[test]
fn all_together_is_the_sum_while_all_of_them_went_on() {
    let late = {
        let mut late = download("b", &[0, 50, 100]);
        late.points.iter_mut().for_each(|point| point.at_ms += 2e3);
        late
    };
    assert_eq!(combined(&[steady("a"), late]), Some((75e6, 2.0)), "25 MB/s and 50 MB/s, for the two seconds in which both went on");
    let quick = {
        let mut quick = download("b", &[0, 100]);
        (quick.points[0].at_ms, quick.points[1].at_ms) = (1.5e3, 2.0e3);
        quick
    };
    assert_eq!(combined(&[steady("a"), quick]), Some((225e6, 0.5)), "half a second between two readings of the other");
    assert_eq!(combined(&[download("a", &[0])]), None);
}

#[test]
fn a_test_that_proves_nothing_is_not_decided() {
    let after = {
        let mut after = steady("b");
        after.points.iter_mut().for_each(|point| point.at_ms += 60e3);
        after
    };
    assert!(judged(vec![steady("a"), after], &[], false).reasons[0].contains("did not run at the same time"));
    let stopped = judged(vec![download("a", &[0, 10]), download("b", &[0, 10])], &[], true);
    assert_eq!((stopped.verdict, stopped.reasons), (Verdict::NotDecided, vec![STOPPED.to_owned()]));
    let twin = |model| ModelDownload { digest: Some(format!("sha256:{}", "a".repeat(64))), ..steady(model) };
    assert!(judged(vec![twin("a"), twin("b")], &[], false).reasons[0].contains("one and the same file (sha256:aaaaaaaaaaaa)"));
}

#[test]
fn a_failed_download_low_memory_and_throttling_each_fail_it() {
    let failed =
        ModelDownload { end: Some(DownloadEnd::Failed(Cause::new(CauseKind::DownloadFailed, "reset"))), ..download("a", &[0, 10]) };
    let cases = [
        (judged(vec![failed, steady("b")], &[], false), "a did not come whole: The download failed (reset)."),
        (
            judged(vec![steady("a"), steady("b")], &sample(|s| s.memory_available_bytes = Some(1 << 29)), false),
            "Only 512 MiB of 16.0 GiB of memory were left at the least.",
        ),
        (
            judged(vec![steady("a"), steady("b")], &sample(|s| s.throttles_per_s = Some(1.0)), false),
            "The processor slowed down to stay cool in 1 of 1 reading.",
        ),
    ];
    for (judged, words) in cases {
        assert_eq!(judged.verdict, Verdict::Fail);
        assert!(judged.reasons[0].starts_with(words), "{:?}", judged.reasons);
    }
}

#[test]
fn the_block_has_every_line_of_the_first_session() {
    let neighbour =
        Neighbour { model: ModelRef::new("tiny").unwrap(), before_tps: vec![50.0, 50.0], during_tps: vec![40.0, 44.0, 44.0], cause: None };
    let record = Download {
        models: vec![download("codellama:13b", &[0, 10, 20]), download("gpt-oss:20b", &[0, 1, 2])],
        load_average: vec![(0.0, 1.9)],
        neighbour: Some(neighbour),
    };
    let machine = Machine { memory_bytes: Some(32 << 30), logical_cores: Some(32), ..Machine::default() };
    let samples = sample(|s| (s.memory_available_bytes, s.temperature_c, s.throttles_per_s) = (Some(22 << 30), Some(61.0), Some(0.0)));
    let lines = block(&record, &Circumstances { samples: &samples, machine: &machine, stopped: false }, 2e3);
    assert_eq!(
        lines,
        [
            "codellama:13b: 20 % complete (20.0 MB of 100 MB), 10.0 MB/s, 8 s left",
            "gpt-oss:20b: 2 % complete (2.00 MB of 100 MB), 1.00 MB/s, 1 min 38 s left",
            "Combined throughput: 11.0 MB/s over 2 s",
            "System load: 1.90 on 32 cores, 1.90 at the most",
            "Memory available: 22.0 GiB of 32.0 GiB at the least",
            "Cooling: no throttling in 1 reading, 61 °C at the highest",
            "tiny meanwhile: 44.0 tokens/s, 50.0 tokens/s before (−12 %)",
        ]
    );
}
