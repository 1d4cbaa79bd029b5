// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a manager answers to a request to enrol, as the agent reads it.
///
/// Source: around-the-engine.md §4.3.
package enum EnrolmentReply: Sendable, Hashable {
    case enrolled(AgentKey)
    case refused(String)

    private static let keyWord = Array("OSSEC K:'".utf8)
    private static let errorWord = Array("ERROR: ".utf8)

    /// Reads all that came until the connection closed; nil for what says nothing.
    package init?(_ bytes: ArraySlice<UInt8>) {
        if bytes.starts(with: Self.keyWord) {
            let line = bytes.dropFirst(Self.keyWord.count).prefix { $0 != UInt8(ascii: "'") }
            guard let key = AgentKey(line: String(decoding: line, as: UTF8.self)) else {
                return nil
            }
            self = .enrolled(key)
        } else if bytes.starts(with: Self.errorWord), bytes.count > Self.errorWord.count {
            let text = bytes.dropFirst(Self.errorWord.count).prefix {
                $0 != UInt8(ascii: "\n") && $0 != 0
            }
            self = .refused(String(decoding: text.prefix(1_024), as: UTF8.self))
        } else {
            return nil
        }
    }
}

extension AgentKey {
    /// What an agent that was enrolled is sent; without a line's end.
    package var reply: String { "OSSEC K:'\(line)'" }
}
