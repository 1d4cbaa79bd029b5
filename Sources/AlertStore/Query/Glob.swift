// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A text in which `*` stands for any bytes, also for none.
struct Glob: Sendable {
    private let pattern: [UInt8]
    private let ignoresCase: Bool

    /// - Parameters:
    ///   - pattern: As a query has it.
    ///   - ignoresCase: Whether ASCII letters match in either case.
    init(_ pattern: String, ignoresCase: Bool) {
        self.ignoresCase = ignoresCase
        self.pattern = ignoresCase ? pattern.utf8.map(\.lowered) : Array(pattern.utf8)
    }

    /// Whether the text is like the pattern from end to end.
    ///
    /// Cost: at worst the product of both lengths.
    func matches(_ text: Span<UInt8>) -> Bool {
        let pattern = pattern.span
        var (at, index) = (0, 0)
        var (star, resume) = (-1, 0)
        while index < text.count {
            let byte = ignoresCase ? text[index].lowered : text[index]
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                (star, resume) = (at, index)
                at += 1
            } else if at < pattern.count, pattern[at] == byte {
                at += 1
                index += 1
            } else if star >= 0 {
                resume += 1
                (at, index) = (star + 1, resume)
            } else {
                return false
            }
        }
        while at < pattern.count, pattern[at] == UInt8(ascii: "*") { at += 1 }
        return at == pattern.count
    }
}
