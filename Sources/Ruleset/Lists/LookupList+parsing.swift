// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension LookupList {
    /// Longer lines are several (§6.1).
    private static let lineLimit = 65_534

    /// Reads a list's file: a line `key:value` for each entry.
    ///
    /// Lines that are no entry are reported and skipped; the first of equal keys
    /// counts. Source: analysis-engine.md §6.1.
    init(_ file: RulesetFile, _ log: inout DiagnosticLog) {
        var entries: [[UInt8]: [UInt8]] = [:]
        let lines = file.bytes.split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        )
        for (index, line) in lines.enumerated() {
            var rest = line.prefix { $0 != UInt8(ascii: "\r") }
            while !rest.isEmpty {
                if let entry = ListLine(rest.prefix(Self.lineLimit)) {
                    if entries[entry.key] == nil { entries[entry.key] = entry.value }
                } else {
                    Self.reportLine(index + 1, of: file, &log)
                }
                rest = rest.dropFirst(Self.lineLimit)
            }
        }
        self.init(path: Self.canonical(file.path), entries: entries)
    }

    /// A path as lists are compared: without `.cdb`, and in the usual folder when
    /// it names none (§6.2).
    static func canonical(_ path: String) -> String {
        let stem = path.hasSuffix(".cdb") ? String(path.dropLast(4)) : path
        return stem.utf8.contains(UInt8(ascii: "/")) ? stem : "ruleset/rules/" + stem
    }

    private static func reportLine(
        _ line: Int,
        of file: RulesetFile,
        _ log: inout DiagnosticLog
    ) {
        log.warning(
            .badListLine,
            at: SourceLocation(file: file.path, line: line, column: 0),
            "this line is no entry and is skipped",
            hint: "write key:value, and key: for a key alone"
        )
    }
}

/// One line of a list.
private struct ListLine {
    let key: [UInt8]
    let value: [UInt8]

    /// Nil when the line is no entry.
    init?(_ line: ArraySlice<UInt8>) {
        let quote = UInt8(ascii: "\"")
        let colon = UInt8(ascii: ":")
        var rest = line
        if let first = line.firstIndex(where: { $0 == quote || $0 == colon }), line[first] == quote
        {
            guard let quoted = Self.quoted(line) else { return nil }
            key = Array(line[quoted])
            rest = line[(quoted.upperBound + 1)...]
            guard let separator = rest.firstIndex(of: colon) else { return nil }
            rest = rest[(separator + 1)...]
        } else {
            guard let separator = line.firstIndex(of: colon) else { return nil }
            key = Array(line[..<separator])
            rest = line[(separator + 1)...]
        }
        guard rest.contains(quote) else {
            value = Array(rest)
            return
        }
        guard let quoted = Self.quoted(rest) else { return nil }
        value = Array(rest[quoted])
    }

    /// What lies between the first two quotes.
    private static func quoted(_ text: ArraySlice<UInt8>) -> Range<Int>? {
        let quote = UInt8(ascii: "\"")
        guard let open = text.firstIndex(of: quote) else { return nil }
        let start = open + 1
        return text[start...].firstIndex(of: quote).map { start..<$0 }
    }
}
