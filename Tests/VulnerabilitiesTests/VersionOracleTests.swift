// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing
import Vulnerabilities

/// Comparisons with the ecosystems' own tools, where they are installed.
@Suite("Versions as the ecosystems' own tools order them")
struct VersionOracleTests {
    static let hasDpkg = FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg")
    static let modules = "/usr/lib/python3/dist-packages/"
    static let hasPackaging = FileManager.default.fileExists(atPath: modules + "packaging")
    static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
    static let hasRPM = FileManager.default.fileExists(atPath: modules + "rpm")

    static let hasPerl =
        hasDpkg && FileManager.default.fileExists(atPath: "/usr/share/perl5/Dpkg/Version.pm")

    @Test("dpkg's own Perl module orders 30,000 pairs as we do", .enabled(if: hasPerl))
    func debianModule() throws {
        var generator = SeededGenerator(seed: 815)
        let pairs = (0..<30_000).map { _ in pair(&generator, .debian) }
        let answers = try run(
            "/usr/bin/perl",
            ["-MDpkg::Version", "-lane", "print version_compare($F[0], $F[1])"],
            input: pairs.map { "\($0) \($1)" }.joined(separator: "\n") + "\n"
        )
        compare(.debian, pairs, answers, seed: 815)
    }

    // Each pair costs two processes.
    @Test("dpkg --compare-versions orders 300 pairs as we do", .enabled(if: hasDpkg))
    func debian() throws {
        var generator = SeededGenerator(seed: 20_261_127)
        let pairs = (0..<300).map { _ in pair(&generator, .debian) }
        let answers = try run(
            "/bin/sh",
            ["-c", Self.dpkgLoop],
            input: pairs.map { "\($0) \($1)" }.joined(separator: "\n") + "\n"
        )
        compare(.debian, pairs, answers, seed: 20_261_127)
    }

    @Test(
        "packaging orders 30,000 pairs as we do",
        .enabled(if: hasPackaging, "python3-packaging is missing")
    )
    func python() throws {
        var generator = SeededGenerator(seed: 440)
        let pairs = (0..<30_000).map { _ in pair(&generator, .python) }
        compare(.python, pairs, try answers(of: Self.packagingLoop, to: pairs), seed: 440)
    }

    @Test(
        "rpm orders 30,000 pairs as we do",
        .enabled(if: hasRPM, "python3-rpm is missing")
    )
    func rpm() throws {
        var generator = SeededGenerator(seed: 418)
        let pairs = (0..<30_000).map { _ in pair(&generator, .rpm) }
        compare(.rpm, pairs, try answers(of: Self.rpmLoop, to: pairs), seed: 418)
    }

    private func answers(of program: String, to pairs: [(String, String)]) throws -> [String] {
        try run(
            "/usr/bin/python3",
            ["-c", program],
            input: pairs.map { "\($0) \($1)" }.joined(separator: "\n") + "\n"
        )
    }

    private func compare(
        _ scheme: VersionScheme,
        _ pairs: [(String, String)],
        _ answers: [String],
        seed: Int
    ) {
        #expect(answers.count == pairs.count)
        for ((left, right), answer) in zip(pairs, answers) {
            let order = scheme.compare(left, right).map { "\($0.signum())" } ?? "none"
            if order != answer {
                Issue.record("seed \(seed): \(left) to \(right) is \(order), not \(answer)")
            }
        }
    }

    /// Two versions, of which the second often differs from the first by a little.
    private func pair(
        _ generator: inout SeededGenerator,
        _ scheme: VersionScheme
    ) -> (String, String) {
        let first = version(&generator, scheme)
        guard Bool.random(using: &generator) else {
            return (first, version(&generator, scheme))
        }
        var text = Array(first)
        let alphabet = Array(
            scheme == .debian ? "0129az.+~" : scheme == .rpm ? "0129azAZ.+~^_" : "0129ab."
        )
        // An epoch of anything but digits is no version.
        let start = text.firstIndex(of: ":").map { $0 + 2 } ?? 1
        let place = Int.random(in: start...text.count, using: &generator)
        text.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)], at: place)
        return (first, String(text))
    }

    private func version(_ generator: inout SeededGenerator, _ scheme: VersionScheme) -> String {
        func pick(_ choices: [String]) -> String {
            choices[Int.random(in: 0..<choices.count, using: &generator)]
        }
        let numbers = ["0", "1", "2", "9", "10", "00", "01", "123", "20240101"]
        if scheme == .rpm {
            var text = pick(["", "", "", "0:", "1:", "2:"]) + pick(numbers)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                text += pick([".", "+", "~", "^", "_", "a", "rc", ".Z"]) + pick(numbers)
            }
            // Without a release any is meant, as in a dependency: labelCompare knows no such thing.
            return text + pick(["-1", "-2.el9", "-1.fc38", "-1.el8_6.2", "-0.1.rc2"])
        }
        if scheme == .debian {
            var text = pick(["", "", "", "0:", "1:", "2:"]) + pick(numbers)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                text += pick([".", "+", "~", "a", "rc", ".z", "-"]) + pick(numbers)
            }
            return text + pick(["", "", "-1", "-2", "-1+b1", "-1~bpo11+1", "-0ubuntu1.2"])
        }
        var text = pick(["", "", "v", "1!", "0!"]) + pick(numbers)
        for _ in 0..<Int.random(in: 0...3, using: &generator) { text += "." + pick(numbers) }
        text += pick(["", "", "a1", "b2", "rc1", "-alpha", ".beta.3", "_pre9", "c"])
        text += pick(["", "", ".post1", "-2", ".rev3", "post"])
        text += pick(["", "", ".dev1", "dev", "-dev7"])
        return text + pick(["", "", "+abc", "+abc.5", "+5", "+ubuntu-1"])
    }

    private static let dpkgLoop = """
        while read -r a b; do
            if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1
            elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0
            else echo 1; fi
        done
        """

    private static let packagingLoop = """
        import sys
        from packaging.version import Version, InvalidVersion
        for line in sys.stdin:
            a, b = line.split()
            try:
                a, b = Version(a), Version(b)
                print((a > b) - (a < b))
            except InvalidVersion:
                print("none")
        """

    private static let rpmLoop = """
        import sys, rpm
        def parts(text):
            epoch, colon, rest = text.partition(":")
            if not colon: epoch, rest = "0", text
            version, dash, release = rest.partition("-")
            return epoch, version, release or None
        for line in sys.stdin:
            a, b = line.split()
            print(rpm.labelCompare(parts(a), parts(b)))
        """

    private func run(_ program: String, _ arguments: [String], input: String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("versions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("in")
        try Data(input.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
