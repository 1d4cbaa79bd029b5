// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of Maven's artifacts, which nest: a dash, or a change between digits
/// and letters, opens a list within the list.
///
/// Source: Maven, "POM Reference: Version Order Specification", 3.9.
enum MavenVersion {
    static func compare(_ left: String, _ right: String) -> Int {
        compare(.list(parse(left)), .list(parse(right)))
    }

    private indirect enum Item {
        case number(ArraySlice<UInt8>)
        case word(String)
        case list([Item])

        /// Whether it counts as if it were not there.
        var isNull: Bool {
            switch self {
            case .number(let digits): digits.allSatisfy { $0 == 0x30 }
            case .word(let word): word.isEmpty
            case .list(let items): items.isEmpty
            }
        }
    }

    /// More lists within lists than any version has; what is deeper stays flat.
    private static let depthLimit = 64

    private static func parse(_ text: String) -> [Item] {
        var parser = Parser(bytes: text.utf8.map(\.lowered))
        return parser.parsed()
    }

    private struct Parser {
        let bytes: [UInt8]
        /// The open lists, outermost first.
        private var open: [[Item]] = [[]]
        private var start = 0
        private var isDigit = false

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func parsed() -> [Item] {
            for (index, byte) in bytes.enumerated() {
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "-"):
                    finish(at: index)
                    start = index + 1
                    if byte != UInt8(ascii: ".") { openList() }
                case _ where byte.isDigit:
                    if !isDigit, index > start {
                        if open.last?.isEmpty == false { openList() }
                        add(word(bytes[start..<index], isBeforeDigit: true))
                        start = index
                        openList()
                    }
                    isDigit = true
                default:
                    if isDigit, index > start {
                        add(.number(bytes[start..<index]))
                        start = index
                        openList()
                    }
                    isDigit = false
                }
            }
            if start < bytes.count {
                if !isDigit, open.last?.isEmpty == false { openList() }
                finish(at: bytes.count)
            }
            return close()
        }

        private mutating func finish(at end: Int) {
            guard end > start else { return add(.number([])) }
            let part = bytes[start..<end]
            add(isDigit ? .number(part) : word(part, isBeforeDigit: false))
        }

        private func word(_ part: ArraySlice<UInt8>, isBeforeDigit: Bool) -> Item {
            let word = String(decoding: part, as: UTF8.self)
            switch word {
            case "a" where isBeforeDigit: return .word("alpha")
            case "b" where isBeforeDigit: return .word("beta")
            case "m" where isBeforeDigit: return .word("milestone")
            case "ga", "final", "release": return .word("")
            case "cr": return .word("rc")
            default: return .word(word)
            }
        }

        private mutating func add(_ item: Item) {
            open[open.count - 1].append(item)
        }

        private mutating func openList() {
            if open.count < depthLimit { open.append([]) }
        }

        private mutating func close() -> [Item] {
            while let last = open.popLast() {
                let items = trimmed(last)
                guard !open.isEmpty else { return items }
                open[open.count - 1].append(.list(items))
            }
            return []
        }

        /// Without what counts for nothing at the end, or before a list there.
        private func trimmed(_ items: [Item]) -> [Item] {
            var items = items
            for index in items.indices.reversed() {
                if items[index].isNull {
                    items.remove(at: index)
                } else if case .list = items[index] {
                    continue
                } else {
                    break
                }
            }
            return items
        }
    }

    private static let qualifiers = [
        "alpha", "beta", "milestone", "rc", "snapshot", "", "sp",
    ]

    private static func compareWords(_ left: String, _ right: String) -> Int {
        let mine = qualifiers.firstIndex(of: left) ?? qualifiers.count
        let other = qualifiers.firstIndex(of: right) ?? qualifiers.count
        if mine != other || mine < qualifiers.count { return mine - other }
        return VersionDigits.compareText(Array(left.utf8)[...], Array(right.utf8)[...])
    }

    private static func compare(_ left: Item, _ right: Item) -> Int {
        switch (left, right) {
        case (.number(let mine), .number(let other)): return VersionDigits.compare(mine, other)
        case (.number, _): return 1
        case (_, .number): return -1
        case (.word(let mine), .word(let other)): return compareWords(mine, other)
        case (.word, .list): return -1
        case (.list, .word): return 1
        case (.list(let mine), .list(let other)):
            for index in 0..<max(mine.count, other.count) {
                let order: Int
                if index >= mine.count {
                    order = -compareToNothing(other[index])
                } else if index >= other.count {
                    order = compareToNothing(mine[index])
                } else {
                    order = compare(mine[index], other[index])
                }
                if order != 0 { return order }
            }
            return 0
        }
    }

    private static func compareToNothing(_ item: Item) -> Int {
        switch item {
        case .number: return item.isNull ? 0 : 1
        case .word(let word): return compareWords(word, "")
        case .list(let items):
            for item in items {
                let order = compareToNothing(item)
                if order != 0 { return order }
            }
            return 0
        }
    }
}
