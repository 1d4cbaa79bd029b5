// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The files that a block means, as they come and go.
struct LocalFileExpansion {
    let file: LocalFile
    /// The tails of its files.
    var ids: [FilePath: FileTargetID] = [:]

    private let agent: AgentIdentity
    private var isFirst = true
    private var absentSince: [FilePath: MonotonicTime] = [:]
    /// Files that are, or were, read under another of their names.
    private var known: Set<FileIdentity> = []

    init(_ file: LocalFile, agent: AgentIdentity) {
        self.file = file
        self.agent = agent
    }

    /// What has changed since the last time.
    ///
    /// A path has vanished when it was not there for a while: in the middle of
    /// a rotation it is absent for a moment. A file that is open under another
    /// name does not appear, nor does it later: a pattern such as `app.log*`
    /// also means what was rotated away. Source: around-the-engine.md §2.4.
    mutating func expand(
        atSeconds seconds: Int64,
        now: MonotonicTime,
        open: () -> Set<FileIdentity>
    ) -> (appeared: [(FilePath, FileTarget.Start)], vanished: [FileTargetID]) {
        let paths = file.location.paths(atSeconds: seconds)
            .filter { !file.excludesPath($0, atSeconds: seconds) }
        let start: FileTarget.Start = isFirst && file.onlyFutureEvents ? .end : .beginning
        isFirst = false
        var appeared: [(FilePath, FileTarget.Start)] = []
        var stillKnown: Set<FileIdentity> = []
        let new = paths.filter { ids[$0] == nil }
        let taken = new.isEmpty ? [] : open().union(known)
        for path in new {
            if let identity = FileIdentity(at: path), taken.contains(identity) {
                stillKnown.insert(identity)
            } else {
                appeared.append((path, start))
            }
        }
        known = stillKnown
        return (appeared, vanished(Set(paths), now: now))
    }

    private mutating func vanished(
        _ meant: Set<FilePath>,
        now: MonotonicTime
    ) -> [FileTargetID] {
        var vanished: [FileTargetID] = []
        for (path, id) in ids {
            if meant.contains(path) {
                absentSince[path] = nil
            } else if let since = absentSince[path] {
                guard now > since.advanced(by: FileTail.linger) else { continue }
                vanished.append(id)
                ids[path] = nil
                absentSince[path] = nil
            } else {
                absentSince[path] = now
            }
        }
        return vanished
    }

    func target(_ path: FilePath, id: FileTargetID, start: FileTarget.Start) -> FileTarget {
        FileTarget(
            id: id,
            path: path,
            source: EventSource(agent: agent, location: path.bytes),
            format: file.format,
            start: start,
            statusName: StatusName(.file, path.text),
            announcesChanges: true
        )
    }
}
