// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Texts that never change, one after the other in one buffer.
struct FixedTexts: Sendable {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Appends one of the texts.
    func append(_ text: Range<Int>, to output: inout [UInt8]) {
        output.append(span: bytes.span.extracting(text))
    }

    /// Whether one of the texts has the bytes of another.
    func isEqual(_ text: Range<Int>, to other: Span<UInt8>) -> Bool {
        ByteCompare.areEqual(bytes.span.extracting(text), other)
    }
}
