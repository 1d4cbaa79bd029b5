// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The names that belong to the container an event comes from.
enum ContainerFields {
    /// Whether a decoded field's name would stand beside or below the container's
    /// own in rules and alerts, in any case of letters.
    static func isReserved(_ name: Span<UInt8>) -> Bool {
        let word: StaticString = "container"
        guard name.count >= 9, name.count == 9 || name[9] == UInt8(ascii: ".") else {
            return false
        }
        return word.withUTF8Buffer { bytes in
            for index in bytes.indices where ByteCompare.lowered(name[index]) != bytes[index] {
                return false
            }
            return true
        }
    }
}
