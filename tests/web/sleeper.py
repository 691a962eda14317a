"""A stand-in for an instance: `sleeper.py HOW PORT`. It answers all with 200 and imports next to nothing.

HOW: `listens`; `fails`: opens its port, but ends before it answers; `falls`: ends after its first answer;
`stubborn`: heeds no SIGTERM.
"""

import signal
import socket
import sys

how, port = sys.argv[1], int(sys.argv[2])
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with socket.create_server(("127.0.0.1", port)) as server:
    if how == "fails":
        sys.exit("the disk is full")
    while True:
        client, _ = server.accept()
        with client:
            client.recv(1_000)
            client.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        if how == "falls":
            sys.exit(3)
