// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A place in a file.
package struct SourcePosition: Sendable, Hashable {
    /// From 1.
    package let line: Int
    /// From 1, in bytes.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
