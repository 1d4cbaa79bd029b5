// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Text of logs, made fit to be read: nothing of it acts, hides or turns round.
enum PlainText {
    /// One line of at most so many characters: what is no visible character shows as an
    /// escape.
    static func line(_ text: String, limit: Int) -> String {
        var output = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            output.unicodeScalars.append(contentsOf: visible(scalar))
        }
        if text.unicodeScalars.count > limit { output += "…" }
        return output
    }

    /// As ``line(_:limit:)``, but line ends and tabs stay.
    static func block(_ text: String, limit: Int) -> String {
        var output = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            if scalar == "\n" || scalar == "\t" {
                output.unicodeScalars.append(scalar)
            } else {
                output.unicodeScalars.append(contentsOf: visible(scalar))
            }
        }
        if text.unicodeScalars.count > limit { output += "…" }
        return output
    }

    private static func visible(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        guard isHidden(scalar) else { return String(scalar).unicodeScalars }
        switch scalar {
        case "\n": return "\\n".unicodeScalars
        case "\r": return "\\r".unicodeScalars
        case "\t": return "\\t".unicodeScalars
        default:
            let digits = String(scalar.value, radix: 16)
            return ("\\u{" + digits + "}").unicodeScalars
        }
    }

    /// Control and format characters, among them those that turn the direction of text, and
    /// the separators of lines.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }
}
