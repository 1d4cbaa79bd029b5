// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Transport

@Suite("keep-alives")
struct KeepAliveTests {
    static let uname =
        "Linux |web-1 |6.1.0-18 |#1 SMP |x86_64 [Debian GNU/Linux|debian: 12 (bookworm)]"
        + " - Wazuh v4.14.7"

    @Test("a stock agent's keep-alive is read whole")
    func whole() throws {
        let body =
            "#!-\(Self.uname) / ab73af41699f13fdd81903b5f23d8d00\n\"group\":web: one\n"
            + "!\"secret\":x\nfd756ba04d9c32c8848d4608bec41251 merged.mg\n"
            + "#\"_agent_ip\":192.0.2.7\n"

        guard case .keepAlive(let keepAlive) = AgentMessage(body.slice) else {
            Issue.record("no keep-alive")
            return
        }

        #expect(keepAlive.uname == Self.uname)
        #expect(keepAlive.configurationSum == "ab73af41699f13fdd81903b5f23d8d00")
        #expect(
            keepAlive.labels == [
                KeepAlive.Label(key: "group", value: "web: one"),
                KeepAlive.Label(key: "secret", value: "x", isHidden: true),
            ]
        )
        #expect(keepAlive.mergedSum == "fd756ba04d9c32c8848d4608bec41251")
        #expect(keepAlive.address == "192.0.2.7")
        #expect(keepAlive.body.text == body)
    }

    @Test("without sums, labels and address it is one all the same")
    func short() throws {
        let keepAlive = try #require(KeepAlive("#!-\(Self.uname)\nx merged.mg\n\n".slice))

        #expect(keepAlive.uname == Self.uname)
        #expect(keepAlive.configurationSum == "")
        #expect(keepAlive.labels == [])
        #expect(keepAlive.mergedSum == "x")
        #expect(keepAlive.address == "")
    }

    @Test("without a line's end it is refused")
    func noLine() {
        #expect(KeepAlive("#!-Linux".slice) == nil)
        #expect(KeepAlive("#!-\n".slice) == nil)
    }

    @Test("the system is read from the line")
    func system() {
        let line = UnameLine(Self.uname + " / ab73af41699f13fdd81903b5f23d8d00")

        #expect(line.name == "Debian GNU/Linux")
        #expect(line.platform == "debian")
        #expect(line.version == "12")
        #expect(line.codename == "bookworm")
        #expect(line.major == "12")
        #expect(line.minor == "")
        #expect(line.architecture == "x86_64")
        #expect(line.agentVersion == "Wazuh v4.14.7")
        #expect(line.uname.hasSuffix("(bookworm)]"))
    }

    @Test("a service pack is a minor version")
    func suse() {
        let line = UnameLine("Linux |s |5 |#1 |aarch64 [SLES|sles: 15-SP7] - Wazuh v4.9.0")

        #expect(line.version == "15-SP7")
        #expect(line.major == "15")
        #expect(line.minor == "7")
        #expect(line.architecture == "aarch64")
    }

    @Test("Windows is read by its own form")
    func windows() {
        let line = UnameLine(
            "Microsoft Windows Server 2022 [Ver: 10.0.20348.1]|node|x86_64 - Wazuh v4.14.7"
        )

        #expect(line.name == "Microsoft Windows Server 2022")
        #expect(line.platform == "windows")
        #expect(line.version == "10.0.20348.1")
        #expect(line.major == "10")
        #expect(line.minor == "0")
        #expect(line.architecture == "x86_64")
    }

    @Test("a line that says little leaves the rest empty", arguments: ["", "x", " - ", "a [b"])
    func little(_ text: String) {
        #expect(UnameLine(text).version == "")
    }

    @Test("more labels than a message holds are left out, and the rest is told")
    func manyLabels() throws {
        let labels = (0..<200).map {
            KeepAlive.Label(key: "k\($0)", value: String(repeating: "v", count: 1_000))
        }
        let body = KeepAlive(
            uname: Self.uname,
            labels: labels,
            mergedSum: "x",
            address: "192.0.2.1"
        )
        .body

        let read = try #require(KeepAlive(body[...]))

        #expect(body.count < SealedMessage.bodyLimit)
        #expect(read.labels == Array(labels.prefix(62)))
        #expect(read.mergedSum == "x")
        #expect(read.address == "192.0.2.1")
    }

    @Test("versions are compared by numbers")
    func versions() throws {
        let old = try #require(AgentVersion("Wazuh v4.9.12"))
        let new = try #require(AgentVersion("v4.14.7-rc1"))

        #expect(old < new)
        #expect(AgentVersion("4.14.7") == new)
        for text in ["", "v4", "v4.1", "v4.x.1", "v4.1.", "v1234567.1.1"] {
            #expect(AgentVersion(text) == nil)
        }
    }
}
