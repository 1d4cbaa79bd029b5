// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Records of everything that was read, alerts or not, that travel together.
package struct ArchiveBatch: Sendable {
    /// JSON lines, each followed by a line end: what is appended to
    /// `archives.json`.
    package var lines: [UInt8]

    package init(lines: [UInt8] = []) {
        self.lines = lines
    }
}
