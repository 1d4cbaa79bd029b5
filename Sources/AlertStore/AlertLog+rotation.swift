// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// Which file is the current one, and beginning the next.
extension AlertLog {
    /// A file to append to and the dated name it also has.
    struct Opened: ~Copyable {
        let file: OpenFile
        let dated: DatedFile
    }

    /// Opens `alerts.json`, or begins one.
    static func openCurrent(
        in folder: AlertFolder,
        at time: Timestamp
    ) throws(AlertStoreError) -> Opened {
        guard let status = try FileStatus.of(path: folder.current) else {
            return try begin(in: folder, at: time)
        }
        guard status.isRegularFile else {
            throw AlertStoreError(
                code: .unsupported,
                message: "\(folder.current) is not a regular file: move it away",
                cause: EINVAL
            )
        }
        let file = try OpenFile(path: folder.current, flags: O_RDWR | O_APPEND)
        for dated in try folder.datedFiles().reversed() where !dated.isCompressed {
            let other = try FileStatus.of(path: folder.path(of: dated))
            if other?.identity == status.identity { return Opened(file: file, dated: dated) }
        }
        // A folder copied without its hard links: give the file a dated name.
        let dated = try linkDated(folder.current, in: folder, at: time)
        return Opened(file: file, dated: dated)
    }

    /// Lets the current file be and goes on in a new, empty one.
    func beginNewFile(at time: Timestamp) throws(AlertStoreError) {
        try removeUncommittedTail()
        // What is in the old file must not be younger than the new file.
        try file.sync()
        let opened = try Self.begin(in: folder, at: time)
        identity = try opened.file.status().identity
        dated = opened.dated
        file = opened.file
        offset = 0
    }

    /// Notices when someone removed, replaced, cut or wrote to the file.
    func checkForeignChange(at time: Timestamp) throws(AlertStoreError) {
        try removeUncommittedTail()
        let status = try file.status()
        let named = try FileStatus.of(path: folder.current)
        guard named?.identity == identity, status.links > 1 else {
            note(.replaced(path: folder.current))
            return try beginNewFile(at: time)
        }
        if status.size == offset { return }
        if status.size < offset {
            note(.shortened(path: folder.current, from: offset, to: status.size))
        }
        try recoverTail(at: time)
    }

    /// Makes an empty file and gives it both its names; `alerts.json` last, so
    /// that a crash in between leaves the old file current.
    private static func begin(
        in folder: AlertFolder,
        at time: Timestamp
    ) throws(AlertStoreError) -> Opened {
        try Folder.unlink(folder.pending)
        var file = try OpenFile(
            path: folder.pending,
            flags: O_RDWR | O_APPEND | O_CREAT | O_EXCL
        )
        let dated = try linkDated(folder.pending, in: folder, at: time)
        try Folder.rename(folder.pending, to: folder.current)
        file.path = folder.current
        try Folder.sync(folder.path)
        return Opened(file: file, dated: dated)
    }

    /// Links a file to the first free part of a day.
    private static func linkDated(
        _ path: String,
        in folder: AlertFolder,
        at time: Timestamp
    ) throws(AlertStoreError) -> DatedFile {
        let day = time.local
        let last = try folder.datedFiles().last { $0.isOf(day) }
        let dated = DatedFile(
            day: day,
            part: last.map { $0.part + 1 } ?? 0,
            kind: folder.kind
        )
        let month = folder.path + "/" + dated.relativeFolder
        try Folder.make(month)
        try Folder.link(path, as: folder.path(of: dated))
        try Folder.sync(month)
        return dated
    }
}
