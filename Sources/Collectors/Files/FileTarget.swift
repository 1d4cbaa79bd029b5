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
    /// What is done to its events besides.
    var options = FramingOptions()
    var limits = ReadingLimits()

    var key: SourceKey { SourceKey(kind: .file, name: path.bytes) }
}

/// What of a file is not read.
///
/// Source: around-the-engine.md §2.1.
package struct ReadingLimits: Sendable, Equatable {
    /// Bytes that were in a file not written for this long are passed over.
    package var age: Duration?
    /// More bytes than this that came while Jaga was away are passed over.
    package var backlog: Int64?
    /// Whether a file is left alone as long as its beginning is no text.
    package var ignoresBinaries = false

    package init() {}
}

/// Names a target of a ``FileWatcher``.
struct FileTargetID: Sendable, Hashable {
    let number: Int
}
