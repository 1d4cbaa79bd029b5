// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Synchronization

extension OperatorNotice {
    /// What a source's new state is worth saying; nil for what happens all the
    /// time, such as the log of one more container.
    init?(_ status: SourceStatus) {
        let kind = status.name.kind
        switch status.state {
        case .starting, .ended: return nil
        case .ignored(let reason):
            // A container is left out since somebody said so.
            guard kind == .file else { return nil }
            self = .source(name: Self.name(status), state: reason, isTrouble: true)
        case .connected(let detail):
            switch kind {
            case .file, .container, .command, .journal: return nil
            case .dockerEvents:
                self = .source(
                    name: "docker events",
                    state: "listening to \(detail)",
                    isTrouble: false
                )
            case .dockerLogs:
                self = .source(
                    name: "containers",
                    state: "connected to \(detail)",
                    isTrouble: false
                )
            }
        case .waiting(let reason, let retry):
            // A container's log comes and goes with it; the metrics count it.
            if kind == .container { return nil }
            self = .source(
                name: Self.name(status),
                state: Self.waiting(reason, retry),
                isTrouble: true
            )
        case .failed(let reason):
            self = .source(name: Self.name(status), state: reason, isTrouble: true)
        }
    }

    private static func name(_ status: SourceStatus) -> String {
        switch status.name.kind {
        case .dockerEvents: "docker events"
        case .dockerLogs: "containers"
        case .container, .file, .command: "\(status.name)"
        case .journal: "journal"
        }
    }

    private static func waiting(_ reason: String, _ retrySeconds: Double?) -> String {
        guard let retrySeconds else { return reason }
        let tenths = Int((retrySeconds * 10).rounded())
        return "\(reason); trying again in \(tenths / 10).\(tenths % 10) s"
    }
}

/// How a piece of work on another thread ended.
final class Outcome: Sendable {
    private let failure = Mutex<String?>(nil)

    var value: String? { failure.withLock { $0 } }

    func set(_ text: String) {
        failure.withLock { $0 = text }
    }
}
