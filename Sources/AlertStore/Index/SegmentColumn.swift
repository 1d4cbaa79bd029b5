// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// One field over the rows of a segment.
///
/// A row's code is 0 when the row has no value, else the number of its entry
/// plus one. An entry is one value or several.
final class SegmentColumn: Sendable {
    enum Codes: Sendable {
        case constant(Int)
        case bytes([UInt8])
        case words([UInt16])
    }

    let rowCount: Int
    let entryCount: Int
    let codes: Codes
    /// The different values, one after the other.
    let bytes: [UInt8]
    private let valueEnds: [UInt32]
    /// The values of all entries, one entry after the other.
    private let entryValues: [UInt32]
    /// Nil when each entry is the value of its number.
    private let entryEnds: [UInt32]?

    /// Reads what ``ColumnBuilder`` wrote.
    init(_ part: [UInt8]) throws(DamagedPart) {
        var reader = PartReader(part)
        rowCount = try reader.varint(atMost: 65_535)
        let valueCount = try reader.varint(atMost: part.count)
        valueEnds = try Self.ends(&reader, count: valueCount, limit: part.count)
        bytes = Array(try reader.slice(Int(valueEnds.last ?? 0)))
        (entryValues, entryEnds) = try Self.entries(&reader, valueCount: valueCount)
        entryCount = entryEnds?.count ?? valueCount
        codes = try Self.codes(&reader, rowCount: rowCount, entryCount: entryCount)
    }

    /// About how many bytes of memory it takes.
    var cost: Int {
        let codeBytes =
            switch codes {
            case .constant: 0
            case .bytes(let codes): codes.count
            case .words(let codes): codes.count * 2
            }
        return 160 + bytes.count + codeBytes
            + 4 * (valueEnds.count + entryValues.count + (entryEnds?.count ?? 0))
    }

    var valueCount: Int { valueEnds.count }

    /// Where a value stands in ``bytes``.
    func range(ofValue value: Int) -> Range<Int> {
        (value == 0 ? 0 : Int(valueEnds[value - 1]))..<Int(valueEnds[value])
    }

    /// Whether a value passes.
    func value(_ value: Int, passes: (Span<UInt8>) -> Bool) -> Bool {
        let bytes = bytes
        return passes(bytes.span.extracting(range(ofValue: value)))
    }

    /// Calls `body` with the numbers of an entry's values.
    @inline(__always)
    func forEachValue(ofEntry entry: Int, _ body: (Int) -> Void) {
        guard let entryEnds else { return body(entry) }
        let start = entry == 0 ? 0 : Int(entryEnds[entry - 1])
        for index in start..<Int(entryEnds[entry]) { body(Int(entryValues[index])) }
    }

    /// A row's code.
    func code(_ row: Int) -> Int {
        switch codes {
        case .constant(let code): code
        case .bytes(let codes): Int(codes[row])
        case .words(let codes): Int(codes[row])
        }
    }

    /// For each code whether a value of its entry passes.
    func accepted(_ passes: (Span<UInt8>) -> Bool) -> [Bool] {
        var values = [Bool](repeating: false, count: valueCount)
        let bytes = bytes
        for value in 0..<valueCount {
            values[value] = passes(bytes.span.extracting(range(ofValue: value)))
        }
        return accepted(values: values)
    }

    /// For each code whether its entry has a value of the set.
    func accepted(values: [Bool]) -> [Bool] {
        var result = [Bool](repeating: false, count: entryCount + 1)
        for entry in 0..<entryCount {
            forEachValue(ofEntry: entry) { if values[$0] { result[entry + 1] = true } }
        }
        return result
    }

    /// The rows whose code is accepted.
    func rows(_ accepted: [Bool]) -> RowBitmap {
        guard accepted.contains(true) else { return RowBitmap(none: rowCount) }
        switch codes {
        case .constant(let code):
            return accepted[code] ? RowBitmap(all: rowCount) : RowBitmap(none: rowCount)
        case .bytes(let codes):
            if !accepted.contains(false) { return RowBitmap(all: rowCount) }
            let codes = codes.span
            let accepted = accepted.span
            return RowBitmap(rowCount) { accepted[Int(codes[$0])] }
        case .words(let codes):
            let codes = codes.span
            let accepted = accepted.span
            return RowBitmap(rowCount) { accepted[Int(codes[$0])] }
        }
    }

    /// How many of these rows have each code.
    func counts(_ rows: RowBitmap) -> [Int] {
        var counts = [Int](repeating: 0, count: entryCount + 1)
        switch codes {
        case .constant(let code): counts[code] = rows.population
        case .bytes(let codes): rows.forEach { counts[Int(codes[$0])] &+= 1 }
        case .words(let codes): rows.forEach { counts[Int(codes[$0])] &+= 1 }
        }
        return counts
    }

    private static func ends(
        _ reader: inout PartReader,
        count: Int,
        limit: Int
    ) throws(DamagedPart) -> [UInt32] {
        var ends: [UInt32] = []
        ends.reserveCapacity(count)
        var total = 0
        for _ in 0..<count {
            total += try reader.varint(atMost: limit)
            guard total <= limit else { throw DamagedPart() }
            ends.append(UInt32(total))
        }
        return ends
    }

    private static func entries(
        _ reader: inout PartReader,
        valueCount: Int
    ) throws(DamagedPart) -> ([UInt32], [UInt32]?) {
        guard try reader.fixed(bytes: 1) == 1 else { return ([], nil) }
        var values: [UInt32] = []
        var ends: [UInt32] = []
        for _ in 0..<(try reader.varint(atMost: 65_535)) {
            for _ in 0..<(try reader.varint(atMost: valueCount)) {
                values.append(UInt32(try reader.varint(atMost: valueCount - 1)))
            }
            ends.append(UInt32(values.count))
        }
        return (values, ends)
    }

    private static func codes(
        _ reader: inout PartReader,
        rowCount: Int,
        entryCount: Int
    ) throws(DamagedPart) -> Codes {
        switch try reader.fixed(bytes: 1) {
        case 0:
            let code = Int(try reader.fixed(bytes: 2))
            guard code <= entryCount else { throw DamagedPart() }
            return .constant(code)
        case 1:
            let codes = Array(try reader.slice(rowCount))
            guard Int(codes.max() ?? 0) <= entryCount else { throw DamagedPart() }
            return .bytes(codes)
        default:
            let raw = Array(try reader.slice(rowCount * 2))
            let codes = [UInt16](unsafeUninitializedCapacity: rowCount) { buffer, count in
                raw.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
                count = rowCount
            }
            guard Int(codes.max() ?? 0) <= entryCount else { throw DamagedPart() }
            return .words(codes)
        }
    }
}
