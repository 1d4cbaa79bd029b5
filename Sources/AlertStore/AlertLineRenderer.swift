// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// An alert as one line for a person: time, level, rule, container,
/// description, source address.
///
/// ```
/// 2026-02-01 10:00:00  10  31103  web-1           SQL injection attempt  203.0.113.9
/// ```
package struct AlertLineRenderer: Sendable {
    /// Whether the terminal understands colours.
    package enum Style: Sendable {
        case plain
        /// The level alone is coloured, by severity.
        case coloured
    }

    package let style: Style

    package init(_ style: Style) {
        self.style = style
    }

    /// Appends one alert's line with its line feed.
    ///
    /// All text is escaped (``TerminalText``) and each column bounded: the line is
    /// below 380 columns long.
    package func append(_ alert: AlertSummary, to output: inout [UInt8]) {
        appendTime(alert.timestamp, to: &output)
        appendLevel(alert.level, to: &output)
        appendColumn(alert.ruleID, width: 6, limit: 10, to: &output)
        appendColumn(alert.container, width: 16, limit: 32, to: &output)
        output.append(literal: "  ")
        TerminalText.escape(alert.description.span, limit: 200, to: &output)
        if !alert.sourceAddress.isEmpty {
            output.append(literal: "  ")
            TerminalText.escape(alert.sourceAddress.span, limit: 64, to: &output)
        }
        output.append(literal: "\n")
    }

    /// Date and clock without the fraction and the offset, when they stand
    /// where `2026-02-01T10:00:00.123+0000` has them.
    private func appendTime(_ timestamp: [UInt8], to output: inout [UInt8]) {
        var time = Array(timestamp.prefix(19))
        if time.count == 19, time[10] == UInt8(ascii: "T") { time[10] = UInt8(ascii: " ") }
        let columns = TerminalText.escape(time.span, limit: 32, to: &output)
        pad(columns, to: 19, &output)
    }

    private func appendLevel(_ level: Int, to output: inout [UInt8]) {
        output.append(literal: level > -10 && level < 10 ? "   " : "  ")
        let colour = style == .coloured ? Self.colour(ofLevel: level) : nil
        if let colour { output.append(literal: colour) }
        output.appendDecimal(level)
        if colour != nil { output.append(literal: "\u{1b}[0m") }
    }

    private func appendColumn(
        _ text: [UInt8],
        width: Int,
        limit: Int,
        to output: inout [UInt8]
    ) {
        output.append(literal: "  ")
        let shown = text.isEmpty ? [UInt8(ascii: "-")] : text
        let columns = TerminalText.escape(shown.span, limit: limit, to: &output)
        pad(columns, to: width, &output)
    }

    private func pad(_ columns: Int, to width: Int, _ output: inout [UInt8]) {
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, width - columns)))
    }

    /// The sequence that colours a level, in the bands of Wazuh's dashboard:
    /// low to 6, medium to 11, high to 14, critical.
    private static func colour(ofLevel level: Int) -> StaticString? {
        switch level {
        case 15...: "\u{1b}[1;37;41m"
        case 12...14: "\u{1b}[1;31m"
        case 7...11: "\u{1b}[33m"
        case 4...6: nil
        default: "\u{1b}[2m"
        }
    }
}
