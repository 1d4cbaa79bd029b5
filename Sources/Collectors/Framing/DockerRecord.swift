// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// A record of Docker's `json-file` driver, found in its line.
///
/// ```
/// {"log":"TEXT\n","stream":"stdout","attrs":{…},"time":"2026-11-23T23:36:15.959496885Z"}
/// ```
/// Source: around-the-engine.md §2.7. Members in any order; unknown ones are
/// skipped.
struct DockerRecord: Sendable, Equatable {
    enum Output: Sendable, CaseIterable {
        case standardOutput, standardError
    }

    /// Where the text lies in the line, still escaped.
    let log: Range<Int>
    let output: Output
    /// The record's `time` since the epoch; 0 when it has none that can be
    /// read.
    let nanoseconds: Int64

    /// Whether the line has a `"log"` somewhere: most other JSON has none, and need
    /// not be walked over.
    static func mayBe(_ line: Span<UInt8>) -> Bool {
        line.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            var next = 3
            while next < bytes.count,
                let found = memchr(base + next, Int32(UInt8(ascii: "g")), bytes.count - next)
            {
                let place = UnsafeRawPointer(found) - base
                next = place + 1
                if line.extracting(place - 3..<min(place + 2, line.count)).holds("\"log\"") {
                    return true
                }
            }
            return false
        }
    }

    /// Nil when the line is not one JSON object with a `log`.
    init?(_ line: Span<UInt8>) {
        var scanner = JSONScanner(end: line.count)
        var log: Range<Int>?
        var output = Output.standardOutput
        var nanoseconds: Int64 = 0
        guard scanner.skip(UInt8(ascii: "{"), in: line) else { return nil }
        var isFirst = true
        while !scanner.skip(UInt8(ascii: "}"), in: line) {
            guard isFirst || scanner.skip(UInt8(ascii: ","), in: line),
                let name = scanner.string(in: line), scanner.skip(UInt8(ascii: ":"), in: line),
                let value = scanner.value(in: line)
            else { return nil }
            isFirst = false
            if line.holds("log", at: name), value.isString { log = value.range }
            if line.holds("stream", at: name), line.holds("stderr", at: value.range) {
                output = .standardError
            }
            if line.holds("time", at: name) {
                nanoseconds = RFC3339.nanoseconds(line.extracting(value.range)) ?? 0
            }
        }
        guard scanner.isAtEnd(of: line), let log else { return nil }
        self.log = log
        self.output = output
        self.nanoseconds = nanoseconds
    }
}

extension Span<UInt8> {
    /// Whether this is just this text.
    func holds(_ text: StaticString) -> Bool { holds(text, at: 0..<count) }

    /// Whether just this text lies at `range`.
    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard text.utf8CodeUnitCount == range.count else { return false }
        for offset in 0..<range.count
        where self[range.lowerBound + offset] != text.utf8Start[offset] {
            return false
        }
        return true
    }
}
