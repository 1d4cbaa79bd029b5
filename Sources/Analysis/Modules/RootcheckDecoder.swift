// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset
import EventModel

/// What rootcheck found: a line of prose, of which a title and a file are taken.
///
/// `System Audit: TITLE {CIS: 1.4} {PCI_DSS: 2.2}. File: PATH. Reference: …`
///
/// Source: analysis-engine.md §D.2.
enum RootcheckDecoder {
    /// A line is new for `if_fts` when the agent has not said it before.
    static func decode(_ text: Span<UInt8>, agent: String) -> ModuleOutcome {
        let bytes = text.bytes(in: 0..<text.count)
        let line = String(decoding: bytes, as: UTF8.self)
        var report = ModuleReport(.rootcheck)
        report.add("title", Array(title(line).utf8))
        report.add("file", file(line).map { Array($0.utf8) })
        report.firstTimeKey = Array("rootcheck \(agent) ".utf8) + bytes.prefix(1024)
        return .report(report)
    }

    private static func title(_ line: String) -> Substring {
        var title = line[...]
        if let brace = title.firstRange(of: " {") { title = title[..<brace.lowerBound] }
        let audit = "System Audit: "
        if title.hasPrefix(audit) { title = title.dropFirst(audit.count) }
        if let stop = title.firstRange(of: ". ") { title = title[..<stop.lowerBound] }
        return title
    }

    private static func file(_ line: String) -> Substring? {
        if let start = line.firstRange(of: "File: ") {
            let rest = line[start.upperBound...]
            return rest.firstRange(of: ". ").map { rest[..<$0.lowerBound] } ?? rest
        }
        for opening in ["File '", "file '"] {
            guard let start = line.firstRange(of: opening) else { continue }
            let rest = line[start.upperBound...]
            return rest.firstIndex(of: "'").map { rest[..<$0] }
        }
        return nil
    }
}

extension StringProtocol {
    /// Where a text first stands.
    ///
    /// - Complexity: O(length × length of the text)
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        let sought = Array(text.utf8)
        let bytes = self.utf8
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let rest = bytes[start...]
            if rest.starts(with: sought) {
                return start..<bytes.index(start, offsetBy: sought.count)
            }
            start = bytes.index(after: start)
        }
        return nil
    }
}
