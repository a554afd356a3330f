#!/usr/bin/env python3
"""Stands between a client and a PostgreSQL server, and fails once, at a COMMIT.

    proxy.py SOCKET PORT_FILE MODE [SECONDS]

Listens on a port of its own on the loopback and passes everything on to the server's socket. It
understands as much of the protocol as it takes to see the message that says COMMIT:

    before    the connection is cut instead of passing it on
    after     it is passed on, and when the server has answered the answer is kept and the client cut
    meantime  the client is cut at once, and the server hears of the COMMIT SECONDS later
    never     nothing happens; the end of the test ends it

From then on, whatever the mode, it passes on everything. Each connection has its thread."""

import os
import socket
import struct
import sys
import threading
import time

path, port_file, mode = sys.argv[1:4]
delay = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
lock = threading.Lock()
has_failed = mode == "never"


def receive(source, size):
    data = b""
    while len(data) < size:
        block = source.recv(size - len(data))
        if not block:
            raise EOFError
        data += block
    return data


def read_message(source, is_first):
    """A message as it is on the wire; the first ones have no letter in front."""
    letter = b"" if is_first else receive(source, 1)
    size = receive(source, 4)
    return letter, letter + size + receive(source, struct.unpack("!I", size)[0] - 4)


def is_commit(letter, message):
    return letter == b"Q" and message[5:].strip(b"\0 ;").upper() == b"COMMIT"


def claim():
    """True for the one who is to fail."""
    global has_failed
    with lock:
        is_ours = not has_failed
        has_failed = True
    return is_ours


def fail(client, server, message, state):
    if mode == "before":
        # nobody tells the server: it finds out when it reads
        server.shutdown(socket.SHUT_RDWR)
        client.shutdown(socket.SHUT_RDWR)
        return
    state["is_mute"] = True
    if mode == "meantime":
        client.shutdown(socket.SHUT_RDWR)
        time.sleep(delay)
    server.sendall(message)
    state["answered"].wait(10)
    if mode == "after":
        client.shutdown(socket.SHUT_RDWR)
    server.shutdown(socket.SHUT_RDWR)


def pass_back(server, client, state):
    try:
        while block := server.recv(65536):
            if state["is_mute"]:
                state["answered"].set()
            else:
                client.sendall(block)
    except OSError:
        pass
    state["answered"].set()
    if not state["is_mute"]:
        end(client)


def end(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def serve(client):
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    state = {"is_mute": False, "answered": threading.Event()}
    threading.Thread(target=pass_back, args=(server, client, state), daemon=True).start()
    is_first = True
    try:
        while True:
            letter, message = read_message(client, is_first)
            is_first = False
            if is_commit(letter, message) and claim():
                fail(client, server, message, state)
                return
            server.sendall(message)
    except (EOFError, OSError):
        end(server)


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(16)
with open(port_file + ".new", "w") as file:
    file.write(f"{listener.getsockname()[1]}\n")
os.rename(port_file + ".new", port_file)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
