// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Splits a rule's group text into groups and compliance arrays.
///
/// Source: analysis-engine.md §7.2.
struct GroupText {
    private(set) var groups: [String] = []
    private(set) var compliance: [(name: String, values: [String])] = []

    /// How much of the text counts, in bytes.
    private static let limit = 1023
    private static let standards = [
        "pci_dss", "cis", "gdpr", "gpg13", "hipaa", "nist_800_53", "tsc",
    ]

    init(_ text: String) {
        for piece in Array(text.utf8).prefix(Self.limit).split(separator: UInt8(ascii: ",")) {
            add(String(decoding: piece, as: UTF8.self))
        }
    }

    private mutating func add(_ piece: String) {
        guard let standard = Self.standards.first(where: { piece.hasPrefix($0 + "_") }) else {
            groups.append(piece)
            return
        }
        let value = String(piece.dropFirst(standard.count + 1))
        if let index = compliance.firstIndex(where: { $0.name == standard }) {
            compliance[index].values.append(value)
        } else {
            compliance.append((standard, [value]))
        }
    }
}
