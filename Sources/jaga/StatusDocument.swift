// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What `jaga status` shows of `DATA/state/status.json`.
///
/// Source: docs/spec/api.md, `GET /status`.
struct StatusDocument: Decodable {
    struct Engine: Decodable {
        struct Latency: Decodable {
            let p50: Double?
            let p99: Double?
        }

        let events: Int
        let alerts: Int
        let latency_ms: Latency
    }

    struct Queue: Decodable {
        let events: Int
        let bytes: Int
    }

    struct Source: Decodable {
        let kind: String
        let name: String
        let state: String
        let detail: String
        let position: String
        let lag_bytes: Int?
        let lag_seconds: Double?
        let events: Int
        let dropped: Int
        let truncated: Int
        let malformed: Int
        let ignored: Int
        let gaps: Int
        let lost_bytes: Int
        let skipped_bytes: Int
    }

    /// What waits on the disk.
    struct Spool: Decodable {
        let trouble: String
        let bytes: Int
        let limit_bytes: Int
        let segments: Int
        let records: Int
        let received: Int
        let stored: Int
        let waiting: Int
        let oldest_seconds: Double
        let damaged: Int
    }

    struct Web: Decodable {
        struct Allowance: Decodable {
            let place: String
            let reason: String
            let count: Int
        }

        let campaigns: Int
        let closed_campaigns: Int
        let allowed: [Allowance]
    }

    let now_ms: Int64
    let pid: Int
    let resident_bytes: Int
    let engine: Engine
    let queue: Queue
    let spool: Spool
    let sources: [Source]
    /// Nil in the file of an earlier version.
    let web: Web?

    /// Reads the file's bytes.
    ///
    /// - Throws: ``StatusUnreadable``
    init(_ bytes: [UInt8]) throws {
        do {
            self = try JSONDecoder().decode(StatusDocument.self, from: Data(bytes))
        } catch {
            throw StatusUnreadable()
        }
    }
}

/// The status file is not one of this version.
struct StatusUnreadable: Error, CustomStringConvertible {
    var description: String {
        "the status file is of another version of Jaga: restart jaga up, or see jaga status --metrics"
    }
}
