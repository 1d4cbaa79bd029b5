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
}
