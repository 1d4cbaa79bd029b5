// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import OSXML

/// What `<log_format>` and the elements that belong to it ask for.
extension LocalFileReader {
    private static let lineFormats: Set<String> = [
        "syslog", "generic", "apache", "iis", "squid", "snort-fast", "syslog-pipe", "nginx",
    ]
    private static let foreignFormats: Set<String> = [
        "eventlog", "eventchannel", "macos", "snort-full", "nmapg", "mysql_log", "mssql_log",
        "postgresql_log", "djb-multilog", "ossecalert",
    ]

    /// Nil when it is none that is collected, which was reported then.
    mutating func format(_ element: XMLElement) -> LocalFileBlock.Format? {
        switch formatName {
        case let name where Self.lineFormats.contains(name): .lines
        case "json": .json
        case "audit": .audit
        case "command": commandFormat(element, .lines)
        case "full_command": commandFormat(element, .whole)
        case "journald": .journal(conditions)
        case "multi-line-regex": regexFormat(element)
        case let name where name.hasPrefix("multi-line:"):
            multiLineFormat(element, count: String(name.dropFirst("multi-line:".count)))
        case let name where Self.foreignFormats.contains(name): foreignFormat(element)
        default: unknownFormat(element)
        }
    }

    private mutating func commandFormat(
        _ element: XMLElement,
        _ format: CommandSource.Format
    ) -> LocalFileBlock.Format? {
        guard !command.isEmpty else {
            missing(element, "command", "write what is to be run, such as <command>df -P</command>")
            return nil
        }
        return .command(
            LocalFileBlock.Command(
                line: command,
                alias: alias.isEmpty ? command : alias,
                format: format,
                frequencySeconds: frequencySeconds
            )
        )
    }

    private mutating func regexFormat(_ element: XMLElement) -> LocalFileBlock.Format? {
        guard let multiLineRegex else {
            if !reader.hasErrors {
                missing(
                    element,
                    "multiline_regex",
                    "write an expression, such as <multiline_regex match=\"start\">^\\d\\d:</multiline_regex>"
                )
            }
            return nil
        }
        return .multiLineRegex(multiLineRegex)
    }

    private mutating func multiLineFormat(
        _ element: XMLElement,
        count: String
    ) -> LocalFileBlock.Format? {
        guard let lines = Int(count.trimmingBlanks()), (1...10_000).contains(lines) else {
            reader.error(
                element,
                code: "bad-value",
                "<log_format> is \"multi-line:\(count)\"",
                hint: "write the number of lines from 1 to 10000, such as multi-line:3"
            )
            return nil
        }
        return .multiLine(lines)
    }

    private mutating func foreignFormat(_ element: XMLElement) -> LocalFileBlock.Format? {
        reader.warning(
            element,
            code: "unsupported-format",
            "<log_format> \(formatName) is for other systems; the block is not collected",
            hint: "on Linux write syslog, json or multi-line:N"
        )
        return nil
    }

    private mutating func unknownFormat(_ element: XMLElement) -> LocalFileBlock.Format? {
        reader.error(
            element,
            code: "bad-value",
            "<log_format> is \"\(formatName)\"",
            hint: "write syslog for lines of text, json, or multi-line:N"
        )
        return nil
    }

    /// Seconds, `hourly` or `daily`.
    mutating func readFrequency(_ child: XMLElement) {
        switch reader.text(child) {
        case "hourly": frequencySeconds = 3600
        case "daily": frequencySeconds = 86_400
        default:
            frequencySeconds = reader.number(child, in: 1...31_536_000) ?? frequencySeconds
        }
    }

    /// Source: around-the-engine.md §2.3.
    mutating func readMultiLineRegex(_ child: XMLElement) {
        let match = choice(child, "match", MultiLineRegex.Match.start)
        let replacement = choice(child, "replace", MultiLineRegex.Replacement.unchanged)
        var seconds = 5
        if let attribute = child.attribute("timeout") {
            let text = String(decoding: attribute.value, as: UTF8.self)
            guard let value = Int(text), (1...120).contains(value) else {
                badAttribute(child, "timeout", text, "write seconds from 1 to 120")
                return
            }
            seconds = value
        }
        guard let match, let replacement, let pattern = pattern(child) else { return }
        multiLineRegex = MultiLineRegex(
            pattern: pattern,
            match: match,
            replacement: replacement,
            timeoutSeconds: seconds
        )
    }

    /// One condition on a field of the journal.
    mutating func readCondition(_ child: XMLElement) {
        guard let field = attribute(child, "field"), !field.isEmpty else {
            badAttribute(child, "field", "", "name the field, such as field=\"_SYSTEMD_UNIT\"")
            return
        }
        let ignores = attribute(child, "ignore_if_missing") ?? "no"
        guard ignores == "yes" || ignores == "no" else {
            badAttribute(child, "ignore_if_missing", ignores, "write yes or no")
            return
        }
        guard let pattern = pattern(child) else { return }
        conditions.append(
            JournalFilter.Condition(
                field: field,
                pattern: pattern,
                passesWithoutField: ignores == "yes"
            )
        )
    }
}
