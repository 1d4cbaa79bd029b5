// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Paragraphs of `Name: value` lines, as dpkg and Python's packages have them.
///
/// Source: deb822(5); RFC 822, §3.1.
struct ControlFields {
    private var values: [String: String] = [:]

    /// A value; nil when there is none.
    subscript(_ name: String) -> String? { values[name] }

    /// The paragraphs, of which only the named fields are kept; blank lines part
    /// them, lines that begin with a blank go on with the one before.
    static func paragraphs(_ bytes: [UInt8], keeping names: Set<String>) -> [ControlFields] {
        var paragraphs: [ControlFields] = []
        var current = ControlFields()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty {
                if !current.values.isEmpty { paragraphs.append(current) }
                current = ControlFields()
            } else if line.first != UInt8(ascii: " "), line.first != UInt8(ascii: "\t"),
                let colon = line.firstIndex(of: UInt8(ascii: ":"))
            {
                let name = String(decoding: line[..<colon], as: UTF8.self)
                guard names.contains(name), current.values[name] == nil else { continue }
                current.values[name] =
                    String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed
            }
        }
        if !current.values.isEmpty { paragraphs.append(current) }
        return paragraphs
    }
}
