"""What watching costs: climbs of copies of one small model, in which what watches is stopped for every second trial.

Trials a minute apart differ by more on a shared machine than watching costs, and trials seconds apart do not: so the thread that
samples the hardware, and in the real window the page too, are held still for two trials, then let go for two. The second of each two
counts, when what was let go has caught up. The ratio of such a pair is one figure; their median and its interval count. The processor's
time is that of Toprung's own processes, the window's page included and the worker left out, from the first trial to the last of each
copy at the foot of a ladder, where nothing is held still. How long the model's threads had to wait for a processor is what watching can take
from it: a figure that other users of a shared machine do not blur.
"""
import contextlib
import os
import random
import sqlite3
import statistics
import sys
import subprocess
import tempfile
import time
from pathlib import Path

from driver import Display
from run import Bench, lab_models
from steps import TRIAL_S
from watchers import own_seconds, watchers, worker_waiting_s

MAX_LOSS, MAX_CORE = 0.01, 0.02
# Where the speeds do not tell, the waiting decides; but a median that is worse than this tells of something that no waiting shows.
WORST_MEDIAN, LEAST_PAIRS = 0.98, 10
# Copies in a ladder: as many as stand on a small screen without scrolling.
RUNGS = 10
# Those at its foot, which are climbed with nothing held still, for the processor's time.
FREE = 2
# A look at the store's modification time costs microseconds; a trial takes more than a second and reads its prompt first.
LOOK_S = 0.02
# Whether the climb is over is a question to the store.
ASK_S = 2
# Longer than two trials: a rung whose trials are over waits for the thread that samples.
LONGEST_HOLD_S = 6
# Of a rung in the standard mode.
MOST_TRIALS = 20


class Found:
    """What was found on all ladders together."""

    def __init__(self):
        self.pairs, self.seconds, self.used = [], 0, 0
        # By ladder and rung: the seconds and those waited, with the watchers and without.
        self.rungs = {}

    def add(self, ladder):
        self.pairs += ladder.pairs
        self.seconds, self.used = self.seconds + ladder.seconds, self.used + ladder.used
        self.rungs |= {(len(self.rungs), rung): spans for rung, spans in ladder.rungs.items()}

    def trial_ended(self, rung, was_held, seconds, waited):
        spans = self.rungs.setdefault(rung, {True: [0, 0], False: [0, 0]})[was_held]
        spans[0], spans[1] = spans[0] + seconds, spans[1] + waited

    def with_both(self):
        return [rung for rung in self.rungs.values() if all(seconds for seconds, _ in rung.values())]

    def core(self):
        return self.used / self.seconds

    def shares(self, rungs=None):
        """For which part of the time the model's threads waited: with the watchers, without them."""
        rungs = self.with_both() if rungs is None else rungs
        return [sum(rung[held][1] for rung in rungs) / sum(rung[held][0] for rung in rungs) for held in (False, True)]

    def interval(self, seed=1):
        """The 95 % bootstrap interval of the difference that the watchers make, over the rungs."""
        draw, rungs = random.Random(seed), self.with_both()
        shares = (self.shares(draw.choices(rungs, k=len(rungs))) for _ in range(4000))
        differences = sorted(watched - alone for watched, alone in shares)
        return differences[100], differences[-101]


class Store:
    """The store of a climb under way."""

    def __init__(self, home):
        self.home, self.written = home, 0

    def ask(self, question):
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(
                sqlite3.connect(f"file:{self.home}/toprung.db?mode=ro", uri=True)) as store:
            return store.execute(question).fetchall()
        return []

    def has_changed(self):
        with contextlib.suppress(OSError):
            if (now := os.stat(f"{self.home}/toprung.db-wal").st_mtime_ns) != self.written:
                self.written = now
                return True
        return False

    def trials(self):
        """The rung, the kind, the number and the decode speed of every trial, in the order in which they were made."""
        return self.ask("SELECT position, kind, number, decode_tps FROM trials ORDER BY key")

    def is_finished(self):
        return self.ask("SELECT count(*) FROM runs WHERE status = 'finished'") == [(1,)]


def is_held(rung, index):
    """Two trials held still, then two free; in every second rung the other way round."""
    return index >= 1 and (index - 1 - 2 * (rung % 2)) % 4 < 2


def is_settled(rung, index):
    """Whether the trial before was like this one: what was just let go catches up with all that came meanwhile, which nobody pays for
    who watches all the time."""
    return index >= 1 and is_held(rung, index) == is_held(rung, index - 1)


def pairs_of(trials, held):
    """Ratios of the decode speed with the watchers to the one without, of trials close to each other."""
    speeds = {(rung, index): tps for rung, kind, index, tps in trials if kind == "speed" and tps}
    pairs, paired = [], set()
    for rung, index in sorted(speeds):
        one, other = (rung, index), (rung, index + 2)
        # Each trial counts once.
        is_pair = is_settled(*one) and is_settled(*other) and other in speeds and {held.get(one), held.get(other)} == {True, False}
        if is_pair and not paired & {one, other}:
            paired |= {one, other}
            on, off = (one, other) if not held[one] else (other, one)
            pairs.append(speeds[on] / speeds[off])
    return pairs


def watch(store, root, is_over):
    """Follows the climb of a ladder, and holds the watchers still for two of four trials behind the free copies."""
    held, marks, holding, found = {}, {}, [], Found()
    seen, ended_at, asked_at, last, under_way = 0, time.monotonic(), time.monotonic(), None, None
    while True:
        time.sleep(LOOK_S)
        if holding and time.monotonic() - ended_at > LONGEST_HOLD_S:
            for one in holding:
                one.let_go()
            # The trial under way was held for a part of its time: it is no trial of either kind.
            holding = []
            held.pop(under_way, None)
        if time.monotonic() - asked_at > ASK_S:
            asked_at = time.monotonic()
            if is_over():
                break
        if not store.has_changed() or len(trials := store.trials()) <= seen:
            continue
        seen, ended_at = len(trials), time.monotonic()
        rung, kind, index, _ = trials[-1]
        # A trial behind the longest hold was free for a part of it.
        whole = held.get((rung, index)) == bool(holding)
        now = (ended_at, worker_waiting_s())
        if last and rung >= FREE and kind == "speed" and index > 0 and whole and is_settled(rung, index):
            found.trial_ended(rung, bool(holding), now[0] - last[0], now[1] - last[1])
        last = now
        if rung < FREE and kind == "speed":
            marks.setdefault(rung, []).append((time.monotonic(), own_seconds(root)))
        # A rung's end waits for the thread that samples, so nothing is held beyond the speed trials: the first trial of a rung is free too.
        wanted = rung >= FREE and kind == "speed" and index + 2 < MOST_TRIALS and is_held(rung, index + 1)
        if wanted and not holding:
            holding = watchers(root)
            for one in holding:
                one.hold()
        elif not wanted and holding:
            for one in holding:
                one.let_go()
            holding = []
        if kind == "speed":
            under_way = (rung, index + 1)
            held[under_way] = wanted
    for one in holding:
        one.let_go()
    # Between two rungs nothing is timed, so what is drawn there is not counted.
    spans = [(marks[rung][0], marks[rung][-1]) for rung in marks]
    found.seconds, found.used = (sum(end[place] - start[place] for start, end in spans) for place in (0, 1))
    found.pairs = pairs_of(store.trials(), held)
    return found


def in_terminal(bench, binaries, home):
    command = [f"{binaries}/toprung", "climb", "--ladder", str(home / "tiny.toml"), "--yes"]
    process = subprocess.Popen(command, env=bench.env(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    measured = watch(Store(home), process.pid, lambda: process.poll() is not None)
    if process.returncode:
        sys.exit(f"check-overhead: {' '.join(command)} ended with status {process.returncode}")
    return measured


def in_window(bench, _, home):
    with bench.window(home) as window:
        window.click("Customise…")
        window.write("/home/me/ladder.toml", str(home / "tiny.toml") + "\n")
        window.click("Standard")
        window.says("nothing to download")
        window.call(window.element("//h1") + "/click", {})
        window.press("Enter")
        window.says("Climbing · rung 1 of", TRIAL_S)
        # The driver's own questions would be counted, so the store is asked whether it is over.
        store = Store(home)
        return watch(store, window.driver.pid, store.is_finished)


def interval(ratios, seed=1):
    """The 95 % bootstrap interval of the median."""
    draw = random.Random(seed)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(4000))
    return medians[100], medians[-101]


def folder_of_copies(bench, name, copies=RUNGS):
    """A data folder in which one model stands under several names, and a ladder of them."""
    home = bench.data_folder(name, rungs=1)
    model = next((home / "models").glob("*.gguf"))
    names = [f"{model.stem}-{number:02}" for number in range(copies)]
    for one in names:
        os.link(model, home / "models" / f"{one}.gguf")
    (home / "tiny.toml").write_text('name = "tiny"\n' + "".join(f'\n[[rung]]\nmodel = "{one}"\n' for one in names), encoding="utf-8")
    return home


def report(way, found):
    """Says what was found, and answers whether both bounds hold. Where the interval of the speeds lies on both sides of its bound, what the
    model's threads waited decides, by the upper end of its interval: processor time that was taken from the model shows there, what is
    shared otherwise (caches, clock) only in the speeds."""
    if len(found.pairs) < LEAST_PAIRS:
        sys.exit(f"check-overhead: {len(found.pairs)} pairs of trials tell nothing; {LEAST_PAIRS} or more do: climb more ladders")
    ratio, (low, high) = statistics.median(found.pairs), interval(found.pairs)
    (watched, alone), (least, most) = found.shares(), found.interval()
    tells = high < 1 - MAX_LOSS or low >= 1 - MAX_LOSS
    is_small = ratio >= 1 - MAX_LOSS if tells else most <= MAX_LOSS and ratio >= WORST_MEDIAN
    print(f"{way}: decode speed × {ratio:.4f} ({low:.4f} to {high:.4f}, {len(found.pairs)} pairs; at least {1 - MAX_LOSS}"
          f"{'' if tells else ', not decided'}), {found.core():.2%} of a core (at most {MAX_CORE:.0%}); the model's threads together waited for "
          f"a processor in {watched:.2%} of the time with it and {alone:.2%} without: {100 * (watched - alone):.2f} points ({100 * least:.2f} "
          f"to {100 * most:.2f}; at most {100 * MAX_LOSS:.0f})", flush=True)
    return is_small and found.core() <= MAX_CORE


def main():
    binaries, ladders = sys.argv[1], int(sys.argv[2])
    ways, models, held = {"sampling": in_terminal, "window": in_window}, lab_models(), True
    with contextlib.closing(Display(os.environ)) as display, tempfile.TemporaryDirectory(prefix="overhead-", dir=models[0].parents[1]) as folder:
        bench = Bench(os.path.abspath(f"{binaries}/toprung-app"), models, Path(folder), display)
        for way in sys.argv[3:] or ways:
            found = Found()
            for number in range(ladders):
                found.add(ways[way](bench, binaries, folder_of_copies(bench, f"{way}-{number}")))
            held = report(way, found) and held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
