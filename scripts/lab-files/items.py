"""Puts the items of the frozen suite to models by llama.cpp's server, has the answers graded, and says which items tell models apart."""
import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

# Answers at once: reading one prompt while another is answered uses both cores of a small machine well.
AT_ONCE = 2
CONTEXT_TOKENS = 10240
START_S, ANSWER_S = 120, 900
MOST_USELESS = 0.25


def lines_of(*command, given=""):
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextlib.contextmanager
def serving(program, model):
    """llama.cpp's server with this model, at the address that is handed out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "-m", model, "--port", str(port), "-c", str(CONTEXT_TOKENS * AT_ONCE), "-np", str(AT_ONCE), "--jinja"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + START_S
            while time.monotonic() < end and process.poll() is None:
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health"):
                    break
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def ask(address, item):
    body = {"messages": [{"role": "user", "content": item["prompt"]}], "max_tokens": item["max_tokens"], "temperature": 0}
    request = urllib.request.Request(f"{address}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=ANSWER_S) as reply:
        choice = json.load(reply)["choices"][0]
    return {"id": item["id"], "answer": choice["message"]["content"] or "", "hit_limit": choice["finish_reason"] == "length"}


def key(item):
    return hashlib.sha256(f"{item['prompt']} {item['max_tokens']}".encode()).hexdigest()


def answers(options, model, items):
    """The answers of one model, from the file that keeps them where they were given before."""
    file = options.kept / f"{Path(model).stem}.json"
    kept = json.loads(file.read_text()) if file.is_file() else {}
    missing = [item for item in items if key(item) not in kept]
    if missing:
        with serving(options.server, model) as address, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for number, (item, given) in enumerate(zip(missing, pool.map(lambda item: ask(address, item), missing)), 1):
                kept[key(item)] = given
                file.write_text(json.dumps(kept, indent=1))
                print(f"\r{Path(model).stem}: {number} of {len(missing)}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    return [{**kept[key(item)], "id": item["id"]} for item in items]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--items", "--python", "--server"):
        parser.add_argument(name, required=True)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("beginnings", nargs="*")
    own = sys.argv[1:]
    place = own.index("--")
    options, models = parser.parse_args(own[:place]), own[place + 1:]
    options.kept.mkdir(exist_ok=True)
    items = [item for item in lines_of(options.items, "list") if item["id"].startswith(tuple(options.beginnings or [""]))]
    passed, cells = defaultdict(list), defaultdict(int)
    for model in models:
        given = answers(options, model, items)
        for verdict in lines_of(options.items, "grade", options.python, given="".join(json.dumps(one) + "\n" for one in given)):
            passed[verdict["id"]].append(verdict["passes"])
            cells[model, verdict["id"].rsplit("/", 1)[0]] += verdict["passes"]
    print("band of a task".ljust(24), *(Path(model).stem[:18].rjust(20) for model in models), "tell nothing".rjust(14))
    useless = [name for name, verdicts in passed.items() if len(set(verdicts)) == 1]
    for group in dict.fromkeys(item["id"].rsplit("/", 1)[0] for item in items):
        count = sum(item["id"].startswith(f"{group}/") for item in items)
        nothing = [name for name in useless if name.startswith(f"{group}/")]
        print(group.ljust(24), *(f"{cells[model, group]} of {count}".rjust(20) for model in models), str(len(nothing)).rjust(14))
    print(f"\n{len(useless)} of {len(items)} items tell nothing ({len(useless) / len(items):.0%}; at most {MOST_USELESS:.0%}):")
    for name in useless:
        print(f"  all {'pass' if passed[name][0] else 'fail'}: {name}")
    return 0 if len(useless) <= MOST_USELESS * len(items) else 1


if __name__ == "__main__":
    sys.exit(main())
