// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Sleeping until something changes in a folder.
///
/// Uses inotify(7); where that is not to be had, or the folder does not exist
/// yet, it wakes four times a second instead.
struct FolderWatch: ~Copyable {
    private let path: String
    private let descriptor: CInt
    private var isWatching = false

    init(path: String) {
        self.path = path
        descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Returns after a change, when `wake` can be read, or after the time; also
    /// for no reason.
    ///
    /// Whoever waits looks for himself what is new.
    mutating func wait(milliseconds: Int, orUntilReadable wake: CInt) {
        if !isWatching, descriptor >= 0 {
            let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
            isWatching = inotify_add_watch(descriptor, path, mask) >= 0
        }
        // With a watch too, since not every file system reports changes.
        let longest = isWatching ? 1000 : 250
        var entries = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isWatching ? descriptor : -1, events: Int16(POLLIN), revents: 0),
        ]
        let timeout = CInt(max(0, min(milliseconds, longest)))
        guard poll(&entries, nfds_t(entries.count), timeout) > 0, entries[1].revents != 0 else {
            return
        }
        var events = [UInt8](repeating: 0, count: 16 << 10)
        while read(descriptor, &events, events.count) > 0 {}
    }
}
