// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Writes lists as Python prints them, which is what logtest shows.
///
/// Source: analysis-engine.md §9.3.
enum PythonText {
    /// The list's text: `['a', 'b']`.
    static func list(_ values: [String]) -> String {
        "[" + values.map(string).joined(separator: ", ") + "]"
    }

    /// A string in single quotes, or in double ones when only that saves a
    /// backslash.
    static func string(_ value: String) -> String {
        let quote: Character = value.contains("'") && !value.contains("\"") ? "\"" : "'"
        var output = String(quote)
        for character in value.unicodeScalars {
            switch character {
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "'" where quote == "'": output += "\\'"
            default: output.unicodeScalars.append(character)
            }
        }
        return output + String(quote)
    }

    /// The JSON text of an array as Python would print it once read.
    ///
    /// Words become Python's, strings get its quotes; separators are followed by
    /// a blank.
    static func value(json: [UInt8]) -> String {
        var output = ""
        var cursor = JSONCursor(position: 0, end: json.count)
        let text = json.span
        while cursor.position < cursor.end {
            let byte = text[cursor.position]
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                output += byte == UInt8(ascii: ",") ? ", " : ": "
                cursor.position += 1
            case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
                output.unicodeScalars.append(Unicode.Scalar(byte))
                cursor.position += 1
            default:
                guard let scalar = scalar(&cursor, text) else { return output }
                output += scalar
            }
        }
        return output
    }

    private static func scalar(_ cursor: inout JSONCursor, _ text: Span<UInt8>) -> String? {
        switch cursor.nextKind(in: text) {
        case .string:
            guard let token = cursor.string(in: text) else { return nil }
            var content: [UInt8] = []
            guard JSONUnescaping.append(token.content, of: text, to: &content) else { return nil }
            return string(String(decoding: content, as: UTF8.self))
        case .number:
            return cursor.number(in: text).map { range in
                String(decoding: range.map { text[$0] }, as: UTF8.self)
            }
        case .yes: return "True"
        case .no: return "False"
        case .null: return "None"
        case .object, .array, nil: return nil
        }
    }
}
