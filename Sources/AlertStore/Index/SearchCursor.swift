// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an ``AlertCursor`` of this engine says:
/// `1-EPOCH-ORDER-SEQUENCE[-KEY]`, numbers in hexadecimal.
struct SearchCursor: Equatable {
    /// The index that it is of.
    let epoch: Int64
    /// Of the last alert.
    let sequence: Int64
    /// The last alert's key, when the order is by a field.
    let key: SortKey?

    init(epoch: Int64, sequence: Int64, key: SortKey?) {
        self.epoch = epoch
        self.sequence = sequence
        self.key = key
    }

    /// Reads a cursor.
    ///
    /// - Throws: `invalidCursor`, also when it is of another order.
    init(_ cursor: AlertCursor, order: AlertOrder) throws(AlertIndexError) {
        let parts = cursor.text.split(separator: "-", omittingEmptySubsequences: false)
        guard cursor.text.utf8.count <= 4096, (4...5).contains(parts.count), parts[0] == "1",
            let epoch = UInt64(parts[1], radix: 16), let sequence = UInt64(parts[3], radix: 16),
            parts[2] == Self.mark(order)
        else { throw Self.invalid }
        self.epoch = Int64(bitPattern: epoch)
        self.sequence = Int64(bitPattern: sequence)
        if case .field = order {
            guard parts.count == 5, let key = SortKey(text: parts[4]) else { throw Self.invalid }
            self.key = key
        } else {
            guard parts.count == 4 else { throw Self.invalid }
            key = nil
        }
    }

    func cursor(order: AlertOrder) -> AlertCursor {
        var text = "1-" + String(UInt64(bitPattern: epoch), radix: 16)
        text += "-" + Self.mark(order) + "-" + String(UInt64(bitPattern: sequence), radix: 16)
        if let key { text += "-" + key.text }
        return AlertCursor(text: text)
    }

    static let invalid = AlertIndexError(
        .invalidCursor,
        "the cursor is not of this query, or the index was built anew: begin at the first page"
    )

    /// A name of the order, without `-`.
    private static func mark(_ order: AlertOrder) -> String {
        switch order {
        case .newestFirst: return "n"
        case .oldestFirst: return "o"
        case .field(let name, let isDescending):
            // FNV-1a: the same in each process.
            var hash: UInt32 = 2_166_136_261
            for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
            return (isDescending ? "d" : "a") + String(hash, radix: 16)
        }
    }
}

/// What alerts are ordered by when the order is by a field.
enum SortKey: Hashable, Sendable {
    case number(Double)
    case text([UInt8])
    /// The alert does not have the field.
    case none

    /// The key of a value.
    init(_ value: Span<UInt8>) {
        if let number = AlertNumber.parse(value) {
            self = .number(number)
        } else {
            var bytes: [UInt8] = []
            for index in value.indices { bytes.append(value[index]) }
            self = .text(bytes)
        }
    }

    /// Reads ``text``.
    init?(text: some StringProtocol) {
        let rest = text.dropFirst()
        switch text.first {
        case "z" where rest.isEmpty: self = .none
        case "n":
            guard let bits = UInt64(rest, radix: 16) else { return nil }
            let number = Double(bitPattern: bits)
            guard number.isFinite else { return nil }
            self = .number(number)
        case "t":
            let digits = Array(rest.utf8)
            guard digits.count % 2 == 0 else { return nil }
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: digits.count, by: 2) {
                let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
                guard let byte = UInt8(pair, radix: 16) else { return nil }
                bytes.append(byte)
            }
            self = .text(bytes)
        default: return nil
        }
    }

    /// Letters and digits.
    var text: String {
        switch self {
        case .none: "z"
        case .number(let number): "n" + String(number.bitPattern, radix: 16)
        case .text(let bytes):
            "t" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// Whether this comes before the other; what is missing is last either way.
    func precedes(_ other: SortKey, isDescending: Bool) -> Bool {
        switch (self, other) {
        case (.none, _): false
        case (_, .none): true
        case (.number(let left), .number(let right)): isDescending ? left > right : left < right
        case (.number, .text): !isDescending
        case (.text, .number): isDescending
        case (.text(let left), .text(let right)):
            isDescending
                ? right.lexicographicallyPrecedes(left) : left.lexicographicallyPrecedes(right)
        }
    }
}
