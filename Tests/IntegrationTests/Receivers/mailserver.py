# Jaga - container security monitor
# SPDX-License-Identifier: Apache-2.0
"""A mail server (aiosmtpd) over TLS that wants a user, for tests of outputs.

usage: mailserver.py tls|login|starttls|plain CERTIFICATE KEY FILE     prints its port, then adds a line to FILE for each mail

tls is encrypted from the first byte, login too but knows AUTH LOGIN alone, starttls wants STARTTLS and then AUTH, plain offers neither. The user is jaga, the password
right. A line is USER TAB RECIPIENTS TAB SUBJECT.
"""

import asyncio
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult

kind, certificate, key, path = sys.argv[1:]


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        user = session.auth_data.login.decode() if session.auth_data else "-"
        with open(path, "a", encoding="utf-8") as file:
            file.write("\t".join([user, " ".join(envelope.rcpt_tos), mail["Subject"]]) + "\n")
        return "250 ok"


def sign_in(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"jaga", b"right"), handled=False, auth_data=data)


def protocol(context):
    if kind == "plain":
        return SMTP(Mailbox(), hostname="mx.example.org")
    return SMTP(
        Mailbox(),
        hostname="mx.example.org",
        tls_context=context if kind == "starttls" else None,
        require_starttls=kind == "starttls",
        authenticator=sign_in,
        auth_required=True,
        auth_require_tls=kind == "starttls",
        auth_exclude_mechanism=["PLAIN"] if kind == "login" else [],
    )


async def main():
    context = None
    if kind != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    secure = context if kind in ("tls", "login") else None
    server = await loop.create_server(lambda: protocol(context), "127.0.0.1", 0, ssl=secure)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
