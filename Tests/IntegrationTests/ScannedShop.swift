// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A small shop with the mistakes that scanners look for, behind nginx in a container.
///
/// The shop runs on the host of the engine's network and listens where containers reach
/// it. Scanners cannot choose the address that they come from: they ask a relay on
/// loopback, which goes on from ``TestEngine/client``.
final class ScannedShop {
    /// Where a visitor comes from who only looks around.
    static let visitor = "198.51.100.8"
    /// Where the relay listens, inside the engine's network.
    static let relay = "127.0.0.1:8088"
    private static let container = "jaga-shop"

    let folder: TemporaryFolder
    private let engine: TestEngine
    private let shop: RunningProcess

    init(_ engine: TestEngine) throws {
        self.engine = engine
        folder = try TemporaryFolder()
        let program = folder.path + "/shop.py"
        let site = folder.path + "/site.conf"
        try Self.program.write(toFile: program, atomically: false, encoding: .utf8)
        try Self.site.write(toFile: site, atomically: false, encoding: .utf8)
        engine.remove(Self.container)
        try engine.docker("create", "--name", Self.container, "-p", "80:80", "nginx")
        try engine.docker("cp", site, Self.container + ":/etc/nginx/sites-available/default")
        let arguments = ["172.17.0.1", "9000", "8088", TestEngine.client, TestEngine.address]
        shop = try RunningProcess(
            [TestEngine.script, "exec", engine.folder, "--", "python3", program] + arguments
        )
        try shop.line { $0 == "ready" }
        try engine.docker("start", Self.container)
        // A second address, so that two sources are seen.
        _ = try? engine.inside("ip", "address", "add", Self.visitor + "/32", "dev", "lo")
        try visit("/")
    }

    /// Asks for a page as the visitor.
    func visit(_ path: String) throws {
        try engine.inside(
            "curl",
            "-s",
            "--retry",
            "20",
            "--retry-connrefused",
            "--interface",
            Self.visitor,
            "http://\(TestEngine.address)\(path)"
        )
    }

    /// Runs a scanner against the relay, for at most 40 seconds.
    func scan(_ command: String...) throws -> RunningProcess {
        try RunningProcess(
            [TestEngine.script, "exec", engine.folder, "--", "timeout", "40"] + command,
            environment: ["HOME": folder.path]
        )
    }

    func close() {
        shop.terminate()
        engine.remove(Self.container)
    }

    private static let site = """
        server {
            listen 80;
            location / { proxy_pass http://172.17.0.1:9000; }
        }
        """

    private static let program = #"""
        import http.server, html, os, sqlite3, socket, sys, threading, urllib.parse

        STOCK = sqlite3.connect(":memory:", check_same_thread=False)
        STOCK.executescript(
            "create table item(id integer, name text);"
            "insert into item values (1,'lamp'),(2,'chair');"
        )


        class Shop(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                target = urllib.parse.urlsplit(self.path)
                values = {key: value[0] for key, value in urllib.parse.parse_qs(target.query).items()}
                status, page = self.page(target.path, values)
                body = ("<html><body>" + page + "</body></html>").encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def page(self, path, values):
                if path == "/":
                    return 200, "<a href='/item?id=1'>lamp</a> <form action='/search'><input name='q'></form>"
                if path == "/search":
                    return 200, "nothing like " + values.get("q", "")
                if path == "/item":
                    try:
                        rows = STOCK.execute("select name from item where id=" + values.get("id", "0")).fetchall()
                        return 200, " ".join(str(row[0]) for row in rows) or "no such item"
                    except sqlite3.Error as error:
                        return 500, "sqlite3.OperationalError: " + html.escape(str(error))
                return 404, "no such page"

            def log_message(self, *words):
                pass


        def relay(listener, source, target):
            """Connections to the listener go on to the target, from the source's address."""
            def pump(first, second):
                try:
                    while data := first.recv(65536):
                        second.sendall(data)
                except OSError:
                    pass
                for end in first, second:
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(target, source_address=(source, 0))
                for pair in (near, far), (far, near):
                    threading.Thread(target=pump, args=pair, daemon=True).start()


        def main():
            address, port, near, source, target = sys.argv[1:]
            listener = socket.create_server(("127.0.0.1", int(near)))
            threading.Thread(target=relay, args=(listener, source, (target, 80)), daemon=True).start()
            server = http.server.ThreadingHTTPServer((address, int(port)), Shop)
            print("ready", flush=True)
            server.serve_forever()


        main()

        """#
}
