// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import CZlib
import EventModel
import Glibc
import JagaTesting
import Testing

@Suite("The archive of alerts")
struct AlertArchiverTests {
    let folder: TemporaryFolder
    var configuration: AlertArchiver.Configuration

    init() throws {
        folder = try TemporaryFolder()
        configuration = AlertArchiver.Configuration(folder: folder.alerts)
    }

    @Test("a rotated file is compressed whole, the current one is left alone")
    func compresses() throws {
        let log = try openLog(at: .november(23))
        let line = "{\"a\":\"" + String(repeating: "alert ", count: 100_000) + "\"}"
        try log.append(AlertBatch(lines: line, #"{"b":2}"#))
        try log.rotateIfNeeded(at: .november(24))
        try log.append(AlertBatch(lines: #"{"c":3}"#))
        try wrote("2026/Nov/ossec-alerts-23.json", at: .november(23))
        try wrote("2026/Nov/ossec-alerts-24.json", at: .november(23))

        let report = try AlertArchiver(configuration).pass(at: .november(24))

        #expect(report.compressed.map(\.relativePath) == ["2026/Nov/ossec-alerts-23.json"])
        #expect(report.failures.isEmpty)
        #expect(
            folder.names("2026/Nov") == ["ossec-alerts-23.json.gz", "ossec-alerts-24.json"]
        )
        #expect(try inflated("2026/Nov/ossec-alerts-23.json.gz") == line + "\n{\"b\":2}\n")
        #expect(folder.status("2026/Nov/ossec-alerts-23.json.gz")?.mode == 0o640)
        try log.append(AlertBatch(lines: #"{"d":4}"#))
        #expect(folder.text("alerts.json") == "{\"c\":3}\n{\"d\":4}\n")
    }

    @Test("a file is compressed only when followers had time to read it")
    func waitsForFollowers() throws {
        try plant("2026/Nov/ossec-alerts-22.json", "{}\n", at: .november(24, hour: 11))
        var patient = configuration
        patient.compressAfterSeconds = 3601

        #expect(try AlertArchiver(patient).pass(at: .november(24)).compressed.isEmpty)
        patient.compressAfterSeconds = 3600
        #expect(try AlertArchiver(patient).pass(at: .november(24)).compressed.count == 1)
    }

    @Test("what a crash left is taken up again")
    func resumes() throws {
        try plant("2026/Nov/ossec-alerts-20.json", "{\"a\":1}\n", at: .november(20))
        try plant("2026/Nov/ossec-alerts-20.json.gz.tmp", "half", at: .november(20))
        try plant("2026/Nov/ossec-alerts-21.json", "{\"b\":2}\n", at: .november(21))
        try plant("2026/Nov/ossec-alerts-21.json.gz", "of before", at: .november(21))
        try plant("2026/Nov/ossec-alerts-22.json", "", at: .november(22))

        let report = try AlertArchiver(configuration).pass(at: .november(24))

        #expect(report.compressed.count == 2)
        #expect(
            folder.names("2026/Nov") == ["ossec-alerts-20.json.gz", "ossec-alerts-21.json.gz"]
        )
        #expect(try inflated("2026/Nov/ossec-alerts-20.json.gz") == "{\"a\":1}\n")
        #expect(try inflated("2026/Nov/ossec-alerts-21.json.gz") == "{\"b\":2}\n")
        #expect(try AlertArchiver(configuration).pass(at: .november(24)).compressed.isEmpty)
    }

    @Test("a file goes when its day is too long ago, and the folder it leaves empty")
    func removesByAge() throws {
        for name in [
            "2025/Dec/ossec-alerts-31.json.gz", "2026/Nov/ossec-alerts-20.json",
            "2026/Nov/ossec-alerts-21.json.gz", "2026/Nov/ossec-alerts-22.json.gz",
        ] {
            try plant(name, "{}\n", at: .november(24))
        }
        try plant("torn-1-2.part", "{", at: .november(20))
        try plant("torn-3-4.part", "{", at: .november(24))
        var short = configuration
        short.keepDays = 2

        let report = try AlertArchiver(short).pass(at: .november(24))

        #expect(
            report.removed.map(\.relativePath) == [
                "2025/Dec/ossec-alerts-31.json.gz", "2026/Nov/ossec-alerts-20.json",
                "2026/Nov/ossec-alerts-21.json.gz",
            ]
        )
        #expect(folder.names("2026/Nov") == ["ossec-alerts-22.json.gz"])
        #expect(folder.names("2025") == [])
        #expect(folder.names() == ["2025", "2026", "torn-3-4.part"])
    }

    @Test("the oldest files go until the rest is small enough, the current one never")
    func removesBySize() throws {
        for name in ["09", "10", "11-001", "11", "11-002"] {
            let path = "2026/Nov/ossec-alerts-\(name).json.gz"
            try plant(path, String(repeating: "x", count: 100), at: .november(12))
        }
        let log = try openLog(at: .november(12))
        try log.append(AlertBatch(lines: #"{"a":1}"#))
        var small = configuration
        small.keepBytes = 208

        let report = try AlertArchiver(small).pass(at: .november(12))

        #expect(
            report.removed.map(\.relativePath) == [
                "2026/Nov/ossec-alerts-09.json.gz", "2026/Nov/ossec-alerts-10.json.gz",
                "2026/Nov/ossec-alerts-11.json.gz",
            ]
        )
        #expect(report.totalBytes == 208)
        small.keepBytes = 0
        #expect(try AlertArchiver(small).pass(at: .november(12)).totalBytes == 8)
        #expect(folder.names("2026/Nov") == ["ossec-alerts-12.json"])
        #expect(folder.text("alerts.json") == "{\"a\":1}\n")
    }

    @Test("the file that a rotation has just begun is not taken for a rotated one")
    func respectsPendingFile() throws {
        let log = try openLog(at: .november(23))
        try folder.write([], to: "alerts.json.new")
        link(
            folder.alerts + "/alerts.json.new",
            folder.alerts + "/2026/Nov/ossec-alerts-24.json"
        )

        _ = try AlertArchiver(configuration).pass(at: .november(24))

        #expect(folder.names("2026/Nov") == ["ossec-alerts-23.json", "ossec-alerts-24.json"])
        #expect(log.offset == 0)
    }

    @Test("files of other names stay")
    func leavesForeignFiles() throws {
        let foreign = [
            "ossec-alerts-00.json", "ossec-alerts-1.json", "ossec-alerts-22-1.json",
            "ossec-alerts-22.json.gz.bak", "ossec-alerts-22.log", "ossec-alerts-32.json",
            "ossec-alerts-22--001.json", "notes.txt",
        ]
        for name in foreign { try plant("2026/Nov/" + name, "x", at: .november(1)) }
        var nothing = configuration
        nothing.keepBytes = 0
        nothing.keepDays = 0

        let report = try AlertArchiver(nothing).pass(at: .november(24))

        #expect(report.removed.isEmpty)
        #expect(folder.names("2026/Nov") == foreign.sorted())
    }

    @Test("a folder that does not exist yet has nothing to do")
    func acceptsMissingFolder() throws {
        let report = try AlertArchiver(configuration).pass(at: .november(24))

        #expect(report.totalBytes == 0)
        #expect(report.failures.isEmpty)
    }

    @Test(
        "on a full disk the file stays as it is, and the failure is told",
        .enabled(if: TemporaryFolder.canMount, "needs root: mounts a tmpfs of 64 KB")
    )
    func keepsSourceOnFullDisk() throws {
        let full = try TemporaryFolder(tmpfsBytes: 64 << 10)
        mkdir(full.alerts, 0o750)
        mkdir(full.alerts + "/2026", 0o750)
        mkdir(full.alerts + "/2026/Nov", 0o750)
        var generator = SeededGenerator(seed: 175)
        let noise = (0..<40_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try full.write(noise, to: "2026/Nov/ossec-alerts-01.json")
        var eager = AlertArchiver.Configuration(folder: full.alerts)
        eager.compressAfterSeconds = .min

        let report = try AlertArchiver(eager).pass(at: .november(2))

        #expect(report.failures.map(\.code) == [.diskFull])
        #expect(report.compressed.isEmpty)
        #expect(full.names("2026/Nov") == ["ossec-alerts-01.json"])
        #expect(full.bytes("2026/Nov/ossec-alerts-01.json") == noise)
    }

    private func openLog(at time: Timestamp) throws -> AlertLog {
        try AlertLog(AlertLog.Configuration(folder: folder.alerts), at: time)
    }

    /// Lays a file of any name into the folder.
    private func plant(_ name: String, _ text: String, at time: Timestamp) throws {
        var path = folder.alerts
        mkdir(path, 0o750)
        for part in name.split(separator: "/").dropLast() {
            path += "/" + part
            mkdir(path, 0o750)
        }
        try folder.write(text.utf8, to: name)
        try wrote(name, at: time)
    }

    /// Lets a file have been written to last at `time`.
    private func wrote(_ name: String, at time: Timestamp) throws {
        let moment = timespec(tv_sec: Int(time.seconds), tv_nsec: 0)
        guard utimensat(AT_FDCWD, folder.alerts + "/" + name, [moment, moment], 0) == 0 else {
            throw AlertStoreTestFailure("cannot set the time of \(name)")
        }
    }

    private func inflated(_ name: String) throws -> String {
        guard let stream = gzopen(folder.alerts + "/" + name, "rb") else {
            throw AlertStoreTestFailure("cannot open \(name)")
        }
        defer { gzclose(stream) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = gzread(stream, &buffer, CUnsignedInt(buffer.count))
            guard count >= 0, gzdirect(stream) == 0 else {
                throw AlertStoreTestFailure("\(name) is no gzip file")
            }
            if count == 0 { return String(decoding: content, as: UTF8.self) }
            content += buffer[..<Int(count)]
        }
    }
}
