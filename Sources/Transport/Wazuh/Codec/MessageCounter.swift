// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The number of a message, which grows from message to message.
///
/// Source: around-the-engine.md §5.5.
package struct MessageCounter: Sendable, Hashable, Comparable {
    /// Where the smaller part starts anew.
    package static let localLimit = 9_997

    /// Ten digits on the wire.
    package private(set) var global: UInt32
    /// Four digits on the wire.
    package private(set) var local: Int

    package init(global: UInt32 = 0, local: Int = 0) {
        self.global = global
        self.local = min(max(local, 0), 9_999)
    }

    /// Reads `GLOBAL10:LOCAL4:`; nil for anything else.
    init?(_ head: ArraySlice<UInt8>) {
        guard head.count == 16, head[head.startIndex + 10] == UInt8(ascii: ":"),
            head.last == UInt8(ascii: ":"),
            let global = Self.number(head.prefix(10)).flatMap(UInt32.init(exactly:)),
            let local = Self.number(head.dropFirst(11).prefix(4))
        else { return nil }
        self.init(global: global, local: local)
    }

    /// Reads `GLOBAL:LOCAL:`, as files of counters hold it; nil for anything else.
    package init?(file text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 2, let global = UInt32(parts[0]), let local = Int(parts[1]),
            (0...9_999).contains(local)
        else { return nil }
        self.init(global: global, local: local)
    }

    /// `GLOBAL:LOCAL:`, as files of counters hold it.
    package var fileText: String { "\(global):\(local):" }

    /// Goes on to the next message's number.
    package mutating func advance() {
        if local >= Self.localLimit {
            local = 0
            global &+= 1
        }
        local += 1
    }

    package static func < (left: MessageCounter, right: MessageCounter) -> Bool {
        (left.global, left.local) < (right.global, right.local)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
