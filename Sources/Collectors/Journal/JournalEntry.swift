// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// An entry of the systemd journal, as `journalctl --output=json` writes it.
///
/// ```
/// {"__CURSOR":"s=…","__REALTIME_TIMESTAMP":"1700000000000000","MESSAGE":"text","_PID":"1"}
/// ```
/// A value is a string, `null` when it was left out, an array of numbers where
/// it is no UTF-8, or an array of these where a field has several values.
/// Source: systemd, "Journal Export Formats", JSON format.
struct JournalEntry: Sendable {
    /// The values of each field, as bytes.
    let fields: [String: [[UInt8]]]
    let cursor: [UInt8]
    /// Microseconds since the epoch.
    let microseconds: Int64

    /// Nil when the line is no entry.
    init?(_ line: Span<UInt8>) {
        var scanner = JSONScanner(end: line.count)
        var fields: [String: [[UInt8]]] = [:]
        guard scanner.skip(UInt8(ascii: "{"), in: line) else { return nil }
        var isFirst = true
        while !scanner.skip(UInt8(ascii: "}"), in: line) {
            guard isFirst || scanner.skip(UInt8(ascii: ","), in: line),
                let name = scanner.string(in: line), scanner.skip(UInt8(ascii: ":"), in: line),
                let value = scanner.value(in: line)
            else { return nil }
            isFirst = false
            let values = Self.values(value, of: line)
            if !values.isEmpty { fields[Self.text(line.extracting(name))] = values }
        }
        guard let cursor = fields["__CURSOR"]?.first,
            let time = fields["__REALTIME_TIMESTAMP"]?.first,
            let microseconds = Int64(String(decoding: time, as: UTF8.self)), microseconds >= 0
        else { return nil }
        self.fields = fields
        self.cursor = cursor
        self.microseconds = microseconds
    }

    /// The first value of a field.
    func first(_ field: String) -> [UInt8]? { fields[field]?.first }

    var originNanoseconds: Int64 {
        let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? 0 : nanoseconds
    }

    /// `Mon dd hh:mm:ss HOST IDENT[PID]: MESSAGE`.
    ///
    /// Source: around-the-engine.md §2.2.
    func appendText(to output: inout [UInt8]) {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        var buffer = [CChar](repeating: 0, count: 64)
        if localtime_r(&seconds, &parts) != nil {
            let count = strftime(&buffer, buffer.count, "%b %d %H:%M:%S ", &parts)
            output += buffer.prefix(count).map { UInt8(bitPattern: $0) }
        }
        output += first("_HOSTNAME") ?? Array("localhost".utf8)
        output.append(UInt8(ascii: " "))
        output += first("SYSLOG_IDENTIFIER") ?? Array("unknown".utf8)
        if let number = first("SYSLOG_PID") ?? first("_PID") {
            output.append(UInt8(ascii: "["))
            output += number
            output.append(UInt8(ascii: "]"))
        }
        output += Array(": ".utf8)
        output += first("MESSAGE") ?? []
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        var unescaped: [UInt8] = []
        JSONText.appendUnescaped(bytes, to: &unescaped)
        return String(decoding: unescaped, as: UTF8.self)
    }

    private static func values(_ value: JSONScanner.Value, of line: Span<UInt8>) -> [[UInt8]] {
        if value.isString {
            var bytes: [UInt8] = []
            JSONText.appendUnescaped(line.extracting(value.range), to: &bytes)
            return [bytes]
        }
        let text = line.extracting(value.range)
        guard !text.isEmpty, text[0] == UInt8(ascii: "[") else { return [] }
        return elements(text)
    }

    /// One value of numbers, or several values.
    private static func elements(_ array: Span<UInt8>) -> [[UInt8]] {
        var scanner = JSONScanner(end: array.count)
        var values: [[UInt8]] = []
        var numbers: [UInt8] = []
        guard scanner.skip(UInt8(ascii: "["), in: array) else { return [] }
        while let value = scanner.value(in: array) {
            let text = array.extracting(value.range)
            if value.isString {
                var bytes: [UInt8] = []
                JSONText.appendUnescaped(text, to: &bytes)
                values.append(bytes)
            } else if text[0] == UInt8(ascii: "[") {
                values.append(Self.numbers(text))
            } else if let number = number(text) {
                numbers.append(number)
            }
            guard scanner.skip(UInt8(ascii: ","), in: array) else { break }
        }
        return numbers.isEmpty ? values : values + [numbers]
    }

    private static func numbers(_ array: Span<UInt8>) -> [UInt8] {
        var scanner = JSONScanner(end: array.count)
        var numbers: [UInt8] = []
        guard scanner.skip(UInt8(ascii: "["), in: array) else { return [] }
        while let value = scanner.value(in: array) {
            if let number = number(array.extracting(value.range)) { numbers.append(number) }
            guard scanner.skip(UInt8(ascii: ","), in: array) else { break }
        }
        return numbers
    }

    private static func number(_ text: Span<UInt8>) -> UInt8? {
        var value = 0
        guard !text.isEmpty, text.count <= 3 else { return nil }
        for index in text.indices {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
        }
        return UInt8(exactly: value)
    }
}
