// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The times of a segment's alerts, in milliseconds after its oldest.
final class SegmentTimes: Sendable {
    let first: Int64
    private let offsets: [UInt32]
    /// Used instead when the segment's times are more than 49 days apart.
    private let wide: [Int64]

    init(_ part: [UInt8], first: Int64) throws(DamagedPart) {
        self.first = first
        var reader = PartReader(part)
        let width = try reader.fixed(bytes: 1) == 4 ? 4 : 8
        var offsets: [UInt32] = []
        var wide: [Int64] = []
        let count = (part.count - 1) / width
        if width == 4 {
            let raw = try reader.slice(count * 4)
            offsets = [UInt32](unsafeUninitializedCapacity: count) { buffer, filled in
                raw.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
                filled = count
            }
        } else {
            for _ in 0..<count { wide.append(Int64(bitPattern: try reader.fixed(bytes: 8))) }
        }
        self.offsets = offsets
        self.wide = wide
    }

    var count: Int { max(offsets.count, wide.count) }
    var cost: Int { 96 + offsets.count * 4 + wide.count * 8 }

    /// A row's time, in milliseconds since the epoch.
    @inline(__always)
    subscript(row: Int) -> Int64 {
        wide.isEmpty ? first &+ Int64(offsets[row]) : first &+ wide[row]
    }

    /// Writes times, none before `first`.
    static func encoded(_ times: [Int64], first: Int64) -> [UInt8] {
        let isWide = times.contains {
            $0.subtractingReportingOverflow(first).partialValue > UInt32.max
        }
        let width = isWide ? 8 : 4
        var output: [UInt8] = [UInt8(width)]
        output.reserveCapacity(1 + times.count * width)
        for time in times { output.appendFixed(UInt64(bitPattern: time &- first), bytes: width) }
        return output
    }
}

/// Ids of alerts: `SECONDS.OFFSET`.
enum AlertID {
    /// The seconds of an id; nil when it is none of ours.
    static func seconds(_ id: some Collection<UInt8>) -> Int64? {
        var value: Int64 = 0
        var count = 0
        for byte in id {
            if byte == UInt8(ascii: ".") { return count > 0 ? value : nil }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10, count < 15 else { return nil }
            value = value * 10 + Int64(digit)
            count += 1
        }
        return nil
    }

    static func seconds(ofMilliseconds milliseconds: Int64) -> Int64 {
        let seconds = milliseconds / 1000
        return milliseconds % 1000 < 0 ? seconds - 1 : seconds
    }
}
