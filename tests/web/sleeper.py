"""A stand-in for an instance: `sleeper.py HOW PORT` listens and answers nothing. It imports next to nothing.

HOW: `listens`, `fails` (ends before it listens), `falls` (listens, then ends), `stubborn` (heeds no SIGTERM).
"""

import signal
import socket
import sys
import time

how, port = sys.argv[1], int(sys.argv[2])
if how == "fails":
    sys.exit("the disk is full")
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with socket.create_server(("127.0.0.1", port)):
    time.sleep(0.4 if how == "falls" else 60)
sys.exit(3)
