// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML

/// Reads the elements of one block of `ossec.conf` and collects what is wrong
/// with them.
struct BlockReader {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether a value was bad, so that the block cannot be used.
    private(set) var hasErrors = false

    init(file: String) {
        self.file = file
    }

    /// The text of an element without blanks around it.
    func text(_ element: XMLElement) -> String {
        String(decoding: element.text, as: UTF8.self).trimmingBlanks()
    }

    /// `yes` or `no`, nothing else.
    ///
    /// Source: around-the-engine.md §3.1.
    mutating func yesNo(_ element: XMLElement) -> Bool? {
        switch text(element) {
        case "yes": return true
        case "no": return false
        case let other:
            error(
                element,
                code: "bad-value",
                "<\(element.name)> is \"\(other)\"",
                hint: "write yes or no"
            )
            return nil
        }
    }

    /// A whole number in a range.
    mutating func number(_ element: XMLElement, in range: ClosedRange<Int>) -> Int? {
        if let value = Int(text(element)), range.contains(value) { return value }
        error(
            element,
            code: "bad-value",
            "<\(element.name)> is \"\(text(element))\"",
            hint: "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        )
        return nil
    }

    /// Reports a value that makes the block unusable.
    mutating func error(_ element: XMLElement, code: String, _ message: String, hint: String) {
        hasErrors = true
        report(.error, element, code: code, message, hint: hint)
    }

    /// Reports something that is passed over.
    mutating func warning(_ element: XMLElement, code: String, _ message: String, hint: String) {
        report(.warning, element, code: code, message, hint: hint)
    }

    /// Reports something worth knowing.
    mutating func note(_ element: XMLElement, code: String, _ message: String, hint: String) {
        report(.note, element, code: code, message, hint: hint)
    }

    /// Reports an element that nobody knows; the known ones are offered.
    mutating func unknown(_ element: XMLElement, in block: String, known: [String]) {
        warning(
            element,
            code: "unknown-element",
            "<\(element.name)> is not known in \(block); ignored",
            hint: "known are \(known.joined(separator: ", "))"
        )
    }

    /// Reports an element of Wazuh that Jaga does not act on.
    mutating func unsupported(_ element: XMLElement, in block: String) {
        warning(
            element,
            code: "unsupported-element",
            "<\(element.name)> in \(block) is not supported yet; ignored",
            hint: "see docs/COMPATIBILITY.md"
        )
    }

    private mutating func report(
        _ severity: Diagnostic.Severity,
        _ element: XMLElement,
        code: String,
        _ message: String,
        hint: String
    ) {
        diagnostics.append(
            Diagnostic(
                severity,
                code: code,
                file: file,
                line: element.position.line,
                column: element.position.column,
                message: message,
                hint: hint
            )
        )
    }
}

extension String {
    /// Without blanks, tabs and line ends at both ends.
    func trimmingBlanks() -> String {
        // Not a string to look in: there a line feed after a return is one character.
        func isBlank(_ character: Character) -> Bool {
            character == " " || character == "\t" || character.isNewline
        }
        guard let first = firstIndex(where: { !isBlank($0) }),
            let last = lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }
}
