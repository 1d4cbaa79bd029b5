// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CPCRE2
import Synchronization

/// Memory for the results of matches of one expression: one block for each
/// thread that matches at the same time, made once.
final class PCRE2ScratchPool: Sendable {
    /// A block while nobody uses it.
    ///
    /// Unsafe to send for the compiler only: it has one owner at a time, the pool
    /// or the one match that took it.
    private struct Block: @unchecked Sendable {
        let matchData: OpaquePointer
    }

    private let idle = Mutex<[Block]>([])
    private let pairCount: UInt32

    init(groupCount: UInt32) {
        pairCount = groupCount &+ 1
    }

    deinit {
        idle.withLock { blocks in
            for block in blocks { pcre2_match_data_free_8(block.matchData) }
        }
    }

    /// A block of one's own until it is given back; nil when memory is short.
    func take() -> OpaquePointer? {
        if let block = idle.withLock({ $0.popLast() }) { return block.matchData }
        return pcre2_match_data_create_8(pairCount, nil)
    }

    func giveBack(_ matchData: OpaquePointer) {
        let block = Block(matchData: matchData)
        idle.withLock { $0.append(block) }
    }
}
