// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Collectors
import EventModel
import Glibc

/// What the engine remembers, kept over a restart: a file that is replaced now
/// and then.
///
/// ```
/// JAGA-MEMORY 1 SEQUENCE\n
/// the engine's snapshot
/// ```
/// It holds what the engine learnt of all events before the sequence; those from there
/// on are in the spool, and are analysed again after `kill -9`. A file that cannot be
/// used is passed over: frequency rules then begin to count anew.
struct EngineMemory: Sendable {
    private static let limit = 256 << 20
    private static let interval = Duration.seconds(60)
    /// Not more often than this, whatever asks for it.
    private static let shortInterval = Duration.seconds(2)
    private static let title = "JAGA-MEMORY 1 "

    let path: String
    /// The first sequence that the snapshot knows nothing of; 1 without a snapshot.
    private(set) var sequence: UInt64 = 1
    private var snapshot: [UInt8] = []
    /// Why the file could not be read, for the operator.
    private var failure: String?
    private var savedAt = MonotonicTime.now

    /// Reads the file, if there is one.
    init(path: String) {
        self.path = path
        guard FileSystem.isFile(path) else { return }
        do {
            let bytes = try FileSystem.contents(of: path, limit: Self.limit)
            guard let end = bytes.prefix(64).firstIndex(of: UInt8(ascii: "\n")),
                let sequence = Self.sequence(bytes[..<end])
            else {
                // As written before there was a spool.
                snapshot = bytes
                return
            }
            self.sequence = sequence
            snapshot = Array(bytes[(end + 1)...])
        } catch {
            failure = "\(error)"
        }
    }

    private static func sequence(_ line: ArraySlice<UInt8>) -> UInt64? {
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix(title), let value = UInt64(text.dropFirst(title.utf8.count)),
            value < UInt64.max >> 1
        else { return nil }
        return value
    }

    /// Gives an engine its memory back.
    ///
    /// - Returns: Why that could not be, for the operator; nil when it could, or
    ///   when there is no file.
    mutating func restore(_ engine: inout AnalysisEngine, at time: Timestamp) -> String? {
        defer { snapshot = [] }
        guard failure == nil, !snapshot.isEmpty else { return failure }
        return engine.restore(snapshot, at: time).refusal.map { "\(path): \($0)" }
    }

    /// Whether it is time to save: a minute has passed, or a little when much waits to
    /// be let go of.
    func isDue(isUrgent: Bool) -> Bool {
        let interval = isUrgent ? Self.shortInterval : Self.interval
        return MonotonicTime.now > savedAt.advanced(by: interval)
    }

    /// Replaces the file with what an engine knows of everything before a sequence.
    ///
    /// - Returns: Why that could not be; the old file stays then.
    mutating func save(_ engine: AnalysisEngine, before sequence: UInt64) -> String? {
        savedAt = MonotonicTime.now
        do {
            var bytes = Array("\(Self.title)\(sequence)\n".utf8)
            bytes += engine.snapshot()
            try FileSystem.replace(path, with: bytes, mode: 0o640)
            self.sequence = sequence
            return nil
        } catch {
            return "\(error)"
        }
    }
}
