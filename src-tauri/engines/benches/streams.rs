//! What the program does for each token that an Ollama server sends: bytes to lines, lines to judged fragments. Every
//! microsecond of it lies between the server's clock and ours.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use toprung_engines::ollama::replay;

const FRAGMENTS: u32 = 128;

/// A generation's stream as the server writes it, a token a line.
fn recorded() -> String {
    let mut stream = String::new();
    for token in 0..FRAGMENTS {
        let head = r#"{"model":"gemma3:270m","created_at":"2026-01-01T00:00:00.000000000Z","message":{"role":"assistant","content":""#;
        writeln!(stream, r#"{head} token{token}"}},"done":false}}"#).unwrap();
    }
    stream.push_str(r#"{"model":"gemma3:270m","created_at":"2026-01-01T00:00:00.000000000Z","message":{"role":"assistant","content":""},"#);
    stream.push_str(r#""done_reason":"length","done":true,"total_duration":400000000,"load_duration":60000000,"prompt_eval_count":121,"#);
    stream.push_str("\"prompt_eval_duration\":59000000,\"eval_count\":128,\"eval_duration\":341000000}\n");
    stream
}

fn streams(criterion: &mut Criterion) {
    let stream = recorded();
    let mut group = criterion.benchmark_group("an Ollama stream of 128 fragments");
    group.throughput(Throughput::Elements(u64::from(FRAGMENTS)));
    // A line comes in one piece as a rule; small pieces are a slow link, the large one a fast engine.
    for piece_bytes in [64, 256, 16 * 1024] {
        group.bench_with_input(BenchmarkId::new("pieces of bytes", piece_bytes), &piece_bytes, |bencher, &piece_bytes| {
            bencher.iter(|| assert_eq!(replay(black_box(stream.as_bytes()), piece_bytes, FRAGMENTS).unwrap(), FRAGMENTS as usize));
        });
    }
}

criterion_group!(benches, streams);
criterion_main!(benches);
