"""What was freed goes back to the system."""

from __future__ import annotations

import asyncio
import gc
import re
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from cvdemo.ui import internals, memory

SCRIPT = """
import threading
from pathlib import Path
from cvdemo.ui.memory import few_arenas, give_back
few_arenas()

def resident():
    import re
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

def fill(kept):
    parts = [bytearray(20_000) for _ in range(4000)]
    kept.append(parts[-1])  # at the end of the arena: all before it stays with the process

kept = []
before = resident()
threads = [threading.Thread(target=fill, args=(kept,)) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
full = resident()
assert give_back()
print(full - before, resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="there is no /proc")
def test_what_threads_have_freed_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    full, after = map(int, re.findall(r"-?\d+", done.stdout))
    assert after < 8000 and after <= full  # kB, of 480 MB that were asked for


def test_circles_of_objects_are_freed() -> None:
    class Session:
        pass

    session = Session()
    session.page = session  # type: ignore[attr-defined]
    gone = weakref.ref(session)
    gc.disable()
    try:
        del session
        assert gone() is not None
        memory.give_back()
        assert gone() is None
    finally:
        gc.enable()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    memory.few_arenas()
    assert not memory.give_back()


def test_visitors_who_have_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        id = "a visitor"

    storage = MemorySessionStorage(ttl_seconds=0)
    manager = SimpleNamespace(_storage_lock=threading.RLock(), _session_storage=storage)
    monkeypatch.setattr(internals.runtime, "exists", lambda: True)
    monkeypatch.setattr(internals.runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    session = Session()
    gone = weakref.ref(session)
    storage.save(SessionInfo(client=None, session=session))  # type: ignore[arg-type]
    del session
    assert gone() is not None  # Streamlit waits for somebody else to go
    monkeypatch.setattr(memory, "give_back", lambda: False)
    asyncio.run(memory.give_back_now_and_then())
    assert gone() is None


def test_without_a_server_there_is_nobody_to_forget() -> None:
    internals.forget_ended_sessions()
