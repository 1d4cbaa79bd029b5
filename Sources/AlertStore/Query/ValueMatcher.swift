// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// A ``ValueTest`` made ready for many values.
enum ValueMatcher: Sendable {
    case exists
    /// In lower case.
    case equals([UInt8])
    case wildcard(Glob)
    case phrase(PhraseMatcher)
    case address(AddressList)
    case number(ValueTest.Comparison, Double)
    /// Of a `timestamp`, in milliseconds since the epoch.
    case time(ValueTest.Comparison, Double)
    /// What no value passes.
    case never

    /// - Parameters:
    ///   - test: What is asked.
    ///   - field: The name that the test is for, perhaps with stars.
    init(_ test: ValueTest, field: String) {
        switch test {
        case .exists: self = .exists
        case .equals(let text):
            let limit =
                AlertFields.texts.contains(field)
                ? AlertLeaves.longestText : AlertLeaves.longestValue
            self = .equals(text.utf8.prefix(limit).map(\.lowered))
        case .wildcard(let pattern): self = .wildcard(Glob(pattern, ignoresCase: true))
        case .phrase(let phrase): self = .phrase(PhraseMatcher(phrase))
        case .address(let network):
            // No address is of a network that is none.
            self = (try? AddressList([Array(network.utf8)])).map { .address($0) } ?? .never
        case .number(let comparison, let bound):
            self =
                field == "timestamp" ? .time(comparison, bound) : .number(comparison, bound)
        }
    }

    /// Whether the value passes.
    func matches(_ value: Span<UInt8>) -> Bool {
        switch self {
        case .exists: true
        case .equals(let wanted): Self.equals(wanted, value)
        case .wildcard(let glob): glob.matches(value)
        case .phrase(let phrase): phrase.matches(value)
        case .address(let list): list.contains(value)
        case .number(let comparison, let bound):
            AlertNumber.parse(value).map { comparison.holds($0, bound) } ?? false
        case .time(let comparison, let bound):
            ISOTime.milliseconds(value, offset: 0).map { comparison.holds(Double($0), bound) }
                ?? false
        case .never: false
        }
    }

    private static func equals(_ wanted: [UInt8], _ value: Span<UInt8>) -> Bool {
        guard wanted.count == value.count else { return false }
        let wanted = wanted.span
        for index in wanted.indices where value[index].lowered != wanted[index] { return false }
        return true
    }
}

/// The name of a field in a query.
enum FieldPattern: Sendable {
    case name([UInt8])
    case glob(Glob)

    init(_ name: String) {
        self =
            name.contains("*") ? .glob(Glob(name, ignoresCase: false)) : .name(Array(name.utf8))
    }

    /// Whether this is a field's name.
    func matches(_ path: Span<UInt8>) -> Bool {
        switch self {
        case .name(let name): name.isEqual(to: path)
        case .glob(let glob): glob.matches(path)
        }
    }
}
