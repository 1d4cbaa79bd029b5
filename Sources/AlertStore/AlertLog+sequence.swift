// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which event the record saw last, by the sequence that its lines bear.
extension AlertLog {
    /// The last event of the record.
    package struct LastEvent: Sendable, Equatable {
        package let sequence: UInt64
        /// How many lines it has.
        package let lines: Int
        /// Where the first of them begins in the current file; nil when they are in an
        /// older one.
        package let offset: Int?

        package init(sequence: UInt64, lines: Int, offset: Int?) {
            self.sequence = sequence
            self.lines = lines
            self.offset = offset
        }
    }

    /// The last event that has lines with a sequence; nil when there is none in the
    /// current file and the two before it.
    ///
    /// Cost: reads the last lines; a compressed file is read whole.
    package func lastEvent() throws(AlertStoreError) -> LastEvent? {
        if let found = try Self.lastEvent(in: file, end: offset) { return found }
        for dated in try folder.datedFiles().reversed().prefix(Self.olderFiles + 1)
        where dated != self.dated {
            let path = folder.path(of: dated)
            let found =
                dated.isCompressed
                ? try Self.lastEvent(inCompressed: path)
                : try Self.lastEvent(in: path)
            guard let found else { continue }
            return LastEvent(sequence: found.sequence, lines: found.lines, offset: nil)
        }
        return nil
    }

    private static let olderFiles = 2

    private static func lastEvent(in path: String) throws(AlertStoreError) -> LastEvent? {
        let file = try OpenFile(path: path, flags: O_RDONLY)
        return try lastEvent(in: file, end: try file.status().size)
    }

    private static func lastEvent(
        in file: borrowing OpenFile,
        end: Int
    ) throws(AlertStoreError) -> LastEvent? {
        var end = end
        var found: LastEvent?
        while end > 0 {
            let start = try file.endOfLine(before: end - 1)
            let tail = try file.bytes(max(start, end - 1 - tailLength)..<end - 1)
            let sequence = AlertSequence.read(tail.span)
            if let last = found {
                guard sequence == last.sequence else { return last }
                found = LastEvent(sequence: last.sequence, lines: last.lines + 1, offset: start)
            } else if let sequence {
                found = LastEvent(sequence: sequence, lines: 1, offset: start)
            }
            end = start
        }
        return found
    }

    /// Enough for the member that a line ends with.
    private static let tailLength = 64

    private static func lastEvent(
        inCompressed path: String
    ) throws(AlertStoreError) -> LastEvent? {
        let reader = try GzipReader(path: path)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var tail: [UInt8] = []
        var found: LastEvent?
        while true {
            let count = try reader.read(into: &buffer)
            if count == 0 { return found }
            for line in buffer[..<count].split(
                separator: UInt8(ascii: "\n"),
                omittingEmptySubsequences: false
            ).enumerated() {
                // The first piece goes on with the line that the last read left.
                if line.offset > 0 {
                    note(tail, &found)
                    tail.removeAll(keepingCapacity: true)
                }
                tail.append(contentsOf: line.element.suffix(tailLength))
                if tail.count > 2 * tailLength { tail.removeFirst(tail.count - tailLength) }
            }
        }
    }

    private static func note(_ tail: [UInt8], _ found: inout LastEvent?) {
        guard let sequence = AlertSequence.read(tail.span) else { return }
        let lines = found?.sequence == sequence ? (found?.lines ?? 0) + 1 : 1
        found = LastEvent(sequence: sequence, lines: lines, offset: nil)
    }
}

/// The member that a line of a record ends with, `,"jaga":{"sequence":N}}`, or of an
/// event that was cut `,"jaga":{"truncated":true,"sequence":N}}`.
///
/// It stands last, so it is found without reading the line, and nothing of an event can
/// look like it: quotes inside of texts are escaped, and no other object ends so.
enum AlertSequence {
    static func read(_ line: Span<UInt8>) -> UInt64? {
        var index = line.count
        guard index >= 2, line[index - 1] == UInt8(ascii: "}"), line[index - 2] == line[index - 1]
        else { return nil }
        index -= 2
        var value: UInt64 = 0
        var place: UInt64 = 1
        let end = index
        while index > 0, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[index - 1]) {
            guard end - index < 19 else { return nil }
            value += UInt64(line[index - 1] - UInt8(ascii: "0")) * place
            place &*= 10
            index -= 1
        }
        guard index < end else { return nil }
        let before = line.extracting(0..<index)
        return keys.contains { ends(before, in: $0) } ? value : nil
    }

    private static let keys = [
        Array(#","jaga":{"sequence":"#.utf8), Array(#","jaga":{"truncated":true,"sequence":"#.utf8),
    ]

    private static func ends(_ text: Span<UInt8>, in key: [UInt8]) -> Bool {
        guard text.count >= key.count else { return false }
        let start = text.count - key.count
        for offset in key.indices where text[start + offset] != key[offset] { return false }
        return true
    }
}
