// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The kernel's notices about files and folders.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class Inotify {
    /// Something watched has changed.
    struct Notice: Equatable {
        let watch: Int32
        /// The watch is gone: the thing was removed, or its file system.
        let isGone: Bool
        /// Notices were lost; everything must be looked at.
        let isOverflow: Bool
        /// A folder came, went or changed within a folder.
        let isFolder: Bool
        /// The entry of a folder that changed; empty when it is the thing itself.
        let name: [UInt8]
    }

    let descriptor: Int32

    /// Changes of an open file that make it worth reading or checking.
    static let fileChanges = UInt32(IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)
    /// Changes in a folder by which a path may lead to something else.
    static let folderChanges =
        UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF)
        | UInt32(IN_ONLYDIR)

    private let limit: Int
    private var watches: Set<Int32> = []

    /// Nil when the system gives none, or `limit` is 0: then one has to look again
    /// and again.
    init?(limit: Int?) {
        self.limit = limit ?? .max
        // A class that fails here is taken down as any other: the descriptor is closed there.
        descriptor = limit == 0 ? -1 : inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        close(descriptor)
    }

    /// Watches a path; nil when it is not there or the limit is reached.
    ///
    /// The same file or folder has one watch, whatever path leads to it.
    func watch(_ path: FilePath, for changes: UInt32) -> Int32? {
        let watch = path.withCString { inotify_add_watch(descriptor, $0, changes) }
        guard watch >= 0 else { return nil }
        guard limit < .max else { return watch }
        watches.insert(watch)
        guard watches.count > limit else { return watch }
        unwatch(watch)
        return nil
    }

    /// Watches just the file that is open, wherever its name went.
    func watch(openFile: Int32) -> Int32? {
        watch(FilePath("/proc/self/fd/\(openFile)"), for: Self.fileChanges)
    }

    func unwatch(_ watch: Int32) {
        watches.remove(watch)
        inotify_rm_watch(descriptor, watch)
    }

    /// Takes the notices that are waiting; empty when there are none.
    ///
    /// Source: inotify(7), `struct inotify_event`: 16 bytes (watch, mask,
    /// cookie, length), then a name of that length.
    func notices() -> [Notice] {
        var notices: [Notice] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return notices }
            buffer.withUnsafeBytes { bytes in
                var index = 0
                while index + 16 <= count {
                    let watch = bytes.loadUnaligned(fromByteOffset: index, as: Int32.self)
                    let mask = bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self)
                    let length = Int(
                        bytes.loadUnaligned(fromByteOffset: index + 12, as: UInt32.self)
                    )
                    let name = bytes[(index + 16)..<min(count, index + 16 + length)]
                    notices.append(
                        Notice(
                            watch: watch,
                            isGone: mask & UInt32(IN_IGNORED) != 0,
                            isOverflow: mask & UInt32(IN_Q_OVERFLOW) != 0,
                            isFolder: mask & UInt32(IN_ISDIR) != 0,
                            name: Array(name.prefix { $0 != 0 })
                        )
                    )
                    index += 16 + length
                }
            }
        }
    }
}
