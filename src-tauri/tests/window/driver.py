"""The real window on a display of its own: starts it, looks at it, clicks and types as a person would."""

import base64
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

# The element key of the WebDriver standard, the same in every reply.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007"}
# What a person would call broken; a page of this app answers within a tenth of it.
PATIENCE_S = 15
# Often enough to catch states that last half a second.
LOOK_EVERY_S = 0.1


class Failed(Exception):
    """A check that did not hold; the text says what was seen instead."""


def until(look, what, seconds=PATIENCE_S):
    """Waits until `look` answers with something true, and returns that."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(LOOK_EVERY_S)
    return seen


def start(command, env, **streams):
    """Starts a program in a process group of its own, so that what it starts in turn can be ended with it."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, env=env, start_new_session=True, **(quiet | streams))


def end(process):
    """Ends a program and what it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(3)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


class Display:
    """A screen that nobody sees. The X server picks a number that is free."""

    def __init__(self, env):
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
        self.server = start(command, env, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as told:
            self.name = f":{told.readline().strip()}"

    def close(self):
        end(self.server)


class Bus:
    """A session bus, as a desktop has one."""

    def __init__(self, env):
        self.daemon = start(["dbus-daemon", "--session", "--nofork", "--print-address=1"], env, stdout=subprocess.PIPE)
        self.address = self.daemon.stdout.readline().decode().strip()

    def close(self):
        end(self.daemon)
        self.daemon.stdout.close()


class Window:
    """One start of the app."""

    def __init__(self, binary, env):
        self.env = env
        self.log = tempfile.TemporaryFile("w+")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.driver = start(["WebKitWebDriver", f"--port={port}"], env, stdout=self.log, stderr=self.log)
        try:
            until(lambda: self.answers(port), "WebKitWebDriver listens")
            wanted = {"webkitgtk:browserOptions": {"binary": binary}}
            self.session = f"/session/{self.call('/session', {'capabilities': {'alwaysMatch': wanted}})['sessionId']}"
            until(lambda: self.value("return document.querySelector('h1')?.innerText"), "a heading")
        except Exception:
            self.close()
            raise

    @staticmethod
    def answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def call(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method or ("GET" if data is None else "POST"))
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise Failed(json.load(error)["value"].get("message") or str(error)) from None

    def value(self, script, *arguments):
        """What a script returns; it may `await`."""
        body = {"script": f"return (async () => {{ {script} }})()", "args": arguments}
        return self.call(self.session + "/execute/sync", body)

    def text(self):
        return self.value("return document.body.innerText")

    def says(self, words, seconds=PATIENCE_S):
        """Waits until the page shows the words, upper or lower case."""
        try:
            until(lambda: words.lower() in self.text().lower(), f"“{words}”", seconds)
        except Failed as late:
            raise Failed(f"{late}; the page says: {' | '.join(self.text().split(chr(10)))[:700]}") from None

    def element(self, xpath, seconds=PATIENCE_S):
        """The first element that is visible to a person."""
        found = until(lambda: self.value(VISIBLE, xpath), f"the element {xpath}", seconds)
        return f"{self.session}/element/{found[ELEMENT]}"

    def click(self, label, seconds=PATIENCE_S):
        """Clicks the button, link, tab or choice with this label."""
        self.call(self.element(CLICKABLE.format(label), seconds) + "/click", {})

    def write(self, placeholder, text):
        field = self.element(f"//input[@placeholder='{placeholder}']")
        self.call(field + "/clear", {})
        self.call(field + "/value", {"text": text})

    def press(self, key):
        """Presses a key where the focus is."""
        strokes = [{"type": stroke, "value": KEYS.get(key, key)} for stroke in ("keyDown", "keyUp")]
        self.call(self.session + "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def reload(self):
        self.call(self.session + "/refresh", {})

    def resize(self, width, height):
        self.call(self.session + "/window/rect", {"x": 0, "y": 0, "width": width, "height": height})
        size = "return innerWidth === arguments[0] && innerHeight === arguments[1]"
        until(lambda: self.value(size, width, height), f"a window of {width}×{height}")

    def picture(self, path):
        # A window that has just changed its size is blank until it was drawn anew.
        self.value("await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        time.sleep(0.3)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call(self.session + "/screenshot")))

    def close(self):
        if hasattr(self, "session"):
            try:
                self.call(self.session, method="DELETE")
            except (Failed, OSError):
                pass
        end(self.driver)
        self.log.close()


# A control by what a person reads on it; a choice's label begins with its title, a smaller line may follow.
CLICKABLE = (
    "//*[self::button or self::a or self::summary or self::label or @role='tab']"
    "[starts-with(normalize-space(.), '{}') and not(@disabled)]"
)
VISIBLE = """
    const found = document.evaluate(arguments[0], document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
    for (let at = 0; at < found.snapshotLength; at++) {
        if (found.snapshotItem(at).checkVisibility()) return found.snapshotItem(at);
    }
    return null;
"""


def type_into_dialog(env, title, path):
    """Types a path into the toolkit's own file dialog, which the page's driver cannot reach."""

    def xdotool(*command):
        done = subprocess.run(["xdotool", *command], env=env, capture_output=True, text=True, timeout=10, check=False)
        return done.stdout.split()

    dialog = until(lambda: xdotool("search", "--onlyvisible", "--name", title), f"the dialog “{title}”")[-1]
    xdotool("windowfocus", "--sync", dialog)
    xdotool("key", "--window", "0", "ctrl+a")
    xdotool("type", "--delay", "5", path)
    xdotool("key", "Return")
    until(lambda: not xdotool("search", "--onlyvisible", "--name", title), f"the end of the dialog “{title}”")
