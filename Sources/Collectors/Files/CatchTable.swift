// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The paths of a ``RotationCatcher``, with the files that were opened for each.
struct CatchTable {
    /// A path that is rotated.
    private struct Line {
        let path: FilePath
        let watch: Int32?
        /// The newest file that was opened, held so that no other gets its inode.
        var newest: RotationCatcher.CaughtFile?
        var haul = RotationCatcher.Haul()
        /// Files that the kernel told of and that were not opened; below 0 when they
        /// were opened first.
        var awaited = 0
    }

    private let heldLimit: Int
    private let inotify: Inotify
    private var lines: [FilePath: Line] = [:]

    /// Rotated files that are looked for by their numbers.
    private static let numberLimit = 16

    init(heldLimit: Int, _ inotify: Inotify) {
        self.heldLimit = heldLimit
        self.inotify = inotify
    }

    /// Watches a path's folder, then opens what has the path: nothing comes between.
    mutating func begin(_ path: FilePath) {
        guard lines[path] == nil else { return }
        let watch = inotify.watch(path.parent, for: Self.changes)
        lines[path] = Line(path: path, watch: watch)
        catchFiles(of: path)
        takeNotices()
        // What was there before is not told of.
        lines[path]?.awaited = 0
    }

    mutating func end(_ path: FilePath) {
        guard let line = lines.removeValue(forKey: path) else { return }
        Self.close(line)
        if let watch = line.watch, !lines.values.contains(where: { $0.watch == watch }) {
            inotify.unwatch(watch)
        }
    }

    /// What was opened, and what is there by now.
    mutating func take(_ path: FilePath) -> RotationCatcher.Haul {
        catchFiles(of: path)
        defer { lines[path]?.haul = RotationCatcher.Haul() }
        return lines[path]?.haul ?? RotationCatcher.Haul()
    }

    mutating func closeAll() {
        for line in lines.values { Self.close(line) }
        lines = [:]
    }

    private static func close(_ line: Line) {
        for file in line.haul.files { Glibc.close(file.descriptor) }
        if let newest = line.newest { Glibc.close(newest.descriptor) }
    }

    private static let changes = UInt32(IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

    /// Opens what the kernel tells of.
    mutating func takeNotices() {
        var changed: Set<FilePath> = []
        for notice in inotify.notices() {
            for (path, line) in lines {
                let isMeant = line.watch == notice.watch && path.name.elementsEqual(notice.name)
                guard notice.isOverflow || isMeant else { continue }
                lines[path]?.awaited += 1
                changed.insert(path)
            }
        }
        for path in changed { catchFiles(of: path) }
    }

    /// Opens what has the path, and what had it since the newest that is known and was
    /// moved on meanwhile.
    private mutating func catchFiles(of path: FilePath) {
        guard var line = lines.removeValue(forKey: path) else { return }
        defer { lines[path] = line }
        guard line.haul.files.count < heldLimit, let newest = Self.open(path) else { return }
        var found: [RotationCatcher.CaughtFile] = []
        let siblings = RotatedSiblings(of: path)
        var next: RotationCatcher.CaughtFile? = newest
        var number = 0
        while let file = next, file.identity != line.newest?.identity {
            // A rotation meanwhile shows the same file once more.
            if found.contains(where: { $0.identity == file.identity }) {
                Glibc.close(file.descriptor)
            } else {
                found.append(file)
            }
            number += 1
            // Without one that is known there is nothing to lead up to.
            next =
                line.newest == nil || number > Self.numberLimit
                ? nil : Self.open(siblings.numbered(number))
        }
        if let next { Glibc.close(next.descriptor) }
        line.haul.files += found.reversed()
        line.awaited -= found.count
        if line.awaited > 0 {
            line.haul.missed += line.awaited
            line.awaited = 0
        }
        guard let first = found.first else { return }
        let held = fcntl(first.descriptor, F_DUPFD_CLOEXEC, 0)
        if let before = line.newest { Glibc.close(before.descriptor) }
        line.newest =
            held < 0
            ? nil : RotationCatcher.CaughtFile(descriptor: held, identity: first.identity)
    }

    private static func open(_ path: FilePath) -> RotationCatcher.CaughtFile? {
        let descriptor = path.withCString {
            Glibc.open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        }
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            return nil
        }
        return RotationCatcher.CaughtFile(
            descriptor: descriptor,
            identity: FileIdentity(status)
        )
    }
}
