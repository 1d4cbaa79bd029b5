// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A file to follow, and how.
struct FileTarget: Sendable {
    /// Where to begin in a file that was never read before.
    enum Start: Sendable, Equatable {
        case beginning
        /// Behind what is there when the following begins; a file that appears
        /// later is read from its beginning all the same.
        case end
    }

    /// Tells it from other targets of the same watcher.
    let id: FileTargetID
    let path: FilePath
    let source: EventSource
    let format: LineFormat
    let start: Start
    /// What its status is listed under.
    let statusName: StatusName
    /// Whether rotation and truncation are events too, as Wazuh's are.
    let announcesChanges: Bool

    var key: SourceKey { SourceKey(kind: .file, name: path.bytes) }
}

/// Names a target of a ``FileWatcher``.
struct FileTargetID: Sendable, Hashable {
    let number: Int
}
