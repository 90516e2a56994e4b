//! What a program can't use up: time, memory, output, the stack.

use std::time::Duration;

use super::{Ended, Limits, PATIENT, each, run, run_within, runner};

/// For what never ends by itself.
const SHORT: Limits = Limits { time: Duration::from_secs(1), ..PATIENT };

#[tokio::test]
async fn what_does_not_end_is_ended() {
    let Some((runner, _shared)) = runner().await else { return };
    let endless = [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import time\ntime.sleep(10**6)",
        "import time\nwhile True: time.sleep(0.001)",
        "import select\nselect.select([0], [], [], None) and [x for x in iter(int, 1)]",
        "10 ** 10 ** 8",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
        "sum(range(10**12))",
        "def f():\n    try: f()\n    finally: f()\nf()",
        "class Rude(Exception):\n    def __str__(self):\n        while True: pass\nraise Rude",
        "import atexit\natexit.register(print)\nwhile 1: 1",
    ];
    for source in endless {
        assert_eq!(run_within(&runner, source, SHORT).await, Ended::TimedOut, "{source}");
    }
}

#[tokio::test]
async fn memory_ends_at_its_limit() {
    each(
        &[
            "'a' * 10**9",
            "'a' * 10**10",
            "bytearray(2**31 - 1)",
            "[0] * 10**9",
            "grown = []\nwhile True: grown.append(' ' * 1000)",
            "grown = []\nwhile True: grown.append(0)",
            "grown = 'a'\nwhile True: grown += grown",
            "grown = {}\nwhile True: grown[len(grown)] = None",
            "1 << 10**10",
            "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)",
        ],
        |ended| *ended == Ended::OutOfMemory,
    )
    .await;
    each(&["try:\n    'a' * 10**9\nexcept MemoryError: pass"], |ended| *ended == Ended::Passed).await;
}

#[tokio::test]
async fn a_program_has_the_memory_that_its_limit_says() {
    let Some((runner, _shared)) = runner().await else { return };
    let take = "taken = bytearray(60 << 20)";
    assert_eq!(run(&runner, take).await, Ended::Passed, "60 MiB are within 128 MiB");
    let less = Limits { memory_bytes: 64 << 20, ..PATIENT };
    assert_eq!(run_within(&runner, take, less).await, Ended::OutOfMemory, "and not within 64 MiB");
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    each(
        &[
            "for i in range(100): print('a' * 10**6)",
            "while True: print('a')",
            "import sys\nwhile True: sys.stderr.write('a' * 1000)",
            "import os\nwhile True: os.write(1, b'a' * 1000)",
            "import os\nos.writev(2, [b'a' * 10**6] * 1000) if hasattr(os, 'writev') else print('a' * 10**7)",
        ],
        |ended| *ended == Ended::Flooded,
    )
    .await;
    each(&["print('a' * 500_000)"], |ended| *ended == Ended::Passed).await;
}

#[tokio::test]
async fn the_end_of_a_stack_is_a_failure_of_the_program() {
    each(
        &[
            "def f(): return f()\nf()",
            "class A:\n    def __getattr__(self, name): return getattr(self, name)\nA().x",
            "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
            "class A:\n    def __eq__(self, other): return self == other\nA() == 1",
            "def f(): exec('f()')\nf()",
            "deep = []\nfor i in range(200_000): deep = [deep]\nrepr(deep)",
            "import json\njson.loads('[' * 100_000)",
            "import re\nre.compile('(' * 10_000 + ')' * 10_000)",
            "chained = [1]\nfor i in range(50_000): chained = map(int, chained)\nlist(chained)",
            "eval('+'.join(['1'] * 100_000))",
        ],
        |ended| matches!(ended, Ended::Failed(_)),
    )
    .await;
    // The parser's own stack is smaller here than elsewhere.
    each(&["eval('(' * 1000 + ')' * 1000)", "eval('-' * 100_000 + '1')"], |ended| {
        matches!(ended, Ended::Unsupported(_) | Ended::Failed(_))
    })
    .await;
}

#[tokio::test]
async fn a_source_of_ten_megabytes_is_run_or_refused_like_any_other() {
    let Some((runner, _shared)) = runner().await else { return };
    let comment = format!("#{}\nassert True", "x".repeat(10_000_000));
    let ended = run(&runner, &comment).await;
    assert!(matches!(ended, Ended::Passed | Ended::OutOfMemory), "{ended:?}");
    let lines = "x = 1\n".repeat(1_700_000);
    let ended = run_within(&runner, &lines, Limits { time: Duration::from_secs(30), ..PATIENT }).await;
    assert!(matches!(ended, Ended::Passed | Ended::OutOfMemory | Ended::TimedOut), "{ended:?}");
    let wrong = format!("'{}", "x".repeat(10_000_000));
    let ended = run(&runner, &wrong).await;
    assert!(matches!(&ended, Ended::Failed(words) if words.len() < 10_000) || ended == Ended::OutOfMemory, "the reason stays short");
}
