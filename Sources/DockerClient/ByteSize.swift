// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A size as Docker's options write it: `10k`, `1.5m`, `64MiB`.
///
/// Source: docs.docker.com, JSON file logging driver, `max-size`: "a positive integer plus
/// a modifier representing the unit of measure (k, m, or g)"; each is 1024 of the one before.
struct ByteSize {
    let bytes: Int64

    /// Nil for what is no size, and for 0 and less.
    init?(_ text: String) {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        guard let value = Double(number), value > 0 else { return nil }
        let unit = text.dropFirst(number.count).lowercased().filter { $0 != " " }
        let factor: Double
        switch unit {
        case "", "b": factor = 1
        case "k", "kb", "kib": factor = 1_024
        case "m", "mb", "mib": factor = 1_048_576
        case "g", "gb", "gib": factor = 1_073_741_824
        case "t", "tb", "tib": factor = 1_099_511_627_776
        default: return nil
        }
        guard let whole = Int64(exactly: (value * factor).rounded()), whole > 0 else { return nil }
        bytes = whole
    }
}
