// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Text that is written where marks mean something.
///
/// All of it goes by scalars: a mark with an accent on it is a mark all the same.
enum MarkedText {
    private static let zeroWidthSpace: Unicode.Scalar = "\u{200B}"

    /// For Slack: no link, mention or command.
    ///
    /// Source: Slack, "Formatting text for app surfaces": `&`, `<` and `>` are escaped.
    static func slack(_ text: String) -> String { angles(text) }

    /// For places in which Slack reads marks too: they are there and mean nothing.
    static func slackMarks(_ text: String) -> String {
        separated(angles(text), after: ["*", "_", "~", "`"])
    }

    /// For Telegram's HTML, and for mail's.
    static func html(_ text: String) -> String { angles(text) }

    /// For Markdown as Discord and Mattermost read it: marks are escaped, and nobody is
    /// called by `@`.
    static func markdown(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if markdownMarks.contains(scalar) { output.append("\\") }
            output.append(scalar)
            if scalar == "@" { output.append(zeroWidthSpace) }
        }
        return String(output)
    }

    /// A block between fences of three back-ticks, which the text cannot close.
    static func fenced(_ text: String) -> String {
        var inside = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { inside.append(scalar == "`" ? "\u{02CB}" : scalar) }
        return "```\n" + separated(String(inside), after: ["@"]) + "\n```"
    }

    private static let markdownMarks = Set("\\`*_{}[]()#+-.!|~>:<".unicodeScalars)

    private static func angles(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output.append(contentsOf: "&amp;".unicodeScalars)
            case "<": output.append(contentsOf: "&lt;".unicodeScalars)
            case ">": output.append(contentsOf: "&gt;".unicodeScalars)
            default: output.append(scalar)
            }
        }
        return String(output)
    }

    private static func separated(_ text: String, after marks: Set<Unicode.Scalar>) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            output.append(scalar)
            if marks.contains(scalar) { output.append(zeroWidthSpace) }
        }
        return String(output)
    }
}
