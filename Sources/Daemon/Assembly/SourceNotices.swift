// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Synchronization

/// Turns states of sources into notices, each said once: a source that is
/// tried again and again for the same reason is one piece of news.
final class SourceNotices: Sendable {
    private let said = Mutex<[String: String]>([:])
    private let receive: @Sendable (OperatorNotice) -> Void

    init(_ receive: @escaping @Sendable (OperatorNotice) -> Void) {
        self.receive = receive
    }

    /// Says what is new about a source.
    func changed(_ status: SourceStatus) {
        guard let notice = OperatorNotice(status) else { return }
        if case .waiting(let reason, _) = status.state {
            guard isNews(reason, of: status.name) else { return }
        } else {
            said.withLock { _ = $0.removeValue(forKey: Self.key(status.name)) }
        }
        receive(notice)
    }

    private func isNews(_ reason: String, of name: StatusName) -> Bool {
        said.withLock { $0.updateValue(reason, forKey: Self.key(name)) != reason }
    }

    /// Both that talk to an engine fail for one reason.
    private static func key(_ name: StatusName) -> String {
        switch name.kind {
        case .dockerEvents, .dockerLogs: name.text
        case .file, .container, .command, .journal: "\(name)"
        }
    }
}
