// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How many descriptors the process may have.
enum OpenFileLimit {
    /// Raises the soft limit to the hard one: each container's log holds a
    /// descriptor, and the usual 1,024 end at a few hundred containers.
    ///
    /// Where that is refused, the limit stays as it is; files that then cannot
    /// be opened say so on their own.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// How many descriptors connections from outside may have, of those that they ask for:
    /// the rest is for files, which must not be kept from opening by whoever connects.
    static func share(of wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return wanted
        }
        return min(wanted, Int(clamping: limit.rlim_cur / 4 * 3))
    }
}
