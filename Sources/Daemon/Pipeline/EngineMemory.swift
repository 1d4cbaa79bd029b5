// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Glibc

/// What the engine remembers, kept over a restart: a file that is replaced now
/// and then.
///
/// After `kill -9` it is at most a minute old. A file that cannot be used is
/// passed over: frequency rules then begin to count anew.
struct EngineMemory: Sendable {
    private static let limit = 256 << 20
    private static let intervalNanoseconds: Int64 = 60_000_000_000

    let path: String
    private var savedAt: Int64 = 0

    init(path: String) {
        self.path = path
    }

    /// Gives an engine its memory back.
    ///
    /// - Returns: Why that could not be, for the operator; nil when it could, or
    ///   when there is no file.
    mutating func restore(_ engine: inout AnalysisEngine, at now: Timestamp) -> String? {
        savedAt = now.nanoseconds
        guard FileSystem.isFile(path) else { return nil }
        do {
            let bytes = try FileSystem.contents(of: path, limit: Self.limit)
            return engine.restore(bytes, at: now).refusal.map { "\(path): \($0)" }
        } catch {
            return "\(error)"
        }
    }

    /// Saves when a minute has passed since the last time.
    mutating func saveIfDue(_ engine: AnalysisEngine, at now: Timestamp) -> String? {
        // A clock that was set back is no reason to wait.
        let elapsed = now.nanoseconds &- savedAt
        guard elapsed < 0 || elapsed >= Self.intervalNanoseconds else { return nil }
        return save(engine, at: now)
    }

    /// Replaces the file.
    ///
    /// - Returns: Why that could not be; the old file stays then.
    mutating func save(_ engine: AnalysisEngine, at now: Timestamp) -> String? {
        savedAt = now.nanoseconds
        do {
            try FileSystem.replace(path, with: engine.snapshot(), mode: 0o640)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
