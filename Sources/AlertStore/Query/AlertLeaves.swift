// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The leaves of one alert's JSON: each value with the path of its field.
///
/// Leaves of an array have the path of the array; `null` is no value. What is
/// asked of alerts, by the index and in the live stream, is asked of these, so
/// the limits here are part of the meaning of a query: a value counts by its
/// first 1,024 bytes (of text fields 65,536), and an alert has at most 1,024
/// leaves, nested at most 64 deep.
package struct AlertLeaves: Sendable {
    /// Where a leaf's path and value stand in ``bytes``.
    struct Leaf: Sendable {
        let path: Range<Int>
        let value: Range<Int>
    }

    static let longestPath = 512
    static let longestValue = 1024
    static let longestText = 64 << 10
    static let mostLeaves = 1024
    static let deepest = 64

    var bytes: [UInt8] = []
    var leaves: [Leaf] = []
    /// Leaves that were left out for a limit.
    var dropped = 0

    init() {}

    /// The leaves of an alert; nil when the line is not one whole JSON object.
    package init?(_ line: Span<UInt8>) {
        guard read(line) else { return nil }
    }

    /// Takes the leaves of another line, and keeps the memory.
    ///
    /// - Returns: Whether the line is one whole JSON object; if not, there are
    ///   no leaves.
    mutating func read(_ line: Span<UInt8>) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        leaves.removeAll(keepingCapacity: true)
        dropped = 0
        var reader = AlertLeafReader()
        if AlertLine.isWholeObject(line), reader.read(line, into: &self) { return true }
        leaves.removeAll(keepingCapacity: true)
        return false
    }

    /// The first value of a field; nil when there is none.
    func value(of path: [UInt8]) -> ArraySlice<UInt8>? {
        leaves.first { path.isEqual(to: bytes.span.extracting($0.path)) }.map { bytes[$0.value] }
    }

    /// All values of a field, in the alert's order; invalid UTF-8 comes repaired.
    package func values(_ field: String) -> [String] {
        let path = Array(field.utf8)
        return leaves.filter { path.isEqual(to: bytes.span.extracting($0.path)) }
            .map { String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    /// The alert's time in milliseconds since the epoch; nil when it says none.
    package var milliseconds: Int64? {
        for leaf in leaves
        where AlertFields.timestampPath.isEqual(to: bytes.span.extracting(leaf.path)) {
            return ISOTime.milliseconds(bytes.span.extracting(leaf.value), offset: 0)
        }
        return nil
    }
}
