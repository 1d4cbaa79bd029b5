// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing
import Vulnerabilities

/// Databases that rpm and Berkeley DB wrote, and rpm's own order of versions, where these
/// are installed: Debian's rpm, python3-rpm, db5.3-util.
@Suite("What rpm itself writes and orders")
struct RPMOracleTests {
    private static func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    static let hasRPM = has("/usr/bin/rpmbuild")
    static let hasModule = has("/usr/lib/python3/dist-packages/rpm/__init__.py")
    static let hasBerkeley = hasRPM && hasModule && has("/usr/bin/db5.3_load")

    @Test("rpm's own module orders 30,000 pairs as we do", .enabled(if: hasModule))
    func versions() throws {
        var generator = SeededGenerator(seed: 4_180)
        let pairs = (0..<30_000).map { _ in pair(&generator) }
        let answers = try run(
            ["/usr/bin/python3", "-c", Self.compareLoop],
            input: pairs.map { "\($0) \($1)" }.joined(separator: "\n") + "\n"
        ).split(separator: "\n").map(String.init)
        #expect(answers.count == pairs.count)
        for ((left, right), answer) in zip(pairs, answers) {
            let order = VersionScheme.rpm.compare(left, right).map { "\($0.signum())" } ?? "none"
            if order != answer {
                Issue.record("seed 4180: \(left) to \(right) is \(order), not \(answer)")
            }
        }
    }

    @Test(
        "a database of rpm with hundreds of packages is read as rpm reads it",
        .enabled(if: hasRPM)
    )
    func database() throws {
        let scratch = TemporaryFolder()
        let told = try Self.install(300, in: scratch.path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/db/rpmdb.sqlite"))
        #expect(try Self.list(Array(bytes)) == told)
        #expect(told.count == 301)
    }

    @Test(
        "the same headers in a hash of Berkeley DB are the same packages",
        .enabled(if: hasBerkeley)
    )
    func berkeley() throws {
        let scratch = TemporaryFolder()
        let told = try Self.install(40, in: scratch.path)
        let dump = try run(["/usr/bin/python3", "-c", Self.dump, scratch.path + "/db/rpmdb.sqlite"])
        _ = try run(["/usr/bin/db5.3_load", scratch.path + "/Packages"], input: dump)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/Packages"))
        #expect(try Self.list(Array(bytes)) == told)
    }

    private static func list(_ bytes: [UInt8]) throws -> [String] {
        let entry = TarEntry(
            kind: .file,
            path: "var/lib/rpm/Packages",
            mode: 0o644,
            size: bytes.count
        )
        let file = try #require(PackageFile(entry))
        return try file.packages(bytes, name: "Packages", .standard).map {
            "\($0.name) \($0.version) \($0.architecture) \($0.sourceName)"
        }.sorted()
    }

    /// Builds packages, installs them into a database of their own, and says what rpm tells
    /// of them.
    private static func install(_ count: Int, in folder: String) throws -> [String] {
        var spec = """
            Name: jaga-one
            Epoch: 2
            Version: 1.4.5
            Release: 3.el9
            Summary: first
            License: MIT
            BuildArch: noarch
            %description
            first
            %files

            """
        for number in 0..<count {
            // Some headers outgrow a page of the database.
            let text = String(repeating: "word\(number) ", count: number % 7 == 0 ? 900 : 3)
            spec += """
                %package -n part-\(number)
                Summary: part
                Epoch: \(number % 3)
                Version: 0.\(number)~rc1
                Release: \(number % 5)
                %description -n part-\(number)
                \(text)
                %files -n part-\(number)

                """
        }
        try spec.write(toFile: folder + "/a.spec", atomically: false, encoding: .utf8)
        let database = ["--dbpath", folder + "/db"]
        _ = try run([
            "/usr/bin/rpmbuild", "-bb", "--define", "_topdir \(folder)/top", folder + "/a.spec",
        ])
        let rpms = try FileManager.default.contentsOfDirectory(atPath: folder + "/top/RPMS/noarch")
            .map { "\(folder)/top/RPMS/noarch/\($0)" }
        let install =
            ["/usr/bin/rpm"] + database + ["-i", "--nodeps", "--justdb", "--force-debian"]
        _ = try run(install + rpms.sorted())
        let format = "%{name} %|epoch?{%{epoch}:}:{}|%{version}-%{release} %{arch} jaga-one\\n"
        return try run(["/usr/bin/rpm"] + database + ["-qa", "--qf", format])
            .split(separator: "\n").map { String($0.replacing(" 0:", with: " ")) }.sorted()
    }

    private func run(_ words: [String], input: String = "") throws -> String {
        try Self.run(words, input: input)
    }

    private static func run(_ words: [String], input: String = "") throws -> String {
        let folder = TemporaryFolder()
        let (file, log) = (folder.path + "/in", folder.path + "/err")
        try input.write(toFile: file, atomically: false, encoding: .utf8)
        try Data().write(to: URL(fileURLWithPath: log))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardInput = FileHandle(forReadingAtPath: file)
        process.standardError = FileHandle(forWritingAtPath: log)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let complaint = try String(contentsOfFile: log, encoding: .utf8)
        #expect(process.terminationStatus == 0, "\(words.prefix(4)): \(complaint.suffix(500))")
        return String(decoding: bytes, as: UTF8.self)
    }

    private func pair(_ generator: inout SeededGenerator) -> (String, String) {
        let first = version(&generator)
        guard Bool.random(using: &generator) else { return (first, version(&generator)) }
        var text = Array(first)
        let alphabet = Array("0129azAZ.+~^_")
        let start = text.firstIndex(of: ":").map { $0 + 2 } ?? 1
        let place = Int.random(in: start...text.count, using: &generator)
        text.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)], at: place)
        return (first, String(text))
    }

    private func version(_ generator: inout SeededGenerator) -> String {
        func pick(_ choices: [String]) -> String {
            choices[Int.random(in: 0..<choices.count, using: &generator)]
        }
        let numbers = ["0", "1", "2", "9", "10", "00", "01", "123", "20240101"]
        var text = pick(["", "", "", "0:", "1:", "2:"]) + pick(numbers)
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            text += pick([".", "..", "+", "~", "^", "a", "rc", "_", ".Z", "~~"]) + pick(numbers)
        }
        return text + pick(["", "-1", "-1", "-2.el9", "-24.el9_3", "-1~bp", "-1^2"])
    }

    private static let compareLoop = """
        import rpm, sys
        def parts(text):
            epoch, rest = "0", text
            if ":" in text:
                epoch, rest = text.split(":", 1)
            version, dash, release = rest.rpartition("-")
            return (epoch, version, release) if dash else (epoch, rest, None)
        for line in sys.stdin:
            a, b = map(parts, line.split())
            if a[2] is None or b[2] is None:
                a, b = a[:2] + (None,), b[:2] + (None,)
            print(rpm.labelCompare(a, b))
        """

    /// The form that `db_load` reads; the first record of rpm's own is a number.
    private static let dump = """
        import sqlite3, struct, sys
        print("VERSION=3\\nformat=bytevalue\\ntype=hash\\nHEADER=END")
        print(" 00000000\\n 2a000000")
        for number, blob in sqlite3.connect(sys.argv[1]).execute("select hnum, blob from Packages"):
            print(" " + struct.pack("<I", number).hex() + "\\n " + bytes(blob).hex())
        print("DATA=END")
        """
}
