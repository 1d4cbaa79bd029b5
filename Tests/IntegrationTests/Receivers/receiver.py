# Jaga - container security monitor
# SPDX-License-Identifier: Apache-2.0
"""A receiver of messages that fails now and then, for tests of outputs.

usage: receiver.py http|smtp|syslog SEED FILE     prints its port, then adds to FILE a line for each message that it took

http answers by chance with 500, 503, 429 with Retry-After, hangs, or closes; smtp (aiosmtpd) refuses for the moment, before the text or
after it. A line is KEY TAB IDS: the message's key, and the ids or logs that it holds.
"""

import asyncio
import json
import random
import re
import socket
import sys
import threading
import time
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

kind, seed, path = sys.argv[1:]
chance = random.Random(int(seed))
lock = threading.Lock()


def took(key, texts):
    with lock, open(path, "a", encoding="utf-8") as file:
        file.write(key + "\t" + " ".join(texts) + "\n")


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        dice = chance.random()
        if dice < 0.03:
            time.sleep(3)  # longer than the client waits
            self.close_connection = True
            return
        if dice < 0.06:
            self.close_connection = True
            return
        if dice < 0.16:
            return self.answer(chance.choice([500, 503, 429]), b"")
        alerts = json.loads(body)
        alerts = alerts if isinstance(alerts, list) else [alerts]
        took(self.headers["Idempotency-Key"], [re.search(r"user\d+", a["full_log"])[0] for a in alerts])
        self.answer(200, b"{}")

    def answer(self, status, body):
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if chance.random() < 0.15:
            return "451 4.7.1 later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if chance.random() < 0.15:
            return "452 4.2.2 full"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        took(mail["Message-ID"], re.findall(r"invalid user (user\d+)", mail.get_content()))
        return "250 ok"


def serve_http():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def serve_smtp():
    from aiosmtpd.smtp import SMTP

    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Mailbox(), hostname="mx.example.org"), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(main())


def serve_syslog():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        for line in connection.makefile("r", encoding="utf-8"):
            took("-", re.findall(r"invalid user (user\d+)", line)[:1])


{"http": serve_http, "smtp": serve_smtp, "syslog": serve_syslog}[kind]()
