// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The last bytes before a place in a file.
///
/// By them a file that was truncated and filled anew beyond that place is told
/// from one that was appended to.
struct ReadMark: Equatable {
    private static let limit = 64

    private var bytes = InlineArray<64, UInt8>(repeating: 0)
    private var count = 0

    /// No bytes.
    init() {}

    /// What stands before `offset` now.
    init(of descriptor: Int32, before offset: Int64) {
        let wanted = Int(clamping: min(offset, Int64(Self.limit)))
        guard wanted > 0 else { return }
        var span = bytes.mutableSpan
        count = span.withUnsafeMutableBytes {
            max(0, pread(descriptor, $0.baseAddress, wanted, off_t(offset - Int64(wanted))))
        }
    }

    /// Goes on over bytes that follow.
    mutating func add(_ added: ArraySlice<UInt8>) {
        let new = added.suffix(Self.limit)
        let kept = min(count, Self.limit - new.count)
        let dropped = count - kept
        for index in 0..<kept { bytes[index] = bytes[index + dropped] }
        var index = kept
        for byte in new {
            bytes[index] = byte
            index += 1
        }
        count = index
    }

    static func == (left: ReadMark, right: ReadMark) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left.bytes[index] != right.bytes[index] { return false }
        return true
    }
}
