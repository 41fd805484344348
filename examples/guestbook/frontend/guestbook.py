#!/usr/bin/python3
"""The guestbook's page: shows the entries that Redis keeps, and adds one.

Speaks RESP (the Redis protocol) itself, so that Python's standard library is all it needs.
"""

import html
import os
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

# Not REDIS_PORT: Kubernetes sets that one for the Service `redis`, to something else.
REDIS = (os.environ.get("GUESTBOOK_REDIS_HOST", "redis"), int(os.environ.get("GUESTBOOK_REDIS_PORT", "6379")))
LIST = "entries"
ENTRY_BYTES_MAX = 2000

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Guestbook</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem; color: #1d2733 }}
form {{ display: flex; gap: .5rem }} input {{ flex: 1; font: inherit; padding: .4rem .6rem; border: 1px solid #9aa7b5; border-radius: .3rem }}
button {{ font: inherit; padding: .4rem 1rem; border: 0; border-radius: .3rem; background: #14532d; color: #fff }}
li {{ margin: .4rem 0 }} footer {{ margin-top: 3rem; font-size: .8rem; color: #64707d }}
</style></head><body>
<h1>Guestbook</h1>
<form method="post"><input name="entry" aria-label="Entry" placeholder="Write something" autofocus required maxlength="500"><button>Sign</button></form>
<ul>{entries}</ul>
<footer>served by {host}</footer>
</body></html>
"""


class RedisError(Exception):
    """Redis answered with an error, or not at all."""


def command(*words):
    """Runs one command on Redis; returns bytes, an int, a list of those, or None."""
    sent = b"*%d\r\n" % len(words)
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        sent += b"$%d\r\n%s\r\n" % (len(data), data)
    try:
        with socket.create_connection(REDIS, timeout=3) as connection:
            connection.sendall(sent)
            return read(connection.makefile("rb"))
    except OSError as error:
        raise RedisError(f"Redis at {REDIS[0]}:{REDIS[1]}: {error}") from error


def read(stream):
    line = stream.readline()
    kind, rest = line[:1], line[1:-2]
    if kind == b"+":
        return rest
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == b"-1" else stream.read(int(rest) + 2)[:-2]
    if kind == b"*":
        return [read(stream) for _ in range(int(rest))]
    raise RedisError(rest.decode() or "Redis closed the connection")


class Guestbook(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200, "ok", "text/plain")
        try:
            if self.path == "/readyz":
                command("PING")
                return self.answer(200, "ok", "text/plain")
            entries = command("LRANGE", LIST, 0, 99)
        except RedisError as error:
            return self.answer(503, f"{error}\n", "text/plain")
        if self.path == "/entries":
            return self.answer(200, "".join(f"{e.decode()}\n" for e in entries), "text/plain")
        items = "".join(f"<li>{html.escape(e.decode(errors='replace'))}</li>" for e in entries)
        return self.answer(200, PAGE.format(entries=items, host=html.escape(socket.gethostname())), "text/html")

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        if length > ENTRY_BYTES_MAX:
            return self.answer(413, "the entry is too long\n", "text/plain")
        entry = parse_qs(self.rfile.read(length).decode()).get("entry", [""])[0].strip()
        if not entry:
            return self.answer(400, "the entry is empty\n", "text/plain")
        try:
            command("LPUSH", LIST, entry)
        except RedisError as error:
            return self.answer(503, f"{error}\n", "text/plain")
        self.send_response(303)
        self.send_header("location", "/")
        self.send_header("content-length", "0")
        self.end_headers()
        return None

    def answer(self, status, text, kind):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    server = ThreadingHTTPServer(("", 8080), Guestbook)
    # As process 1 of a container the signal does nothing unless it is asked for.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print("guestbook listens on port 8080", flush=True)
    server.serve_forever()


main()
