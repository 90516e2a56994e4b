"""Takes the speed trials of a stored A/B run of a model against itself out of its database, in the order in which they were measured,
and writes how fast each was beside the usual one.
"""
import json
import sqlite3
import statistics
import sys


def main():
    database, model, processor, out = sys.argv[1:]
    trials = sqlite3.connect(database).execute(
        "SELECT decode_tps, prefill_tps FROM trials WHERE kind = 'speed' AND outcome = 'complete' ORDER BY started_ms").fetchall()
    usual = [statistics.median(column) for column in zip(*trials)]
    lines = ",\n".join(json.dumps({"decode": round(decode / usual[0], 4), "prefill": round(prefill / usual[1], 4)})
                       for decode, prefill in trials)
    about = json.dumps({"model": model, "processor": processor, "decode_tps": round(usual[0], 2), "prefill_tps": round(usual[1], 2)})
    with open(out, "w", encoding="utf-8") as file:
        file.write(f'{about[:-1]}, "moments": [\n{lines}\n]}}\n')
    for name, column, middle in zip(("decode", "prefill"), zip(*trials), usual):
        spread = [value / middle for value in column]
        print(f"{name}: {middle:.1f} tokens/s, {len(spread)} trials, from {min(spread):.3f} to {max(spread):.3f} of the median")


if __name__ == "__main__":
    main()
