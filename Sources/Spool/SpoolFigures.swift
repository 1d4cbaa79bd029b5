// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a spool holds and did; a copy at one moment.
package struct SpoolFigures: Sendable {
    /// On the disk, also what is done and not removed yet.
    package internal(set) var bytes = 0
    package internal(set) var limitBytes = 0
    package internal(set) var segments = 0
    /// Written since the start.
    package internal(set) var records = 0
    /// Found at the start and not done, and written since.
    package internal(set) var receivedEvents = 0
    /// Done: their alerts are committed.
    package internal(set) var storedEvents = 0
    /// Received and not done.
    package internal(set) var waitingEvents = 0
    /// How long the oldest of them waits, about.
    package internal(set) var oldestSeconds = 0.0
    /// Records that could not be read.
    package internal(set) var damages = 0
    /// Segments that another version of Jaga wrote, and that were left alone.
    package internal(set) var foreignSegments = 0
    /// Why nothing can be written now; nil when it can.
    package internal(set) var trouble: SpoolError?
    package internal(set) var failedWrites = 0
    /// How often the spool held as much as it may.
    package internal(set) var timesFull = 0
    package internal(set) var nextSequence: UInt64 = 1

    package init() {}
}
