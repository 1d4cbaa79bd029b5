// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a collector could not do.
package struct CollectorError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for decisions; texts are for people.
    package enum Code: Sendable, Hashable {
        /// The system gives no further thread or descriptor.
        case noThread
        /// The file of positions could not be written.
        case positionsNotSaved
        /// The file of positions could not be read; reading starts anew.
        case positionsUnreadable
        /// A program could not be started.
        case commandFailed
    }

    package let code: Code
    /// What failed, on which thing, and what to do: lower case, no full stop.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// What the system says about failures.
enum SystemCall {
    /// The text of an error number, in lower case.
    static func reason(_ number: Int32 = errno) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: text, as: UTF8.self).lowercased()
    }
}
