"""What of Toprung watches a climb, how it is held still, and how much of the processors it and the model had."""
import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Thread:
    """One thread of another process, which can be held still while the rest of it goes on."""

    def __init__(self, tid):
        self.tid = tid

    def hold(self):
        if libc.ptrace(PTRACE_SEIZE, self.tid, None, None) or libc.ptrace(PTRACE_INTERRUPT, self.tid, None, None):
            sys.exit(f"check-overhead: the thread {self.tid} can't be held still (error {ctypes.get_errno()}): run this as root")
        os.waitpid(self.tid, WALL)

    def let_go(self):
        libc.ptrace(PTRACE_DETACH, self.tid, None, None)


class Process:
    """A whole process that can be held still."""

    def __init__(self, pid):
        self.pid = pid

    def hold(self):
        os.kill(self.pid, signal.SIGSTOP)

    def let_go(self):
        os.kill(self.pid, signal.SIGCONT)


def processes():
    """The parent, the name and the ticks of every process."""
    found = {}
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            name, rest = folder.joinpath("stat").read_text().rsplit(")", 1)
            fields = rest.split()
            found[int(folder.name)] = (int(fields[1]), name.split("(", 1)[1], int(fields[11]) + int(fields[12]))
    return found


def family(root):
    """A process and those below it, but for the engine's worker, as name and ticks by number."""
    found, members = processes(), {root}
    while more := {pid for pid, (parent, name, _) in found.items()
                   if parent in members and pid not in members and not name.startswith("toprung-worker")}:
        members |= more
    return {pid: found[pid][1:] for pid in members if pid in found}


def own_seconds(root):
    return sum(ticks for _, ticks in family(root).values()) / TICKS


def watchers(root):
    """What watches: the threads that sample the hardware, and the page's process where there is one."""
    found = []
    for pid, (name, _) in family(root).items():
        if name.startswith("WebKitWebProces"):
            found.append(Process(pid))
        for task in Path(f"/proc/{pid}/task").iterdir():
            if task.joinpath("comm").read_text().strip() == "hardware":
                found.append(Thread(int(task.name)))
    return found


def worker_waiting_s():
    """Seconds for which the worker's threads were ready to run and had to wait for a processor, by the kernel's own count."""
    waited = 0
    for pid in (pid for pid, (_, name, _) in processes().items() if name.startswith("toprung-worker")):
        with contextlib.suppress(OSError):
            waited += sum(int(task.joinpath("schedstat").read_text().split()[1]) for task in Path(f"/proc/{pid}/task").iterdir())
    return waited / 1e9
