// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How a source stands.
package struct SourceStatus: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// Nothing was tried yet.
        case starting
        /// It is read, or listened to; with what a person wants to know of it,
        /// such as the engine's version, or empty.
        case connected(String)
        /// It cannot be read now; seconds until the next try, nil when it is
        /// tried as soon as something changes.
        case waiting(reason: String, retrySeconds: Double?)
        /// It will not be tried again.
        case failed(reason: String)
        /// It is not to be read, as somebody said; no trouble.
        case ignored(reason: String)
        /// All of it was read; it will not come back.
        case ended
    }

    package let name: StatusName
    package var state = State.starting
    /// Bytes read of a file; 0 for streams.
    package var offset: Int64 = 0
    /// Bytes of a file that wait; for streams 0.
    package var lag: Int64 = 0 {
        didSet {
            if lag <= 0 {
                behindSince = nil
            } else if behindSince == nil {
                behindSince = .now
            }
        }
    }
    /// Since when bytes wait; nil when none do.
    package private(set) var behindSince: MonotonicTime?
    /// When the last record of a stream arose by its origin's clock, in nanoseconds
    /// since the epoch; nil for files, and before the first.
    package var lastRecord: Int64?
    /// Events made, lines dropped and cut, since Jaga started.
    package var counts = FramingCounts()

    package init(name: StatusName) {
        self.name = name
    }
}

/// What a status is listed under.
package struct StatusName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        case file
        /// The log of a container.
        case container
        /// The stream of an engine's events.
        case dockerEvents = "docker-events"
        /// The search for containers whose logs are to be read.
        case dockerLogs = "docker-logs"
        /// A command of a `<localfile>`, named by its alias.
        case command
        /// The systemd journal.
        case journal
    }

    package let kind: Kind
    /// A path, a container's name and short id, or an endpoint; for people.
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var description: String { "\(kind.rawValue) \(text)" }

    package static func < (left: StatusName, right: StatusName) -> Bool {
        (left.kind.rawValue, left.text) < (right.kind.rawValue, right.text)
    }
}
