// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Vulnerabilities

/// Python's file server, on loopback, while the value lives.
private final class FileServer {
    let port: Int
    private let process = Process()

    init(folder: String) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // `Serving HTTP on 127.0.0.1 port 40001 …`
        var text = ""
        while !text.contains("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { break }
            text += String(decoding: bytes, as: UTF8.self)
        }
        let words = text.split(separator: " ")
        let place = words.firstIndex(of: "port").map { words[$0 + 1] }
        port = place.flatMap { Int($0) } ?? 0
    }

    deinit {
        // Not waited for: that waits for ever when another has taken note of the end.
        process.terminate()
    }
}

@Suite("Downloads of advisories", .enabled(if: VersionOracleTests.hasPython))
struct DownloadTests {
    @Test("a feed comes once, then only when it changed; what fails leaves the file as it was")
    func conditional() async throws {
        // given
        let folder = TemporaryFolder()
        try folder.write("web/kev.json", text: AdvisorySamples.exploited)
        try folder.write("kept/x", text: "")
        let server = try FileServer(folder: folder.path + "/web")
        let feed = try #require(AdvisoryFeed("http://127.0.0.1:\(server.port)/kev.json"))
        let download = AdvisoryDownload(folder: folder.path + "/kept")

        // when
        let first = try await download.fetch(feed) { _, _ in }
        let second = try await download.fetch(feed) { _, _ in }

        // then
        #expect(first == .new)
        #expect(second == .unchanged)
        let kept = "kept/" + feed.file
        #expect(try folder.bytes(kept) == Array(AdvisorySamples.exploited.utf8))

        let gone = try #require(AdvisoryFeed("http://127.0.0.1:\(server.port)/gone.json"))
        let error = await #expect(throws: VulnerabilityError.self) {
            _ = try await download.fetch(gone) { _, _ in }
        }
        #expect(error?.code == .download)
        #expect(error?.message.contains("the server answers 404") == true)
        #expect(try folder.bytes(kept) == Array(AdvisorySamples.exploited.utf8))
    }

    @Test(
        "only https, this machine and ecosystems are feeds",
        arguments: [
            ("https://example.com/all.zip", true), ("http://example.com/all.zip", false),
            ("Debian", true), ("Rocky Linux:9", true), ("../x", false), ("", false),
            ("file:///etc/passwd", false), ("https://example.com/a b", false),
        ]
    )
    func feeds(_ text: String, _ isFeed: Bool) {
        #expect((AdvisoryFeed(text) != nil) == isFeed)
    }

    @Test("feeds of one name from different places are different files")
    func names() {
        let files = [
            "https://secdb.alpinelinux.org/v3.19/main.json",
            "https://secdb.alpinelinux.org/v3.20/main.json", "PyPI", "npm",
        ].compactMap { AdvisoryFeed($0)?.file }
        #expect(Set(files).count == 4)
        #expect(files.allSatisfy { !$0.contains("/") })
    }
}
