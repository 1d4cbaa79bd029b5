// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The files that a block means, as they come and go.
struct LocalFileExpansion {
    /// A path that is to be followed from now on.
    struct Appearance {
        let path: FilePath
        let start: FileTarget.Start
    }

    let file: LocalFile
    /// The tails of its files.
    var ids: [FilePath: FileTargetID] = [:]
    /// Paths that lead to a file which is read under another.
    private(set) var twins: Set<FilePath> = []

    private let agent: AgentIdentity
    private var isFirst = true
    private var absentSince: [FilePath: MonotonicTime] = [:]
    /// Files that are, or were, read under another of their names.
    private var known: Set<FileIdentity> = []

    init(_ file: LocalFile, agent: AgentIdentity) {
        self.file = file
        self.agent = agent
    }

    /// Looks for all that the block means now.
    ///
    /// A file that is open under another
    /// name does not appear, nor does it later: a pattern such as `app.log*`
    /// also means what was rotated away. Source: around-the-engine.md §2.4.
    mutating func expand(
        atSeconds seconds: Int64,
        isOpen: (FileIdentity) -> Bool
    ) -> [Appearance] {
        let start: FileTarget.Start = isFirst && file.onlyFutureEvents ? .end : .beginning
        var appeared: [Appearance] = []
        var stillKnown: Set<FileIdentity> = []
        var opened: Set<FileIdentity> = []
        twins = twins.filter { FileIdentity(at: $0) != nil }
        for path in file.location.paths(atSeconds: seconds)
        where ids[path] == nil && !file.excludesPath(path, atSeconds: seconds) {
            if let identity = FileIdentity(at: path) {
                guard !isOpen(identity), !known.contains(identity), !opened.contains(identity)
                else {
                    stillKnown.insert(identity)
                    // Said only of what was there from the start: later it is
                    // most often the file's own past.
                    if isFirst { twins.insert(path) }
                    continue
                }
                opened.insert(identity)
            }
            appeared.append(Appearance(path: path, start: start))
        }
        known = stillKnown
        isFirst = false
        return appeared
    }

    /// Looks at one path that has come to be in a folder; nil when the block
    /// does not mean it, or it is followed.
    mutating func appearance(
        of path: FilePath,
        atSeconds seconds: Int64,
        isOpen: (FileIdentity) -> Bool
    ) -> Appearance? {
        guard !isFirst, ids[path] == nil, file.collects(path, atSeconds: seconds),
            let stamp = FileStamp(at: path), stamp.isRegular
        else { return nil }
        guard !isOpen(stamp.identity), !known.contains(stamp.identity) else {
            known.insert(stamp.identity)
            return nil
        }
        return Appearance(path: path, start: .beginning)
    }

    /// The tails to give up.
    ///
    /// A path has vanished when it was not there for a while: in the middle of
    /// a rotation it is absent for a moment. One that is written in the
    /// settings is waited for without end.
    mutating func vanished(
        atSeconds seconds: Int64,
        now: MonotonicTime,
        isMissing: (FileTargetID) -> Bool
    ) -> [FileTargetID] {
        guard file.location.isGlob || file.location.isDated else { return [] }
        var vanished: [FileTargetID] = []
        for (path, id) in ids {
            let isAbsent =
                file.location.isGlob
                ? isMissing(id) : !file.location.matches(path, atSeconds: seconds)
            guard isAbsent else {
                if !absentSince.isEmpty { absentSince[path] = nil }
                continue
            }
            let since = absentSince[path] ?? now
            absentSince[path] = since
            guard now > since.advanced(by: FileTail.linger) else { continue }
            vanished.append(id)
            ids[path] = nil
            absentSince[path] = nil
        }
        return vanished
    }

    func target(_ appearance: Appearance, id: FileTargetID) -> FileTarget {
        let path = appearance.path
        return FileTarget(
            id: id,
            path: path,
            source: EventSource(agent: agent, location: path.bytes),
            format: file.format,
            start: appearance.start,
            statusName: StatusName(.file, path.text),
            announcesChanges: true,
            options: file.options,
            limits: file.limits
        )
    }
}
