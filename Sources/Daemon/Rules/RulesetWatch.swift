// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Glibc
import HostFiles

/// Tells when the files of a ruleset have changed.
///
/// inotify(7) says when to look, and so does the clock now and then, since not every
/// file system reports changes; what has changed is found by looking at each file's
/// stamp. A change is told when nothing has changed any more for a while, so that an
/// editor or a copy of many files is one change.
package struct RulesetWatch: Sendable {
    /// What is watched.
    package struct Places: Sendable, Equatable {
        /// Every file below them counts, also in their folders.
        package var folders: [String]
        package var files: [String]

        package init(folders: [String], files: [String]) {
            self.folders = folders
            self.files = files
        }
    }

    /// How long it waits for what.
    package struct Pace: Sendable {
        /// Between two looks at what the kernel has noticed.
        package var tick: Duration
        /// Without a change, before a change is told.
        package var settling: Duration
        /// Between two looks at all files that nobody asked for.
        package var patrol: Duration

        package init(tick: Duration, settling: Duration, patrol: Duration) {
            self.tick = tick
            self.settling = settling
            self.patrol = patrol
        }

        /// As the daemon watches.
        package static let standard = Pace(
            tick: .milliseconds(500),
            settling: .seconds(1),
            patrol: .seconds(10)
        )
    }

    private let places: @Sendable () -> Places
    private let pace: Pace

    /// `places` is asked again after each change.
    package init(_ places: @escaping @Sendable () -> Places, pace: Pace) {
        self.places = places
        self.pace = pace
    }

    /// Watches until the task is cancelled; `onChange` is waited for.
    ///
    /// What changed before the call is not told; what changes during `onChange` is.
    package func run(onChange: @Sendable () async -> Void) async {
        let notices = FolderNotices()
        guard var told = await look(notices) else { return }
        var seen = told
        var lastChange: ContinuousClock.Instant?
        var lastLook = ContinuousClock.now
        while true {
            do { try await Task.sleep(for: pace.tick) } catch { return }
            let now = ContinuousClock.now
            if notices.take() { lastChange = now }
            let isSettled = lastChange.map { now - $0 >= pace.settling }
            guard isSettled ?? (now - lastLook >= pace.patrol) else { continue }
            lastLook = now
            guard let found = await look(notices) else { continue }
            guard found == seen else {
                seen = found
                lastChange = now
                continue
            }
            lastChange = nil
            guard found != told else { continue }
            told = found
            await onChange()
        }
    }

    /// The stamps of all files, whose folders are watched from then on; nil when there
    /// is no thread to look.
    private func look(_ notices: FolderNotices) async -> [String: FileStamp]? {
        let found = Handback<[String: FileStamp]>()
        let places = places
        // Without a thread the next look may find what this one would have.
        try? await DedicatedThread.run("ruleset-watch") {
            found.give(Self.stamps(of: places(), notices))
        }
        return found.take()
    }

    private static func stamps(
        of places: Places,
        _ notices: FolderNotices
    ) -> [String: FileStamp] {
        var stamps: [String: FileStamp] = [:]
        for file in places.files {
            notices.watch(file)
            stamps[file] = FileStamp(of: file)
        }
        for folder in places.folders { add(folder, depth: 0, notices, &stamps) }
        return stamps
    }

    private static let deepest = 8

    private static func add(
        _ folder: String,
        depth: Int,
        _ notices: FolderNotices,
        _ stamps: inout [String: FileStamp]
    ) {
        guard depth < deepest, let names = FileSystem.names(in: folder) else { return }
        notices.watch(folder)
        for name in names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            if FileSystem.isFolder(path) {
                add(path, depth: depth + 1, notices, &stamps)
            } else {
                stamps[path] = FileStamp(of: path)
            }
        }
    }
}

/// The kernel's notices about folders and files, as far as that there are some.
final class FolderNotices: Sendable {
    private let descriptor: CInt
    private static let changes = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_MODIFY
            | IN_ATTRIB
    )

    /// Without inotify there are never any.
    init() {
        descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Watches a path, if it is there; once, however often it is asked.
    func watch(_ path: String) {
        guard descriptor >= 0 else { return }
        _ = inotify_add_watch(descriptor, path, Self.changes)
    }

    /// Whether there were notices since the last time; it does not wait.
    func take() -> Bool {
        guard descriptor >= 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var hasSome = false
        while read(descriptor, &buffer, buffer.count) > 0 { hasSome = true }
        return hasSome
    }
}
