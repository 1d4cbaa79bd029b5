// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A number of bytes as people write it: `1048576`, `64M`, `1G`.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    /// Nil for what is no such number, or below a mebibyte.
    init?(argument: String) {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
        let shift = argument.last.flatMap { units[Character($0.uppercased())] }
        guard let value = Int(shift == nil ? argument[...] : argument.dropLast()), value > 0 else {
            return nil
        }
        let (bytes, overflow) = value.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        guard !overflow, bytes >= 1 << 20, bytes < 1 << 50 else { return nil }
        self.bytes = bytes
    }

    /// What the environment says of the spool, else a gibibyte.
    ///
    /// - Throws: `ValidationError` for what is no size.
    static func spoolLimit(_ environment: [String: String]) throws -> Int {
        guard let text = environment["JAGA_SPOOL_LIMIT"], !text.isEmpty else { return 1 << 30 }
        guard let limit = ByteCount(argument: text) else {
            throw ValidationError(
                "JAGA_SPOOL_LIMIT is a size of 1M at least, such as 512M: \(text)"
            )
        }
        return limit.bytes
    }
}
