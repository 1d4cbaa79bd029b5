// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How far a record was read.
package struct RecordPosition: Sendable, Hashable {
    /// The dated file's plain name below the record's folder, also once it is
    /// compressed.
    package var file: String
    /// Bytes of it that were read: whole lines.
    package var offset: Int
    /// Up to 64 bytes before ``offset``, to tell whether the file is still that
    /// file.
    package var tail: [UInt8]

    package init(file: String, offset: Int, tail: [UInt8]) {
        self.file = file
        self.offset = offset
        self.tail = tail
    }

    static let tailBytes = 64
}
