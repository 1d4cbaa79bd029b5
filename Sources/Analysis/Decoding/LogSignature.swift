// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which bytes and pairs of neighbouring bytes occur in an event's log, ignoring
/// case.
///
/// A text can only occur where all its pairs do; so a few looks tell of most
/// patterns that they cannot match.
struct LogSignature: Sendable {
    /// Pairs are told apart by five bits of each byte, in which the letters of
    /// both cases are alike.
    private static let pairCount = 1024

    /// The number of the pair that two bytes make.
    @inline(__always)
    static func pair(_ first: UInt8, _ second: UInt8) -> Int {
        Int(first & 31) << 5 | Int(second & 31)
    }

    /// The number of a single byte, which is not a letter; letters of both cases
    /// have different ones.
    @inline(__always)
    static func single(_ byte: UInt8) -> Int { pairCount + Int(byte) }

    /// A number that every log has.
    static let always = pairCount + 256

    /// By number, the mark of the last log that had it.
    ///
    /// An array, since copies of it cost nothing.
    private var marks = [UInt8](repeating: 0, count: always + 1)
    private var mark: UInt8 = 0
    /// The bytes of the arena that were marked; none for a new event.
    private var covered = 0..<0

    /// Begins a new event.
    mutating func reset() {
        covered = 0..<0
    }

    /// Marks the pairs of a log, unless it is done.
    mutating func cover(_ log: Range<Int>, of arena: borrowing [UInt8]) {
        guard covered != log, !log.isEmpty else { return }
        covered = log
        mark &+= 1
        if mark == 0 {
            for index in marks.indices { marks[index] = 0 }
            mark = 1
        }
        let text = arena.span.extracting(log)
        let mark = mark
        // Numbers are below the count of marks, whatever the bytes are.
        marks.withUnsafeMutableBufferPointer { all in
            all[Self.always] = mark
            var previous = text[0]
            all[Self.single(previous)] = mark
            for index in 1..<text.count {
                let byte = text[index]
                all[Self.pair(previous, byte)] = mark
                all[Self.single(byte)] = mark
                previous = byte
            }
        }
    }

    /// Whether the signature speaks of these bytes.
    @inline(__always)
    func covers(_ range: Range<Int>) -> Bool {
        range.lowerBound >= covered.lowerBound && range.upperBound <= covered.upperBound
    }

    /// Whether a pair or a single byte occurs in the log.
    @inline(__always)
    func contains(_ number: Int) -> Bool { marks[number] == mark }

    /// Whether both numbers occur in the log, of which one takes the lower half.
    @inline(__always)
    func contains(packed numbers: UInt32) -> Bool {
        contains(Int(numbers & 0xFFFF)) && contains(Int(numbers >> 16))
    }

    /// Whether both numbers occur in the log.
    @inline(__always)
    func contains(_ numbers: (UInt16, UInt16)) -> Bool {
        contains(Int(numbers.0)) && contains(Int(numbers.1))
    }
}
