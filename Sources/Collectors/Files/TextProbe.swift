// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tells text from other files, for `ignore_binaries`.
enum TextProbe {
    private static let length = 4096

    /// Whether the first bytes are UTF-8 without NUL; an empty file is text.
    static func isText(_ descriptor: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: length)
        let count = max(0, pread(descriptor, &bytes, length, 0))
        return isText(bytes.prefix(count))
    }

    /// A character that is cut at the end counts as one.
    static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.contains(0) else { return false }
        guard !isUTF8(bytes) else { return true }
        let cut = (1...3).contains { isUTF8(bytes.dropLast($0)) && isBegun(bytes.suffix($0)) }
        return bytes.count == length && cut
    }

    private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func isBegun(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, first >= 0xC2, first <= 0xF4 else { return false }
        return bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }
}
