// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which files the tails follow, and how many of them are open.
struct OpenFileTable {
    private var identities: [FileTargetID: [FileIdentity]] = [:]
    private var users: [FileIdentity: Int] = [:]
    private var openCounts: [FileTargetID: Int] = [:]
    /// Descriptors that tails hold.
    private(set) var openCount = 0

    func contains(_ identity: FileIdentity) -> Bool { users[identity] != nil }

    /// Whether another tail than this one follows the file.
    func contains(_ identity: FileIdentity, besides id: FileTargetID) -> Bool {
        let own = identities[id]?.contains(identity) == true ? 1 : 0
        return (users[identity] ?? 0) > own
    }

    /// Says what a tail follows now.
    mutating func set(_ now: [FileIdentity], open: Int, of id: FileTargetID) {
        openCount += open - (openCounts[id] ?? 0)
        openCounts[id] = open == 0 ? nil : open
        let before = identities[id] ?? []
        guard now != before else { return }
        for identity in now { users[identity, default: 0] += 1 }
        for identity in before {
            guard let count = users[identity] else { continue }
            users[identity] = count > 1 ? count - 1 : nil
        }
        identities[id] = now.isEmpty ? nil : now
    }

    /// What the system's limit leaves for files: the rest is for connections
    /// and the index.
    static var systemLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 512
        }
        let soft = Int(clamping: limit.rlim_cur)
        return max(64, min(soft - 512, soft / 4 * 3))
    }
}
