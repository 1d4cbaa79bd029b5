// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// The fields of a partition, numbered from 0.
struct FieldTable: Sendable {
    /// What values of a field look like.
    struct Tally: Sendable, Equatable {
        var values = 0
        var numbers = 0
        var addresses = 0

        /// Counts one value.
        mutating func add(_ value: Span<UInt8>) {
            values += 1
            if AlertNumber.parse(value) != nil {
                numbers += 1
            } else if IPAddress(value) != nil {
                addresses += 1
            }
        }

        static func += (left: inout Tally, right: Tally) {
            left.values += right.values
            left.numbers += right.numbers
            left.addresses += right.addresses
        }
    }

    /// A partition has no more.
    static let most = 1024

    private var names = ByteTable()
    private(set) var tallies: [Tally] = []

    init() {}

    var count: Int { names.count }

    /// The name of a field.
    func name(_ field: Int) -> ArraySlice<UInt8> { names.bytes[names.range(field)] }

    /// The number of a field; nil when it has none.
    func number(of path: Span<UInt8>) -> Int? { names.find(path) }

    /// The number of a field, a new one when it has none; nil when there are too
    /// many.
    mutating func add(_ path: Span<UInt8>) -> Int? {
        if let known = names.find(path) { return known }
        guard count < Self.most else { return nil }
        tallies.append(Tally())
        return names.insert(path)
    }

    /// Adds to what is known of a field's values.
    mutating func add(_ tally: Tally, to field: Int) { tallies[field] += tally }

    /// All numbers whose names fit.
    func numbers(where pattern: FieldPattern) -> [Int] {
        if case .name(let name) = pattern { return number(of: name.span).map { [$0] } ?? [] }
        let bytes = names.bytes
        return (0..<count).filter { pattern.matches(bytes.span.extracting(names.range($0))) }
    }

    /// Whether no values of the field are kept: it is searched otherwise, and
    /// its column only says which alerts have it.
    static func isValueless(_ path: Span<UInt8>) -> Bool {
        AlertFields.textPaths.contains { $0.isEqual(to: path) }
            || AlertFields.identityPaths.contains { $0.isEqual(to: path) }
    }

    /// The kind of a field, as most of its values look.
    func kind(_ field: Int) -> IndexedField.Kind {
        let name = String(decoding: name(field), as: UTF8.self)
        if AlertFields.phrases.contains(name) { return .text }
        let tally = tallies[field]
        if tally.numbers * 2 > tally.values { return .number }
        return tally.addresses * 2 > tally.values ? .address : .keyword
    }
}
