// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

@Suite("Where the server listens")
struct WebSettingsTests {
    @Test(
        "an address is read in each of its forms",
        arguments: [
            ("off", WebSettings.Listen.off),
            ("8443", .at(host: "127.0.0.1", port: 8443)),
            ("0", .at(host: "127.0.0.1", port: 0)),
            (":8443", .at(host: "0.0.0.0", port: 8443)),
            ("10.0.0.5", .at(host: "10.0.0.5", port: 9696)),
            ("jaga.example.org:443", .at(host: "jaga.example.org", port: 443)),
            ("[::1]", .at(host: "::1", port: 9696)),
            ("[::1]:80", .at(host: "::1", port: 80)),
            ("::1", .at(host: "::1", port: 9696)),
        ]
    )
    func reads(text: String, expected: WebSettings.Listen) {
        #expect(WebSettings.Listen(text) == expected)
    }

    @Test(
        "what is no address is refused",
        arguments: ["", "host:", "host:port", "host:70000", "99999", "[::1", "[]:80", "[::1]80"]
    )
    func refuses(text: String) {
        #expect(WebSettings.Listen(text) == nil)
    }
}
