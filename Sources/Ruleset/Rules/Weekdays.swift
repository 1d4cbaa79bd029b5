// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads `<weekday>`.
///
/// Source: analysis-engine.md §5.3.
enum Weekdays {
    private static let names = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]

    /// The days of a list of names, 0 is Sunday; nil when a word is none.
    static func read(_ text: [UInt8]) -> Set<Int>? {
        var days: Set<Int> = []
        let isSeparator = { (byte: UInt8) in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
        }
        for word in text.split(whereSeparator: isSeparator) {
            let name = String(decoding: word, as: UTF8.self).lowercased()
            switch name {
            case "weekdays": days.formUnion(1...5)
            case "weekends": days.formUnion([0, 6])
            default:
                let found = names.firstIndex { $0 == name || $0.prefix(3) == name }
                guard let day = found else { return nil }
                days.insert(day)
            }
        }
        return days.isEmpty ? nil : days
    }
}
