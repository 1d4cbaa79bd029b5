// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CPCRE2
import Synchronization

/// Memory for the results of matches of one expression: one block is kept, for
/// the thread that matches; those of threads that match at the same time live as
/// long as their match.
final class PCRE2ScratchPool: Sendable {
    /// Address of the block while nobody uses it; 0 while it is taken.
    private let idle = Atomic<UInt>(0)
    private let pairCount: UInt32

    init(groupCount: UInt32) {
        pairCount = groupCount &+ 1
    }

    deinit {
        if let block = OpaquePointer(bitPattern: idle.load(ordering: .acquiring)) {
            pcre2_match_data_free_8(block)
        }
    }

    /// A block of one's own until it is given back; nil when memory is short.
    func take() -> OpaquePointer? {
        let address = idle.exchange(0, ordering: .acquiring)
        return OpaquePointer(bitPattern: address) ?? pcre2_match_data_create_8(pairCount, nil)
    }

    func giveBack(_ matchData: OpaquePointer) {
        let (isKept, _) = idle.compareExchange(
            expected: 0,
            desired: UInt(bitPattern: matchData),
            ordering: .releasing
        )
        if !isKept { pcre2_match_data_free_8(matchData) }
    }
}
