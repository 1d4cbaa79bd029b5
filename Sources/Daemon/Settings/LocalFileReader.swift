// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML

/// Reads a `<localfile>`.
///
/// Source: around-the-engine.md §2.1, §2.2. A bad value disables this block
/// alone.
struct LocalFileReader {
    private static let lineFormats: Set<String> = [
        "syslog", "generic", "apache", "iis", "squid", "snort-fast", "syslog-pipe", "nginx",
    ]
    private static let laterFormats: Set<String> = [
        "command", "full_command", "multi-line-regex", "audit", "journald",
    ]
    private static let foreignFormats: Set<String> = [
        "eventlog", "eventchannel", "macos", "snort-full", "nmapg", "mysql_log", "mssql_log",
        "postgresql_log", "djb-multilog", "ossecalert",
    ]
    private static let laterElements: Set<String> = [
        "command", "alias", "frequency", "label", "ignore", "restrict", "age", "ignore_binaries",
        "target", "out_format", "filter", "multiline_regex",
    ]
    private static let foreignElements: Set<String> = ["reconnect_time", "query", "type", "level"]
    private static let known = ["location", "log_format", "exclude", "only-future-events"]

    private var reader: BlockReader
    private var location = ""
    private var format: LocalFileBlock.Format?
    private var hasFormat = false
    private var excludes: [String] = []
    private var onlyFutureEvents = true

    private init(file: String) {
        reader = BlockReader(file: file)
    }

    /// What the block asks for, nil when it cannot be collected; and what is
    /// wrong with it.
    static func read(
        _ element: XMLElement,
        file: String
    ) -> (block: LocalFileBlock?, diagnostics: [Diagnostic]) {
        var me = LocalFileReader(file: file)
        for child in element.children { me.read(child) }
        let block = me.finish(element)
        return (block, me.reader.diagnostics)
    }

    private mutating func read(_ child: XMLElement) {
        switch child.name {
        case "location": location = reader.text(child)
        case "log_format": readFormat(child)
        case "exclude": excludes.append(reader.text(child))
        case "only-future-events":
            onlyFutureEvents = reader.yesNo(child) ?? onlyFutureEvents
        case let name where Self.laterElements.contains(name):
            reader.unsupported(child, in: "<localfile>")
        case let name where Self.foreignElements.contains(name):
            reader.warning(
                child,
                code: "foreign-element",
                "<\(name)> is for other systems; ignored",
                hint: "remove it on Linux"
            )
        default: reader.unknown(child, in: "<localfile>", known: Self.known)
        }
    }

    private mutating func readFormat(_ child: XMLElement) {
        hasFormat = true
        let name = reader.text(child)
        if Self.lineFormats.contains(name) {
            format = .lines
        } else if name == "json" {
            format = .json
        } else if name.hasPrefix("multi-line:") {
            readMultiLine(child, count: String(name.dropFirst("multi-line:".count)))
        } else if Self.laterFormats.contains(name) {
            reader.error(
                child,
                code: "unsupported-format",
                "<log_format> \(name) is not supported yet",
                hint: "see docs/COMPATIBILITY.md"
            )
        } else if Self.foreignFormats.contains(name) {
            reader.error(
                child,
                code: "unsupported-format",
                "<log_format> \(name) is for other systems",
                hint: "on Linux write syslog, json or multi-line:N"
            )
        } else {
            reader.error(
                child,
                code: "bad-value",
                "<log_format> is \"\(name)\"",
                hint: "write syslog for lines of text, json, or multi-line:N"
            )
        }
    }

    private mutating func readMultiLine(_ child: XMLElement, count: String) {
        guard let lines = Int(count.trimmingBlanks()), (1...10_000).contains(lines) else {
            reader.error(
                child,
                code: "bad-value",
                "<log_format> is \"multi-line:\(count)\"",
                hint: "write the number of lines from 1 to 10000, such as multi-line:3"
            )
            return
        }
        format = .multiLine(lines)
    }

    private mutating func finish(_ element: XMLElement) -> LocalFileBlock? {
        if location.isEmpty {
            reader.error(
                element,
                code: "missing-location",
                "<localfile> has no <location>",
                hint: "name the file, such as <location>/var/log/syslog</location>"
            )
        }
        if !hasFormat {
            reader.error(
                element,
                code: "missing-format",
                "<localfile> has no <log_format>",
                hint: "for lines of text write <log_format>syslog</log_format>"
            )
        }
        guard !reader.hasErrors, let format else { return nil }
        var block = LocalFileBlock(location: location, format: format)
        block.excludes = excludes
        block.onlyFutureEvents = onlyFutureEvents
        return block
    }
}
