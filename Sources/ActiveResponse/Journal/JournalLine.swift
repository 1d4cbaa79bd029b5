// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import FoundationEssentials

/// The form of a line: CRC-32 of the JSON in eight hexadecimal digits, a blank,
/// the JSON, a line end.
enum JournalLine {
    /// The longest that is read: an act of a script with its alert.
    static let limit = 1 << 20

    static func bytes(_ entry: JournalEntry) throws -> [UInt8] {
        let json: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            json = [UInt8](try encoder.encode(entry))
        } catch {
            throw ResponseError(.journal, "an act cannot be written down: \(error)")
        }
        let sum = String(checksum(json[...]), radix: 16)
        let padded = String(repeating: "0", count: 8 - sum.utf8.count) + sum
        return [UInt8](padded.utf8) + [UInt8(ascii: " ")] + json + [UInt8(ascii: "\n")]
    }

    /// Reads a line without its end; nil when it is damaged.
    static func entry(_ line: ArraySlice<UInt8>) -> JournalEntry? {
        guard line.count > 9, line.count <= limit else { return nil }
        let json = line.dropFirst(9)
        guard UInt(String(decoding: line.prefix(8), as: UTF8.self), radix: 16) == checksum(json)
        else { return nil }
        // What a checksum covers and is still no entry is of another version.
        return try? JSONDecoder().decode(JournalEntry.self, from: Data(json))
    }

    /// Everything that a file's bytes tell; a last line without its end is damaged
    /// unless it is whole.
    static func history(_ bytes: [UInt8]) -> JournalHistory {
        var history = JournalHistory()
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let entry = entry(line) {
                history.take(entry)
            } else {
                history.damages += 1
            }
        }
        return history
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt {
        bytes.withUnsafeBufferPointer { buffer in
            UInt(crc32(0, buffer.baseAddress, UInt32(clamping: buffer.count)))
        }
    }
}
