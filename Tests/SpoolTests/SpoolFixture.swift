// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Spool

/// A folder of a spool that goes with its value.
final class SpoolFolderFixture: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/jaga-spool-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Best effort: what stays in the system's temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Paths of the segments, oldest first.
    var segments: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".segment") }.sorted().map { path + "/" + $0 }
    }

    func open(
        limit: Int = 1 << 30,
        segment: Int = 16 << 20,
        acknowledged: UInt64 = 1,
        kept: UInt64 = 1
    ) throws -> Spool {
        var configuration = Spool.Configuration(folder: path, limitBytes: limit)
        configuration.segmentBytes = segment
        configuration.reserveBytes = 4096
        return try Spool(configuration, acknowledged: acknowledged, kept: kept) { _, _ in }
    }

    /// The checkpoints that a start finds.
    func checkpoints() throws -> [String] {
        var found: [String] = []
        let configuration = Spool.Configuration(folder: path, limitBytes: 1 << 30)
        _ = try Spool(configuration, acknowledged: 1, kept: 1) { sequence, bytes in
            found.append("\(sequence) " + String(decoding: bytes, as: UTF8.self))
        }
        return found
    }
}

/// Events for a spool, and what came out of it.
enum Events {
    static let agent = AgentIdentity(id: "000", name: "host")
    static let container = EventSource(
        agent: agent,
        location: "docker:web",
        container: ContainerIdentity(
            id: String(repeating: "a", count: 64),
            name: "web",
            image: "nginx:latest",
            imageID: "sha256:1",
            labels: ["com.docker.compose.project": "shop", "empty": ""]
        )
    )
    static let file = EventSource(agent: agent, location: Array("/var/log/\u{FF}x".utf8))

    static func item(
        _ texts: String...,
        from source: EventSource = file,
        checkpoint: String = ""
    ) -> SpoolItem {
        var batch = EventBatch()
        for text in texts {
            batch.append(
                Array(text.utf8),
                from: source,
                at: Timestamp(nanoseconds: 1_700_000_000_000_000_001, utcOffsetSeconds: -3600),
                originNanoseconds: 42,
                isTruncated: text.hasPrefix("cut")
            )
        }
        return SpoolItem(batch: batch, checkpoint: Array(checkpoint.utf8))
    }

    /// `SEQUENCE TEXT` of all events that a reader still gives.
    static func all(_ reader: inout SpoolReader) throws -> [String] {
        var found: [String] = []
        while let record = try reader.read() {
            for (index, entry) in record.batch.entries.enumerated() {
                let text = String(decoding: record.batch.bytes[entry.text], as: UTF8.self)
                found.append("\(record.batch.sequence(of: index)) \(text)")
            }
        }
        return found
    }

    static func all(of spool: Spool, from sequence: UInt64 = 1) throws -> [String] {
        var reader = SpoolReader(spool, from: sequence)
        return try all(&reader)
    }
}
