// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Outputs
import Synchronization

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "jaga-outputs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Alerts and settings as tests need them.
enum Samples {
    /// 2026-11-23T12:46:15Z, a Monday.
    static let noon: Int64 = 1_795_437_975_000_000_000

    static func time(_ seconds: Int64 = 0, offset: Int32 = 0) -> Timestamp {
        Timestamp(nanoseconds: noon + seconds * 1_000_000_000, utcOffsetSeconds: offset)
    }

    static func line(_ number: Int, rule: Int = 31103, level: Int = 6) -> [UInt8] {
        let text =
            #"{"timestamp":"2026-11-23T12:46:15.123+0000","rule":{"level":\#(level),"#
            + #""description":"SQL injection attempt.","id":"\#(rule)","mail":false,"#
            + #""groups":["web","attack"]},"agent":{"id":"000","name":"watch"},"#
            + #""manager":{"name":"watch"},"id":"1795437975.\#(number)","#
            + #""full_log":"GET /?id=\#(number)","decoder":{"name":"web-accesslog"},"#
            + #""data":{"srcip":"203.0.113.9","container":{"name":"shop","image":"nginx"}},"#
            + #""location":"docker:shop","jaga":{"sequence":\#(number)}}"#
        return Array(text.utf8)
    }

    static func alert(_ number: Int, rule: Int = 31103, level: Int = 6) throws -> OutputAlert {
        guard let alert = OutputAlert(line: line(number, rule: rule, level: level)) else {
            throw OutputError(.unknown, "the sample is no alert")
        }
        return alert
    }

    /// An alert whose log, description and places are a text of an attacker's.
    static func hostile(_ text: String) throws -> OutputAlert {
        let value = JSONTree.string(text)
        let line: JSONTree = [
            "timestamp": "2026-11-23T12:46:15.123+0000",
            "rule": ["level": 10, "description": value, "id": "31103", "groups": [value]],
            "agent": ["id": "001", "name": value, "ip": "10.0.0.5"],
            "id": "1795437975.1", "full_log": value, "location": value,
            "data": ["srcip": value, "dstuser": value, "container": ["name": value]],
        ]
        guard let alert = OutputAlert(line: line.bytes) else {
            throw OutputError(.unknown, "the sample is no alert")
        }
        return alert
    }

    static func surroundings(
        environment: [String: String] = [:],
        now: @escaping @Sendable () -> Timestamp = { Samples.time() }
    ) -> OutputSurroundings {
        var surroundings = OutputSurroundings(
            now: now,
            hostname: "watch.example.org",
            environment: environment,
            notice: { _, _, _ in },
            script: { throw OutputError(.program, "no script \($0)") },
            run: { _ in }
        )
        surroundings.chance = { 0.5 }
        return surroundings
    }
}

/// A receiver that a test scripts.
final class ScriptedTransport: OutputTransport {
    private let log = Mutex<[(key: String, ids: [String])]>([])
    private let errors: Mutex<[OutputError]>

    init(failingWith errors: [OutputError] = []) {
        self.errors = Mutex(errors)
    }

    var target: String { "test" }
    /// Ids of all alerts that were taken, in order.
    var ids: [String] { log.withLock { $0.flatMap(\.ids) } }
    var keys: [String] { log.withLock { $0.map(\.key) } }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        if let error = errors.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw error }
        log.withLock { $0.append((message.key, message.alerts.map(\.id))) }
        return DeliveryReceipt()
    }

    func shutdown() async {}
}

/// Looks again and again, for at most half a minute.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<3_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}
