// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import Vulnerabilities

/// Writes down what it sees.
private struct Recorder: TarVisitor {
    var entries: [TarEntry] = []
    var bodies: [String: [UInt8]] = [:]

    mutating func begin(_ entry: TarEntry) throws -> Bool {
        entries.append(entry)
        bodies[entry.path] = []
        return true
    }

    mutating func body(_ bytes: Span<UInt8>) throws {
        guard let path = entries.last?.path else { return }
        for index in bytes.indices { bodies[path]?.append(bytes[index]) }
    }

    mutating func end() throws {}
}

private var small: ArchiveLimits {
    var limits = ArchiveLimits.standard
    limits.entries = 100
    limits.layerBytes = 1 << 20
    limits.headerBytes = 4096
    return limits
}

private func read(_ bytes: [UInt8], pieces: Int = .max) throws -> Recorder {
    var recorder = Recorder()
    var reader = TarReader(small)
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + min(pieces, bytes.count))
        try reader.feed(bytes.span.extracting(start..<end), to: &recorder)
        start = end
    }
    #expect(reader.isComplete)
    return recorder
}

private func refusal(_ bytes: [UInt8]) -> VulnerabilityError? {
    do {
        _ = try read(bytes)
        return nil
    } catch {
        return error as? VulnerabilityError
    }
}

@Suite("Tar archives")
struct TarReaderTests {
    @Test("members of all forms are seen, whatever pieces the archive comes in")
    func forms() throws {
        // given
        let long = String(repeating: "deep/", count: 60) + "file"
        var tar = TarWriter()
        tar.add("./etc/", type: "5", mode: 0o755)
        tar.add("/etc/hosts", text: "127.0.0.1 localhost\n")
        tar.add("empty")
        tar.addLongName(long)
        tar.add("cut", text: "gnu")
        tar.addPax([("path", "caf\u{e9}/" + long), ("mtime", "1.5")])
        tar.add("other", text: "pax")
        tar.add("etc/mtab", type: "2", link: "../proc/mounts")
        tar.add("bin/copy", type: "1", link: "./bin/first")
        tar.add("dev/null", type: "3")
        let bytes = tar.finished

        for pieces in [1, 7, 511, 512, 513, 100_000] {
            // when
            let seen = try read(bytes, pieces: pieces)

            // then
            #expect(
                seen.entries.map(\.path) == [
                    "etc", "etc/hosts", "empty", long, "caf\u{e9}/" + long, "etc/mtab", "bin/copy",
                    "dev/null",
                ]
            )
            #expect(seen.bodies["etc/hosts"] == Array("127.0.0.1 localhost\n".utf8))
            #expect(seen.bodies[long] == Array("gnu".utf8))
            #expect(seen.entries[5].kind == .symbolicLink(target: "../proc/mounts"))
            #expect(seen.entries[6].kind == .hardLink(target: "bin/first"))
            #expect(seen.entries[1].folder == "etc")
            #expect(seen.entries[1].name == "hosts")
            #expect(seen.entries[2].folder == "")
        }
    }

    @Test(
        "a path that leads out of the tree is refused",
        arguments: ["../etc/passwd", "a/../../b", "/../x", "a/.."]
    )
    func traversal(_ path: String) {
        var tar = TarWriter()
        tar.add(path, text: "x")
        #expect(refusal(tar.finished)?.code == .excessiveArchive)
        #expect(refusal(tar.finished)?.message.contains("leads out of the tree") == true)
    }

    @Test("a hard link to outside is refused; a symbolic one is seen and not followed")
    func links() throws {
        var hard = TarWriter()
        hard.add("a", type: "1", link: "../../etc/shadow")
        #expect(refusal(hard.finished)?.code == .excessiveArchive)

        var symbolic = TarWriter()
        symbolic.add("a", type: "2", link: "../../etc/shadow")
        #expect(try read(symbolic.finished).entries.count == 1)
    }

    @Test("more members than the limit are refused")
    func members() {
        var tar = TarWriter()
        for number in 0..<101 { tar.add("file\(number)") }
        #expect(
            refusal(tar.finished)?.message == "the archive is refused: it has more than 100 members"
        )
    }

    @Test("absurd sizes are refused or damaged, and never trap")
    func sizes() {
        let sizes: [[UInt8]] = [
            Array("77777777777".utf8),
            [0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0],
            [0xFF] + [UInt8](repeating: 0xFF, count: 11), Array("99999999999".utf8),
            [0x80, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        for size in sizes {
            var tar = TarWriter()
            tar.add("a", claimedSize: size)
            #expect(refusal(tar.finished) != nil, "\(size)")
        }
        var pax = TarWriter()
        pax.addPax([("size", "9223372036854775807")])
        pax.add("a")
        #expect(refusal(pax.finished)?.code == .excessiveArchive)
        var negative = TarWriter()
        negative.addPax([("size", "-5")])
        negative.add("a")
        #expect(refusal(negative.finished)?.code == .excessiveArchive)
    }

    @Test("an extended header larger than the limit is refused before it is kept")
    func extended() {
        var tar = TarWriter()
        tar.addPax([("comment", String(repeating: "x", count: 5000))])
        #expect(refusal(tar.finished)?.message.contains("an extended header") == true)
    }

    @Test("a wrong checksum is damage; a cut archive is not complete")
    func damage() throws {
        var tar = TarWriter()
        tar.add("a", text: "x")
        var bytes = tar.finished
        bytes[5] = 0x41
        #expect(refusal(bytes)?.code == .damagedArchive)

        var recorder = Recorder()
        var reader = TarReader(small)
        let cut = Array(tar.finished[..<600])
        try reader.feed(cut.span, to: &recorder)
        #expect(!reader.isComplete)
    }

    @Test("bytes at random neither trap nor take long")
    func noise() {
        var generator = SeededGenerator(seed: 4)
        var tar = TarWriter()
        tar.addPax([("path", "x/y")])
        tar.add("a", text: String(repeating: "z", count: 700))
        tar.add("b", text: "y")
        for _ in 0..<3000 {
            var bytes = tar.finished
            for _ in 0..<generator.next(below: 4) + 1 {
                bytes[generator.next(below: bytes.count)] = UInt8(generator.next(below: 256))
            }
            var recorder = Recorder()
            var reader = TarReader(small)
            // Either it is read or it is refused: both are well.
            try? reader.feed(bytes.span, to: &recorder)
        }
    }
}
