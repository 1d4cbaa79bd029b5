#!/usr/bin/env python3
# Jaga - container security monitor
# SPDX-License-Identifier: Apache-2.0
"""An agent of Wazuh 4 in another language, written from docs/spec/wazuh-protocol.md alone.

usage: peer.py enrol HOST PORT LINE [CERTIFICATE KEY]
       peer.py manager tcp|udp aes|blowfish PORT KEYLINE COUNT
       peer.py office PORT KEYLINE ARCONF WORD RESPONSE
       peer.py agent tcp|udp aes|blowfish HOST PORT KEYLINE STEP...

A manager takes one agent, acknowledges it, asks it one thing, and prints what it says until it says good-bye
or has sent COUNT events. An office is a manager over TCP and AES that also pushes ARCONF as the shared file ar.conf, and
asks for RESPONSE, a JSON object, when an event has WORD in it.

Steps, done in order; what they see is printed as one JSON value a line:
  send:BODY   seal a body and send it          raw:HEX  send a payload as it is
  stream:HEX  send bytes without a frame       recv     the next body from the manager
  ping        the next payload, unopened       file     a shared file: [name, is whole, text]
  answer:TEXT wait for a request, answer it    closed   wait until the manager hangs up
  until:TEXT  receive bodies up to this one
  wait:MS     wait so long for a body: it, or "nothing"
  first       the next body, or "closed" when the manager hangs up
  as:KEYLINE  be another agent                 noid     leave the id away from now on
"""

import hashlib
import json
import socket
import ssl
import struct
import subprocess
import sys
import zlib

TIME_LIMIT = 20


def md5(data):
    return hashlib.md5(data).hexdigest().encode()


class Blowfish:
    """Schneier's cipher; its tables are pi's fraction, by Machin's formula."""

    words = None

    def __init__(self, key):
        if Blowfish.words is None:
            Blowfish.words = self.pi(18 + 1024)
        self.p = Blowfish.words[:18]
        self.s = [Blowfish.words[18 + 256 * n:18 + 256 * (n + 1)] for n in range(4)]
        for n in range(18):
            word = b"".join(key[(4 * n + k) % len(key)].to_bytes(1, "big") for k in range(4))
            self.p[n] ^= int.from_bytes(word, "big")
        left = right = 0
        for table in [self.p] + self.s:
            for n in range(0, len(table), 2):
                left, right = self.block(left, right, self.p)
                table[n], table[n + 1] = left, right

    @staticmethod
    def pi(count):
        bits = count * 32 + 64

        def arctan(x):
            term = total = (1 << bits) // x
            n, sign = 3, -1
            while term:
                term //= x * x
                total += sign * (term // n)
                n, sign = n + 2, -sign
            return total

        fraction = (4 * (4 * arctan(5) - arctan(239)) - (3 << bits)) >> 64
        return [fraction >> 32 * (count - 1 - n) & 0xFFFFFFFF for n in range(count)]

    def block(self, left, right, rounds):
        s = self.s
        for n in range(16):
            left ^= rounds[n]
            mixed = (s[0][left >> 24] + s[1][left >> 16 & 255]) & 0xFFFFFFFF
            mixed = ((mixed ^ s[2][left >> 8 & 255]) + s[3][left & 255]) & 0xFFFFFFFF
            left, right = right ^ mixed, left
        return right ^ rounds[17], left ^ rounds[16]

    def chain(self, data, vector, decrypting):
        out, last = b"", struct.unpack(">II", vector)
        for n in range(0, len(data), 8):
            block = struct.unpack(">II", data[n:n + 8])
            if decrypting:
                plain = self.block(*block, self.p[::-1])
                out += struct.pack(">II", plain[0] ^ last[0], plain[1] ^ last[1])
                last = block
            else:
                last = self.block(block[0] ^ last[0], block[1] ^ last[1], self.p)
                out += struct.pack(">II", *last)
        return out


class Agent:
    def __init__(self, transport, method, host, port, line, connection=None):
        self.method, self.transport = method, transport
        self.counter = 0
        self.has_id = True
        self.become(line)
        if connection:
            self.socket = connection
            return
        kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.settimeout(TIME_LIMIT)
        self.socket.connect((host, int(port)))

    def become(self, line):
        self.id, name, _, key = line.split(" ")
        identity = md5(md5(name.encode()) + md5(self.id.encode()))[:15]
        self.secret = md5(key.encode()) + identity
        self.blowfish = Blowfish(self.secret) if self.method == "blowfish" else None

    def cipher(self, data, decrypting):
        if self.method == "blowfish":
            return self.blowfish.chain(data, bytes.fromhex("fedcba9876543210"), decrypting)
        words = ["openssl", "enc", "-d" if decrypting else "-e", "-aes-256-cbc", "-nosalt",
                 "-K", self.secret[:32].hex(), "-iv", b"FEDCBA0987654321".hex()]
        return subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True).stdout

    def seal(self, body):
        self.counter += 1
        inner = b"%05u%010u:%04u:" % (4711, 0, self.counter) + body
        stream = zlib.compress(md5(inner) + inner, 9)
        padding = (8 - (len(stream) + 1) % 8) % 8
        token = b":" if self.method == "blowfish" else b"#AES:"
        prefix = b"!%s!" % self.id.encode() if self.has_id else b""
        return prefix + token + self.cipher(b"!" * (padding + 1) + stream, False)

    def open(self, packet):
        token = b":" if self.method == "blowfish" else b"#AES:"
        assert packet.startswith(token), packet[:20]
        outer = zlib.decompress(self.cipher(packet[len(token):], True).lstrip(b"!"))
        assert md5(outer[32:]) == outer[:32]
        assert outer[47:48] == b":" and outer[52:53] == b":"
        return outer[53:]

    def send(self, payload):
        if self.transport == "tcp":
            payload = struct.pack("<I", len(payload)) + payload
        self.socket.sendall(payload)

    def receive(self):
        if self.transport == "udp":
            return self.socket.recv(65536)
        return self.exactly(struct.unpack("<I", self.exactly(4))[0])

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def file(self):
        head = b""
        while not head.startswith(b"#!-up file "):
            head = self.open(self.receive())
        digest, name = head[11:].rstrip(b"\n").split(b" ", 1)
        data = b""
        while True:
            body = self.open(self.receive())
            if body == b"#!-close file ":
                return [name.decode(), md5(data) == digest, data.decode()]
            if not body.startswith(b"#!-"):
                assert len(body) <= 900 and b"\0" not in body
                data += body

    def answer(self, text):
        body = b""
        while not body.startswith(b"#!-req "):
            body = self.open(self.receive())
        self.send(self.seal(b"#!-req %s %s" % (body.split(b" ")[1], text.encode())))
        return body.decode()

    def closed(self):
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionError):
            return "closed"

    def first(self):
        try:
            return self.open(self.receive()).decode()
        except (EOFError, ConnectionError):
            return "closed"

    def until(self, text):
        """Receives up to a body, which may be preceded by any number of others."""
        while (body := self.open(self.receive()).decode()) != text:
            pass
        return body

    def wait(self, seconds):
        self.socket.settimeout(seconds)
        try:
            return self.open(self.receive()).decode()
        except TimeoutError:
            return "nothing"
        finally:
            self.socket.settimeout(TIME_LIMIT)

    def step(self, word, rest):
        if word == "send":
            return self.send(self.seal(rest.encode()))
        if word == "raw":
            return self.send(bytes.fromhex(rest))
        if word == "stream":
            return self.socket.sendall(bytes.fromhex(rest))
        if word == "as":
            return self.become(rest)
        if word == "noid":
            self.has_id = False
            return None
        if word == "wait":
            return self.wait(int(rest) / 1000)
        if word == "recv":
            return self.open(self.receive()).decode()
        if word == "until":
            return self.until(rest)
        if word == "ping":
            return self.receive().decode()
        return {"file": self.file, "closed": self.closed, "first": self.first,
                "answer": lambda: self.answer(rest)}[word]()


def accept(transport, port):
    """The first to connect, and of datagrams what it said."""
    if transport == "udp":
        connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        connection.bind(("127.0.0.1", int(port)))
        connection.settimeout(TIME_LIMIT)
        first, address = connection.recvfrom(65536)
        connection.connect(address)
        return connection, first
    with socket.create_server(("127.0.0.1", int(port))) as server:
        server.settimeout(TIME_LIMIT)
        connection = server.accept()[0]
    connection.settimeout(TIME_LIMIT)
    return connection, None


def manager(transport, method, port, line, count):
    connection, packet = accept(transport, port)
    peer = Agent(transport, method, None, None, line, connection)
    peer.has_id = False
    left = int(count)
    while True:
        packet = packet or peer.receive()
        prefix = b"!%s!" % peer.id.encode()
        assert packet.startswith(prefix), packet[:20]
        body = peer.open(packet[len(prefix):])
        packet = None
        yield body.decode()
        if body.startswith(b"#!-agent startup"):
            peer.send(peer.seal(b"#!-agent ack "))
            peer.send(peer.seal(b"#!-req 1f agent getconfig client"))
        elif body.startswith(b"#!-agent shutdown "):
            return
        elif body.startswith(b"#!-") and not body.startswith(b"#!-req"):
            peer.send(peer.seal(b"#!-agent ack "))
        elif not body.startswith(b"#!-"):
            left -= 1
            if not left:
                return


def push(peer, text):
    """Sends merged.mg with one file, ar.conf."""
    bundle = b"#default\n!%d ar.conf\n%s" % (len(text), text)
    bodies = [b"#!-up file %s merged.mg\n" % md5(bundle)]
    bodies += [bundle[n:n + 900] for n in range(0, len(bundle), 900)]
    for body in bodies + [b"#!-close file "]:
        peer.send(peer.seal(body))


def office(port, line, configuration, word, response):
    connection, _ = accept("tcp", port)
    connection.settimeout(None)
    peer = Agent("tcp", "aes", None, None, line, connection)
    peer.has_id = False
    has_pushed = has_asked = False
    while True:
        try:
            packet = peer.receive()
        except (EOFError, ConnectionError):
            return
        body = peer.open(packet[packet.index(b"!", 1) + 1:])
        yield body.decode(errors="replace")
        if body.startswith(b"#!-agent shutdown "):
            return
        if body.startswith(b"#!-"):
            peer.send(peer.seal(b"#!-agent ack "))
            if not has_pushed and b" merged.mg" in body:
                has_pushed = True
                push(peer, configuration.encode())
        elif not has_asked and word.encode() in body:
            has_asked = True
            peer.send(peer.seal(b"#!-execd " + response.encode()))


def enrol(host, port, line, *shown):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if shown:
        context.load_cert_chain(*shown)
    with socket.create_connection((host, int(port)), TIME_LIMIT) as plain:
        with context.wrap_socket(plain) as wrapped:
            wrapped.sendall(line.encode() + b"\n")
            reply = b""
            try:
                while piece := wrapped.recv(4096):
                    reply += piece
            except (ssl.SSLError, ConnectionError):
                return "refused"
    return reply.decode()


def main(words):
    if words[0] == "enrol":
        print(json.dumps(enrol(*words[1:])))
        return
    if words[0] == "manager":
        for body in manager(*words[1:]):
            print(json.dumps(body), flush=True)
        return
    if words[0] == "office":
        for body in office(*words[1:]):
            print(json.dumps(body), flush=True)
        return
    agent = Agent(*words[1:6])
    for step in words[6:]:
        word, _, rest = step.partition(":")
        seen = agent.step(word, rest)
        if seen is not None:
            print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
