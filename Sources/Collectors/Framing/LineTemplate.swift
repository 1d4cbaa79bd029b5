// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// `out_format`: a text with variables, written in an event's place.
///
/// Source: around-the-engine.md §2.6. An unknown variable is empty.
package struct LineTemplate: Sendable, Equatable {
    private enum Part: Equatable {
        case text([UInt8])
        case log, location, hostname, hostAddress
        case escapedLog, base64Log
        /// By `strftime`.
        case time(format: String)
    }

    private let parts: [Part]
    private let hostAddress: [UInt8]
    /// Variables that nobody knows, as written.
    package let unknownVariables: [String]

    /// Takes the template as written; `hostAddress` is what `$(host_ip)` says.
    package init(_ text: String, hostAddress: String) {
        self.hostAddress = Array(hostAddress.utf8)
        var parts: [Part] = []
        var unknown: [String] = []
        var rest = Array(text.utf8)[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "$")) {
            let open = start + 1
            guard open < rest.endIndex, rest[open] == UInt8(ascii: "("),
                let end = rest[open...].firstIndex(of: UInt8(ascii: ")"))
            else {
                parts.append(.text(Array(rest[...start])))
                rest = rest[(start + 1)...]
                continue
            }
            if start > rest.startIndex { parts.append(.text(Array(rest[..<start]))) }
            let name = String(decoding: rest[(open + 1)..<end], as: UTF8.self)
            if let part = Self.variable(name) { parts.append(part) } else { unknown.append(name) }
            rest = rest[(end + 1)...]
        }
        if !rest.isEmpty { parts.append(.text(Array(rest))) }
        self.parts = parts
        unknownVariables = unknown
    }

    private static func variable(_ name: String) -> Part? {
        switch name {
        case "log", "output": .log
        case "location", "command": .location
        case "timestamp": .time(format: "%b %d %H:%M:%S")
        case "hostname": .hostname
        case "host_ip": .hostAddress
        case "json_escaped_log": .escapedLog
        case "base64_log": .base64Log
        default:
            name.hasPrefix("timestamp ")
                ? .time(format: String(name.dropFirst("timestamp ".count))) : nil
        }
    }

    /// Appends what is written in the place of `log`.
    func append(
        _ log: Span<UInt8>,
        from source: EventSource,
        at time: Timestamp,
        to output: inout [UInt8]
    ) {
        for part in parts {
            switch part {
            case .text(let text): output += text
            case .log: output.append(span: log)
            case .location: output += source.location
            case .hostname: output.append(text: source.agent.name)
            case .hostAddress: output += hostAddress
            case .escapedLog: Self.appendEscaped(log, to: &output)
            case .base64Log: Self.appendBase64(log, to: &output)
            case .time(let format): Self.append(time, format: format, to: &output)
            }
        }
    }

    /// As within a JSON string, without its quotes.
    private static func appendEscaped(_ log: Span<UInt8>, to output: inout [UInt8]) {
        var quoted: [UInt8] = []
        quoted.appendJSONString(log)
        output += quoted.dropFirst().dropLast()
    }

    private static func append(_ time: Timestamp, format: String, to output: inout [UInt8]) {
        var seconds = time_t(time.seconds)
        var parts = tm()
        var buffer = [CChar](repeating: 0, count: 256)
        guard localtime_r(&seconds, &parts) != nil else { return }
        let count = strftime(&buffer, buffer.count, format, &parts)
        output += buffer.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// Source: RFC 4648 §4.
    private static func appendBase64(_ log: Span<UInt8>, to output: inout [UInt8]) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for start in stride(from: 0, to: log.count, by: 3) {
            let count = min(3, log.count - start)
            var word: UInt32 = 0
            for offset in 0..<3 {
                word = word << 8 | (offset < count ? UInt32(log[start + offset]) : 0)
            }
            for index in 0..<4 {
                let digit = digits[Int(word >> UInt32(18 - 6 * index) & 63)]
                output.append(index <= count ? digit : UInt8(ascii: "="))
            }
        }
    }
}
