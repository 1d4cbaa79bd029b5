// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import OSXML
import Patterns

/// Reads a `<localfile>`.
///
/// Source: around-the-engine.md §2.1, §2.2. A bad value disables this block
/// alone.
struct LocalFileReader {
    static let known = [
        "location", "log_format", "command", "alias", "frequency", "label", "exclude", "ignore",
        "restrict", "only-future-events", "age", "ignore_binaries", "target", "out_format",
        "filter", "multiline_regex", "max_line_size",
    ]
    private static let foreignElements: Set<String> = ["reconnect_time", "query", "type", "level"]

    var reader: BlockReader
    var location = ""
    /// As written; empty when there is none.
    var formatName = ""
    var excludes: [String] = []
    var onlyFutureEvents = true
    var command = ""
    var alias = ""
    var frequencySeconds = 360
    var labels: [(key: String, value: String)] = []
    var filter = LineFilter()
    var template: LineTemplate?
    var conditions: [JournalFilter.Condition] = []
    var multiLineRegex: MultiLineRegex?
    var lineLimit = LineBuffer.lineLimit
    var limits = ReadingLimits()
    private let origin: LocalFileBlock.Origin

    private init(file: String, origin: LocalFileBlock.Origin) {
        reader = BlockReader(file: file)
        self.origin = origin
    }

    /// What the block asks for, nil when it cannot be collected; and what is
    /// wrong with it.
    static func read(
        _ element: XMLElement,
        file: String,
        origin: LocalFileBlock.Origin
    ) -> (block: LocalFileBlock?, diagnostics: [Diagnostic]) {
        var me = LocalFileReader(file: file, origin: origin)
        for child in element.children { me.read(child) }
        let block = me.finish(element)
        return (block, me.reader.diagnostics)
    }

    private mutating func read(_ child: XMLElement) {
        switch child.name {
        case "location": location = reader.text(child)
        case "log_format": formatName = reader.text(child)
        case "exclude": excludes.append(reader.text(child))
        case "command": command = reader.text(child)
        case "alias": alias = reader.text(child)
        case "frequency": readFrequency(child)
        case "label": readLabel(child)
        case "ignore": if let pattern = pattern(child) { filter.ignores.append(pattern) }
        case "restrict": if let pattern = pattern(child) { filter.restricts.append(pattern) }
        case "only-future-events": readOnlyFutureEvents(child)
        case "age": readAge(child)
        case "ignore_binaries":
            limits.ignoresBinaries = reader.yesNo(child) ?? limits.ignoresBinaries
        case "target": readTarget(child)
        case "out_format": readTemplate(child)
        case "filter": readCondition(child)
        case "multiline_regex": readMultiLineRegex(child)
        case "max_line_size": readLineLimit(child)
        case let name where Self.foreignElements.contains(name):
            reader.warning(
                child,
                code: "foreign-element",
                "<\(name)> is for other systems; ignored",
                hint: "remove it on Linux"
            )
        default:
            reader.error(
                child,
                code: "unknown-element",
                "<\(child.name)> is not known in <localfile>",
                hint: "known are \(Self.known.joined(separator: ", "))"
            )
        }
    }

    private mutating func finish(_ element: XMLElement) -> LocalFileBlock? {
        guard !formatName.isEmpty else {
            missing(
                element,
                "log_format",
                "for lines of text write <log_format>syslog</log_format>"
            )
            return nil
        }
        guard let format = format(element) else { return nil }
        switch format {
        case .command, .journal: location = ""
        default:
            if location.isEmpty {
                missing(
                    element,
                    "location",
                    "name the file, such as <location>/var/log/syslog</location>"
                )
            }
        }
        if case .command = format, !origin.mayRunCommands {
            reader.error(
                element,
                code: "remote-command",
                "a command from a remote configuration is not run",
                hint: "put it into this host's own ossec.conf, or allow it there with"
                    + " logcollector.remote_commands=1"
            )
        }
        guard !reader.hasErrors else { return nil }
        return block(format, element)
    }

    private mutating func block(
        _ format: LocalFileBlock.Format,
        _ element: XMLElement
    ) -> LocalFileBlock {
        var block = LocalFileBlock(location: location, format: format)
        block.excludes = excludes
        block.onlyFutureEvents = onlyFutureEvents
        block.options.filter = filter.isEmpty ? nil : filter
        block.options.template = template
        block.options.lineLimit = lineLimit
        block.limits = limits
        if case .json = format {
            block.options.labels = JSONLabels(labels)
        } else if !labels.isEmpty {
            reader.warning(
                element,
                code: "unused-label",
                "<label> is for <log_format> json; ignored",
                hint: "remove it, or write json if the lines are JSON"
            )
        }
        return block
    }

    mutating func missing(_ element: XMLElement, _ name: String, _ hint: String) {
        reader.error(
            element,
            code: name == "log_format" ? "missing-format" : "missing-\(name)",
            "<localfile> has no <\(name)>",
            hint: hint
        )
    }
}
