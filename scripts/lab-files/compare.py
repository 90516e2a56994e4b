"""Sets the embedded worker's speed trial beside llama-bench on the same file, threads, shape and settings: its pp512 and tg128.

A round measures both programs, each in a process of its own that takes the median of five trials, as few as a standard
rung has and as many as llama-bench makes unasked. Every second round begins with the other one (ABBA), so that a machine
which grows warmer or busier wrongs neither. The ratio of a round compares two measurements that lie seconds apart; the
median of these ratios is the figure that counts.
"""
import argparse
import contextlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

PROMPT_TOKENS, OUTPUT_TOKENS = 512, 128
# The worker's two requests of a speed trial (src-tauri/core/src/plan.rs; ARCHITECTURE.md has the reason for 28).
PREFILL = {"prompt_tokens": PROMPT_TOKENS, "output_tokens": 1}
DECODE = {"prompt_tokens": 28, "output_tokens": 64}
# What a speed climb of the standard mode asks the engine for; llama-bench makes its own as large as its test.
CONTEXT_TOKENS = 2048
# The environment that src-tauri/engines/src/llama/worker.rs gives the worker.
PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES",
             "VK_DRIVER_FILES", "VK_ICD_FILENAMES")
SPIN_COUNT = "1000"
# How far the ratio may be from 1 for the two to say the same. Prefill is over sooner, so it scatters more.
LIMITS = {"prefill": (0.97, 1.03), "decode": (0.98, 1.02)}
RESAMPLES = 10_000
# Writing 64 tokens takes a small model a third of a second, in which anything may happen.
TRIALS = 5
# A median of few rounds may be off by more than the limits are wide, so rounds go on until the intervals of both ratios are half as
# wide as the narrower limits. They are looked at after these numbers only, as a rung's trials are: a lucky interval in between is not
# to end them. 15 rounds of the largest model of the lab take 25 minutes.
LOOKS = (7, 10, 15)
HALF_WIDTH = 0.01
TIMED_ROUNDS = 7
# Programs that want to run, as the kernel counts them over a minute. Above this something else computes.
QUIET_LOAD = 0.5
TIMED_REPETITIONS = 5


def arguments():
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, usage="scripts/compare-llama-bench --help says it")
    parser.add_argument("--worker", required=True)
    parser.add_argument("--toprung", required=True)
    parser.add_argument("--llama-bench", required=True)
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--threads", type=int)
    parser.add_argument("--spin", default=SPIN_COUNT)
    parser.add_argument("--json")
    parser.add_argument("files", nargs="+")
    given = parser.parse_args()
    if (given.rounds is not None and given.rounds < 1) or (given.threads is not None and given.threads < 1):
        sys.exit("compare-llama-bench: rounds and threads are at least 1")
    if given.model:
        given.files = [file for file in given.files if os.path.basename(file).startswith(tuple(given.model))]
    if not given.files:
        sys.exit(f"compare-llama-bench: no model of the lab begins with {' or '.join(given.model)}")
    return given


def environment(spin):
    """`spin` is None to leave it to libgomp."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed | {"GGML_NO_BACKTRACE": "1"} | ({"GOMP_SPINCOUNT": spin} if spin is not None else {})


class Worker:
    """The embedded engine's process, spoken to in the lines of src-tauri/protocol."""

    def __init__(self, path):
        self.process = subprocess.Popen([path, "--parent", str(os.getpid())], env=environment(SPIN_COUNT), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.hello = self.reply("hello")

    def reply(self, event):
        """The next reply that is no fragment, which must be that event."""
        for line in self.process.stdout:
            reply = json.loads(line)
            if reply["event"] == event:
                return reply
            if reply["event"] != "fragment":
                sys.exit(f"compare-llama-bench: the worker was to say {event} and said {line.strip()}")
        sys.exit(f"compare-llama-bench: the worker ended with status {self.process.wait()} before it said {event}")

    def ask(self, event, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.reply(event)

    def end(self):
        self.process.kill()
        self.process.wait()


def worker_settings(path):
    """Its version, and its settings by name."""
    worker = Worker(path)
    worker.end()
    return worker.hello["version"], dict(worker.hello["settings"])


def measure_worker(given, file, threads):
    """Tokens per second, by figure."""
    worker = Worker(given.worker)
    worker.ask("loaded", op="load", path=file, context_tokens=CONTEXT_TOKENS, threads=threads)
    # The whole prompt and one token, as llama-bench warms itself up.
    worker.ask("done", op="speed", **PREFILL, seed=1)
    speeds = {"prefill": [], "decode": []}
    for _ in range(TRIALS):
        prefill = worker.ask("done", op="speed", **PREFILL, seed=time.time_ns() % 2**32)
        speeds["prefill"].append(prefill["prompt_tokens"] / prefill["prompt_ms"] * 1000)
        decode = worker.ask("done", op="speed", **DECODE, seed=time.time_ns() % 2**32)
        # Between the first and the last of N tokens lie N-1 decodes.
        speeds["decode"].append((decode["output_tokens"] - 1) / decode["decode_ms"] * 1000)
    worker.end()
    return {figure: statistics.median(taken) for figure, taken in speeds.items()}


def measure_llama_bench(given, file, settings, threads):
    """Tokens per second, by figure, of a llama-bench that is set as the worker says of itself."""
    spin = None if given.spin == "default" else given.spin
    layers = "0" if settings["gpu_layers"] == "0" else "99"
    command = [given.llama_bench, "-m", file, "-t", str(threads), "-r", str(TRIALS), "-o", "json",
               "-p", str(PROMPT_TOKENS), "-n", str(OUTPUT_TOKENS), "-b", settings["batch"], "-ub", settings["micro_batch"], "-ctk", settings["kv_cache"],
               "-ctv", settings["kv_cache"], "-fa", settings["flash_attention"], "-ngl", layers]
    run = subprocess.run(command, env=environment(spin), text=True, capture_output=True)
    if run.returncode:
        sys.exit(f"compare-llama-bench: {' '.join(command)} ended with status {run.returncode}: {run.stderr.strip()[-500:]}")
    prefill, decode = json.loads(run.stdout)
    return {"prefill": statistics.median(prefill["samples_ts"]), "decode": statistics.median(decode["samples_ts"])}


def interval(values):
    """The bootstrap's 95 % interval of the median. Its seed is fixed, so that the same values give the same one."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return medians[int(RESAMPLES * 0.025)], medians[int(RESAMPLES * 0.975)]


def judge(name, figure, rounds):
    """One line of the table, from the rounds of a model."""
    toprung, other = ([one[program][figure] for one in rounds] for program in ("toprung", "llama_bench"))
    ratios = [ours / theirs for ours, theirs in zip(toprung, other)]
    ratio, (low, high) = statistics.median(ratios), LIMITS[figure]
    return {"model": name, "figure": figure, "toprung": statistics.median(toprung), "llama_bench": statistics.median(other),
            "ratio": ratio, "interval": interval(ratios), "half_width": half_width(ratios), "limits": (low, high),
            "within": low <= ratio <= high}


def are_enough(wanted, rounds):
    """Whether these are as many as were asked for, or else enough to judge by."""
    if wanted is not None or len(rounds) not in LOOKS[:-1]:
        return len(rounds) == (wanted or LOOKS[-1])
    return all(judge("", figure, rounds)["half_width"] <= HALF_WIDTH for figure in LIMITS)


def compare(given, settings, threads):
    lines, measured = [], []
    print(f"{'model':40}{'figure':9}{'toprung':>11}{'llama-bench':>13}{'ratio':>8}   {'95 % interval':16}{'rounds':8}within")
    for file in given.files:
        name, rounds = os.path.basename(file), []
        while not are_enough(given.rounds, rounds):
            programs = [("toprung", lambda: measure_worker(given, file, threads)),
                        ("llama_bench", lambda: measure_llama_bench(given, file, settings, threads))]
            rounds.append({program: measure() for program, measure in (programs if len(rounds) % 2 == 0 else programs[::-1])})
            print(f"{name}: round {len(rounds)}: {rounds[-1]}", file=sys.stderr)
        measured.append({"model": name, "rounds": rounds})
        for line in (judge(name, figure, rounds) for figure in LIMITS):
            lines.append(line)
            span = f"{line['interval'][0]:.3f}–{line['interval'][1]:.3f}"
            limits = f"{line['limits'][0]}–{line['limits'][1]}"
            doubt = "" if line["half_width"] <= HALF_WIDTH else f", but known to ±{line['half_width']:.1%} only"
            print(f"{name.removesuffix('.gguf'):40}{line['figure']:9}{line['toprung']:7.1f} t/s{line['llama_bench']:9.1f} t/s"
                  f"{line['ratio']:8.3f}   {span:16}{len(rounds):<8}{limits}: {'yes' if line['within'] else 'NO'}{doubt}", flush=True)
    return {"lines": lines, "measured": measured}, all(line["within"] for line in lines)


def time_llama_bench(given, file):
    """Seconds of its whole run with the standard mode's shape and everything else as it sets it, and the wider of its two spreads."""
    command = [given.llama_bench, "-m", file, "-p", str(PROMPT_TOKENS), "-n", str(OUTPUT_TOKENS), "-r", str(TIMED_REPETITIONS), "-o", "json"]
    began = time.monotonic()
    run = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    return {"seconds": seconds, "half_width": max(half_width(test["samples_ts"]) for test in json.loads(run.stdout))}


def time_standard_rung(given, file):
    """Seconds from the beginning of the load to the last speed trial of a standard climb of this model alone."""
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(f"{home}/models")
        os.symlink(file, f"{home}/models/{os.path.basename(file)}")
        command = [given.toprung, "climb", "--model", os.path.basename(file).removesuffix(".gguf"), "--yes"]
        subprocess.run(command, check=True, env=os.environ | {"TOPRUNG_HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.closing(sqlite3.connect(f"{home}/toprung.db")) as store:
            load_ms, warm_up_ms = store.execute("SELECT load_ms, warm_up_ms FROM rungs").fetchone()
            first, decodes, prefills = store.execute("SELECT min(started_ms), count(decode_tps), count(prefill_tps) FROM trials WHERE kind = 'speed'").fetchone()
            over = store.execute("SELECT min(started_ms) FROM trials WHERE kind = 'answer'").fetchone()[0]
            speeds = store.execute("SELECT decode_tps FROM trials WHERE kind = 'speed' AND decode_tps IS NOT NULL").fetchall()
    return {"seconds": (load_ms + warm_up_ms + over - first) / 1000, "decodes": decodes, "prefills": prefills,
            "half_width": half_width([tps for (tps,) in speeds])}


def half_width(values):
    """Relative to the median."""
    low, high = interval(values)
    return (high - low) / 2 / statistics.median(values)


def compare_times(given):
    lines = []
    print(f"{'model':40}{'llama-bench':>13}{'standard rung':>15}   medians; prompts + writings and half widths of each round")
    for file in given.files:
        rounds = []
        for number in range(given.rounds or TIMED_ROUNDS):
            programs = [("toprung", lambda: time_standard_rung(given, file)), ("llama_bench", lambda: time_llama_bench(given, file))]
            rounds.append({program: measure() for program, measure in (programs if number % 2 == 0 else programs[::-1])})
        lines.append({"model": os.path.basename(file), "rounds": rounds})
        seconds = {program: statistics.median(one[program]["seconds"] for one in rounds) for program in rounds[0]}
        told = "; ".join(f"{one['toprung']['prefills']}+{one['toprung']['decodes']} ±{one['toprung']['half_width']:.1%}"
                         f" (llama-bench ±{one['llama_bench']['half_width']:.1%})" for one in rounds)
        print(f"{os.path.basename(file).removesuffix('.gguf'):40}{seconds['llama_bench']:11.1f} s{seconds['toprung']:13.1f} s   {told}", flush=True)
    return {"lines": lines}


def main():
    given = arguments()
    version, settings = worker_settings(given.worker)
    threads = given.threads or int(settings["threads"])
    load = os.getloadavg()[0]
    print(f"worker: {version}, {settings['instructions']}", file=sys.stderr)
    if load > QUIET_LOAD:
        print(f"This machine is busy (load {load:.1f} before the start), so what follows says little.", file=sys.stderr)
    if given.time:
        found, within = compare_times(given), True
    else:
        print(f"both: {threads} threads, {settings}; llama-bench's spin count: {given.spin}", file=sys.stderr)
        found, within = compare(given, settings, threads)
    if given.json:
        about = {"worker": version, "settings": settings, "threads": threads, "llama_bench_spin_count": given.spin, "load_before": load}
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(about | found, file, indent=1)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
