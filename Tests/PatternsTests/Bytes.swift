// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Matching arrays: `#expect` takes no spans.
extension OSRegex {
    init(_ pattern: String, capturing: Bool = true) throws(PatternError) {
        try self.init(Array(pattern.utf8), capturing: capturing)
    }

    func result(_ subject: String) -> Int? {
        result(Array(subject.utf8))
    }

    func result(_ subject: [UInt8]) -> Int? {
        firstMatch(in: subject.span)
    }

    func firstMatch(in subject: [UInt8], captures: inout Captures) -> Int? {
        firstMatch(in: subject.span, captures: &captures)
    }
}

extension OSMatch {
    func matches(_ subject: [UInt8]) -> Bool { matches(subject.span) }
}

extension WordMatch {
    func matches(_ subject: [UInt8]) -> Bool { matches(subject.span) }
}

extension PCRE2Expression {
    func matches(_ subject: [UInt8]) -> Bool { matches(subject.span) }

    func firstMatch(in subject: [UInt8], captures: inout Captures) -> Int? {
        firstMatch(in: subject.span, captures: &captures)
    }
}

extension Pattern {
    func matches(_ subject: [UInt8]) -> Bool { matches(subject.span) }

    func firstMatch(in subject: [UInt8], captures: inout Captures) -> Int? {
        firstMatch(in: subject.span, captures: &captures)
    }

    static func nextText(after result: Int, in subject: [UInt8]) -> Int {
        nextText(after: result, in: subject.span)
    }
}

extension AddressList {
    func contains(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return contains(bytes.span)
    }
}

extension IPAddress {
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }
}

extension Captures {
    func texts(of subject: [UInt8]) -> [String] {
        (0..<count).map { String(decoding: subject[self[$0]], as: UTF8.self) }
    }
}
