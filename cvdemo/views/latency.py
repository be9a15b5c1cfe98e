"""Send small answers at once: TCP_NODELAY on the server's sockets, which `streamlit run` leaves unset."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import streamlit as st


@st.cache_resource(show_spinner=False)
def answer_at_once() -> int:
    """Sets TCP_NODELAY on this process's TCP sockets, once; returns how many.

    Without it a slider's answer, several small messages, waits up to 40 ms for the browser's
    acknowledgement. Connections that come later inherit it from the listening socket. Where the system
    does not list a process's open files (Windows), nothing is done.
    """
    done = 0
    folder = Path("/proc/self/fd") if Path("/proc/self/fd").is_dir() else Path("/dev/fd")
    for name in [p.name for p in folder.iterdir()] if folder.is_dir() else []:
        try:
            with socket.socket(fileno=os.dup(int(name))) as sock:
                if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_STREAM:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    done += 1
        except OSError:
            continue  # not a socket, or closed since
    return done
