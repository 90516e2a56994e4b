//! What passes, what fails, and what looks like a pass.

use super::{Ended, each, each_names, run, runner, unsupported};

#[tokio::test]
async fn a_program_that_reaches_its_last_line_passes() {
    each(
        &[
            "",
            "assert 1 + 1 == 2",
            "def f(x):\n    return x * 2\n\nassert [f(x) for x in range(3)] == [0, 2, 4]",
            "if __name__ == '__main__':\n    seen = True\nassert seen",
            "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\nassert P(1) == P(1)",
            "import pickle\nclass P: pass\npickle.loads(pickle.dumps(P()))",
            "import collections, decimal, fractions, heapq, itertools, json, math, random, re, sqlite3, statistics, string, typing",
            "import hashlib\nassert hashlib.md5(b'').hexdigest().startswith('d41d8')",
            "import time\nbegun = time.process_time()\ntime.sleep(0.05)\nassert 0.04 < time.process_time() - begun < 30",
            "import sys\nassert sys.maxsize == 2**63 - 1, 'programs take it for infinity'",
            "assert 'größer 🙂'.upper() == 'GRÖSSER 🙂'",
        ],
        |ended| *ended == Ended::Passed,
    )
    .await;
}

#[tokio::test]
async fn what_a_program_does_to_its_own_interpreter_changes_nothing() {
    each(
        &[
            "import sys\nsys.stdout = sys.stderr = None\nprint('nobody hears')",
            "import os\nfor fd in (0, 1, 2): os.close(fd)",
            "import os\nos.write(1, b'\\xff\\xfe' * 100)\nos.write(2, b'\\xff\\x00')",
            "import os\nos._exit = None\ndel os.write",
            "import atexit\natexit.register(lambda: 1 / 0)",
            "import builtins\nfor name in dir(builtins):\n    if name[0].islower() and name != 'setattr': setattr(builtins, name, None)",
        ],
        |ended| *ended == Ended::Passed,
    )
    .await;
}

#[tokio::test]
async fn an_exception_is_a_failure_with_its_line() {
    let Some((runner, _shared)) = runner().await else { return };
    let ended = run(&runner, "def f(x):\n    return x\n\nassert f(1) == 2, 'one is not two'\n").await;
    let Ended::Failed(words) = ended else { panic!("{ended:?}") };
    assert!(words.ends_with("AssertionError: one is not two"), "{words}");
    assert!(words.contains("assert f(1) == 2, 'one is not two'"), "the line itself is shown: {words}");
    assert!(!words.contains("<string>"), "the lines of the harness are not: {words}");
}

#[tokio::test]
async fn no_other_end_looks_like_a_pass() {
    each(
        &[
            "import sys\nsys.exit(0)",
            "import os\nos._exit(0)",
            "raise SystemExit",
            "exit()",
            "quit(0)",
            "def solve():\n    raise SystemExit(0)\nsolve()\nassert False",
            "import os\nfor code in (1, 2, 255): os._exit(code)",
            "raise KeyboardInterrupt",
            "raise GeneratorExit",
            "raise BaseException('a message\\n\\n')",
            "raise ValueError('\\udcff')",
            "class Rude(Exception):\n    def __str__(self): raise self\nraise Rude",
            "import os\nos.abort()",
            "import faulthandler\nfaulthandler._sigsegv()",
            "import builtins\nbuiltins.isinstance = lambda *a: True\nassert False",
            "import builtins\nfor name in dir(builtins):\n    if name[0].islower() and name != 'setattr': setattr(builtins, name, None)\n1 / 0",
            "__builtins__ = {}\nassert False",
            "import builtins\nbuiltins.AssertionError = SystemExit\nassert False",
            "import sys\nsys.excepthook = lambda *a: None\nassert False",
            "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\nassert False",
            "import os, atexit\natexit.register(lambda: os._exit(0))\nassert False",
            "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(1, 2)\nunittest.main()",
            "input()",
        ],
        |ended| matches!(ended, Ended::Failed(words) if !words.is_empty()),
    )
    .await;
}

#[tokio::test]
async fn what_is_no_program_fails() {
    each(
        &[
            "def f(:\n",
            "x = 1\0",
            "  indented",
            "'''",
            "return 1",
            "x = '\u{1b}[2J",
            "import os.foo",
            "from math import foo",
            "\u{feff}x =",
        ],
        |ended| matches!(ended, Ended::Failed(words) if words.contains("Error")),
    )
    .await;
}

#[tokio::test]
async fn what_this_python_lacks_is_unsupported_and_never_wrong() {
    each_names(&[
        ("import numpy as np", unsupported("the module numpy")),
        ("from pandas.core import frame", unsupported("the module pandas")),
        ("import ctypes", unsupported("the module ctypes")),
        ("import ssl", unsupported("the module ssl")),
        ("import lzma", unsupported("the module _lzma")),
        ("import multiprocessing", unsupported("the module multiprocessing")),
        ("try:\n    import numpy\nexcept ImportError:\n    raise RuntimeError('install it')", unsupported("the module numpy")),
        ("import threading\nthreading.Thread(target=print).start()", unsupported("threads")),
        ("from concurrent.futures import ThreadPoolExecutor", unsupported("the module concurrent.futures.thread")),
        ("import asyncio\nasync def f(): pass\nasyncio.run(f())", unsupported("the event loop of asyncio")),
        ("import signal\nsignal.alarm(1)", unsupported("signal.alarm")),
        ("import os\nos.getuid()", unsupported("os.getuid")),
        ("len(range(10**12))", unsupported("numbers of 64 bits in C")),
    ])
    .await;
}

#[tokio::test]
async fn a_missing_module_that_a_program_does_without_is_no_matter() {
    each(&["try:\n    import numpy\nexcept ImportError:\n    numpy = None\nassert numpy is None"], |ended| *ended == Ended::Passed).await;
}

#[tokio::test]
async fn recursion_goes_as_deep_as_on_a_desktop() {
    each(
        &[
            "def f(n): return n and f(n - 1)\nf(950)",
            "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return n and f(n - 1)\nf(100_000)",
            "from functools import lru_cache\n@lru_cache(None)\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nassert fib(450)",
            "def f(n): return 0 if n == 0 else max([n], key=lambda x: f(n - 1))\nf(400)",
            "class A:\n    def __init__(self, n): self.n = n\n    def __add__(self, o): return A(self.n - 1) + o if self.n else 0\nA(450) + 1",
            "deep = []\nfor i in range(900_000): deep = [deep]\ndel deep",
        ],
        |ended| *ended == Ended::Passed,
    )
    .await;
}

#[tokio::test]
async fn two_runs_of_a_program_are_alike_and_know_nothing_of_each_other() {
    let Some((runner, _shared)) = runner().await else { return };
    let draw = "import random, os\nraise ValueError(random.random(), os.urandom(4), hash('word'), {'a', 'b', 'c'})";
    assert_eq!(run(&runner, draw).await, run(&runner, draw).await, "chance is the same in each run");
    let leave = "import os, math\nmath.left = 1\nopen(os.__file__, 'a').write('left = 1')\n";
    run(&runner, leave).await;
    let look = "import os, math\nassert not hasattr(math, 'left') and not hasattr(os, 'left')";
    assert_eq!(run(&runner, look).await, Ended::Passed, "nothing of a run is left for the next");
}
