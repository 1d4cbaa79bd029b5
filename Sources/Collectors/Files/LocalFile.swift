// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A `<localfile>`: which files, and how their bytes become events.
package struct LocalFile: Sendable, Equatable {
    package let location: PathPattern
    package let format: LineFormat
    /// Paths that are left out.
    package let excludes: [PathPattern]
    /// Whether a file that was there before Jaga, and that is not remembered
    /// from an earlier run, is read from its end.
    package let onlyFutureEvents: Bool
    /// What is done to its events besides.
    package var options = FramingOptions()
    package var limits = ReadingLimits()
    private let text: String

    /// Takes location and excludes as they are written.
    package init(
        location: String,
        format: LineFormat,
        excludes: [String],
        onlyFutureEvents: Bool
    ) {
        text = location
        self.location = PathPattern(location)
        self.format = format
        self.excludes = excludes.map { PathPattern($0) }
        self.onlyFutureEvents = onlyFutureEvents
    }

    /// Whether this block collects the file, and nothing else should.
    ///
    /// Also when the block names the file's folder by another path, as through
    /// a link or a bind mount.
    package func claims(_ path: FilePath, atSeconds seconds: Int64) -> Bool {
        if collects(path, atSeconds: seconds) { return true }
        guard let folder = FileIdentity(at: path.parent) else { return false }
        let name = path.bytes.dropFirst(path.parent.bytes.count)
        return location.folders().contains { other in
            FileIdentity(at: other) == folder
                && collects(FilePath(bytes: other.bytes + name), atSeconds: seconds)
        }
    }

    /// Whether the path is meant and not left out.
    func collects(_ path: FilePath, atSeconds seconds: Int64) -> Bool {
        location.matches(path, atSeconds: seconds) && !excludesPath(path, atSeconds: seconds)
    }

    func excludesPath(_ path: FilePath, atSeconds seconds: Int64) -> Bool {
        excludes.contains { $0.matches(path, atSeconds: seconds) }
    }
}
