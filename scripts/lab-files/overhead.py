"""Climbs one model in turns: with nothing beside it, with the hardware sampled, and in the real window with its live screen.

Decode speed is the median of a climb's speed trials. A round's ratios compare climbs that lie a minute apart; the median of the
ratios is the figure that counts. The processor's time is that of Toprung's own processes, the window's page included and the worker
left out, from the first trial to the last.
"""
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import scenes
from driver import Display
from run import Bench, lab_models

TICKS = os.sysconf("SC_CLK_TCK")
WAYS = ("nothing", "sampling", "window")
MAX_LOSS, MAX_CORE = 0.01, 0.02


def processes():
    """The parent, the name and the ticks of every process."""
    found = {}
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            name, rest = folder.joinpath("stat").read_text().rsplit(")", 1)
            fields = rest.split()
            found[int(folder.name)] = (int(fields[1]), name.split("(", 1)[1], int(fields[11]) + int(fields[12]))
    return found


def own_seconds(root):
    """Processor seconds of a process and of those below it, but for the engine's worker."""
    found, family = processes(), {root}
    while more := {pid for pid, (parent, name, _) in found.items()
                   if parent in family and pid not in family and not name.startswith("toprung-worker")}:
        family |= more
    return sum(found[pid][2] for pid in family if pid in found) / TICKS


def trials(home):
    """Ends of the run's speed trials and their decode speeds, so far."""
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(f"file:{home}/toprung.db?mode=ro", uri=True)) as store:
        return store.execute("SELECT decode_tps FROM trials WHERE kind = 'speed' AND outcome = 'complete'").fetchall()
    return []


def watch(home, root, is_over):
    """The share of a core that is used between the first stored speed trial and the last, and the median decode speed."""
    first = last = None
    seen = 0
    while not is_over():
        if (count := len(trials(home))) > seen:
            seen, now = count, (time.monotonic(), own_seconds(root))
            first, last = first or now, now
        time.sleep(0.5)
    speed = statistics.median(tps for (tps,) in trials(home) if tps is not None)
    return speed, (last[1] - first[1]) / (last[0] - first[0])


def in_terminal(bench, binaries, home, *flags):
    command = [f"{binaries}/toprung", "climb", "--ladder", str(home / "tiny.toml"), "--yes", *flags]
    process = subprocess.Popen(command, env=bench.env(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    measured = watch(home, process.pid, lambda: process.poll() is not None)
    if process.returncode:
        sys.exit(f"check-overhead: {' '.join(command)} ended with status {process.returncode}")
    return measured


def in_window(bench, home):
    with bench.window(home) as window:
        window.click("Customise…")
        window.write("/home/me/ladder.toml", str(home / "tiny.toml") + "\n")
        window.click("Standard")
        window.says("nothing to download")
        window.call(window.element("//h1") + "/click", {})
        window.press("Enter")
        window.says("Climbing · rung 1 of 1", scenes.TRIAL_S)
        # The driver's own questions would be counted, so the store is asked whether it is over.
        return watch(home, window.driver.pid, lambda: is_finished(home))


def is_finished(home):
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(f"file:{home}/toprung.db?mode=ro", uri=True)) as store:
        return store.execute("SELECT count(*) FROM runs WHERE status = 'finished'").fetchone()[0] == 1
    return False


def measure(bench, binaries, way, name):
    home = bench.data_folder(name, rungs=1)
    if way == "window":
        return in_window(bench, home)
    return in_terminal(bench, binaries, home, *(["--no-sampling"] if way == "nothing" else []))


def main():
    binaries, rounds = sys.argv[1], int(sys.argv[2])
    results = []
    models = lab_models()
    with contextlib.closing(Display(os.environ)) as display, tempfile.TemporaryDirectory(prefix="overhead-", dir=models[0].parents[1]) as folder:
        bench = Bench(os.path.abspath(f"{binaries}/toprung-app"), models, Path(folder), display)
        for number in range(rounds):
            order = WAYS if number % 2 == 0 else WAYS[::-1]
            results.append({way: measure(bench, binaries, way, f"{number}-{way}") for way in order})
            print(f"round {number + 1} of {rounds}: " + ", ".join(f"{way} {speed:.1f} tokens/s, {core:.2%} of a core"
                  for way, (speed, core) in results[-1].items()), flush=True)
    held = True
    for way in WAYS[1:]:
        ratio = statistics.median(one[way][0] / one["nothing"][0] for one in results)
        core = statistics.median(one[way][1] for one in results)
        held = held and ratio >= 1 - MAX_LOSS and core <= MAX_CORE
        print(f"{way}: decode speed × {ratio:.4f} (at least {1 - MAX_LOSS}), {core:.2%} of a core (at most {MAX_CORE:.0%})")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
