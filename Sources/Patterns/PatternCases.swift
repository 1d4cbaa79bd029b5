// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Runs one pattern on one subject for each line, and writes what came out.
///
/// Lines are tab-separated, without newline:
///
///     in:   type  pattern  subject
///     out:  type  pattern  subject  match|nomatch|badpattern  offset  [capture]...
///
/// The type is `osregex` (captures kept), `osregex0` (not kept) or `osmatch`. The
/// offset is the result offset, `-` when there is none. Each capture stands in
/// brackets. Further columns of the input are not looked at, so that output can
/// be input. Lines that start with `#` pass unchanged.
package struct PatternCases: Sendable {
    /// A line that is no case.
    package struct LineError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Which line, from 1.
        package let line: Int
        /// What is wrong with it: lower case, no full stop.
        package let message: String

        package var description: String { "line \(line): \(message)" }
    }

    private static let tab = UInt8(ascii: "\t")

    private var line = 0
    private var captures = Captures()

    package init() {}

    /// Appends the result of the next line, with a newline, to `output`.
    ///
    /// - Throws: ``LineError`` when columns are missing or the type is unknown;
    ///   nothing is appended then.
    package mutating func append(
        resultOf text: some Collection<UInt8>,
        to output: inout [UInt8]
    ) throws(LineError) {
        line += 1
        if text.first == UInt8(ascii: "#") {
            output += text
            output.append(UInt8(ascii: "\n"))
            return
        }
        let columns = text.split(
            separator: Self.tab,
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        guard columns.count >= 3 else {
            throw LineError(
                line: line,
                message: "has \(columns.count) columns: give type, pattern and subject, "
                    + "separated by tabs"
            )
        }
        let outcome = try outcome(of: Array(columns[1]), type: columns[0], on: Array(columns[2]))
        for column in columns.prefix(3) {
            output += column
            output.append(Self.tab)
        }
        output += outcome
        output.append(UInt8(ascii: "\n"))
    }

    private mutating func outcome(
        of pattern: [UInt8],
        type: some Sequence<UInt8>,
        on subject: [UInt8]
    ) throws(LineError) -> [UInt8] {
        let name = String(decoding: Array(type), as: UTF8.self)
        switch name {
        case "osmatch":
            let isMatch = OSMatch(pattern).matches(subject.span)
            return Array((isMatch ? "match\t-" : "nomatch\t-").utf8)
        case "osregex", "osregex0":
            return regexOutcome(of: pattern, capturing: name == "osregex", on: subject)
        default:
            throw LineError(
                line: line,
                message: "unknown type \"\(name.prefix(40))\": use osregex, osregex0 or osmatch"
            )
        }
    }

    private mutating func regexOutcome(
        of pattern: [UInt8],
        capturing: Bool,
        on subject: [UInt8]
    ) -> [UInt8] {
        let regex: OSRegex
        do throws(PatternError) {
            regex = try OSRegex(pattern, capturing: capturing)
        } catch {
            return Array("badpattern\t-".utf8)
        }
        guard let result = regex.firstMatch(in: subject.span, captures: &captures) else {
            return Array("nomatch\t-".utf8)
        }
        var outcome = Array("match\t\(result)".utf8)
        for index in 0..<captures.count {
            outcome += [Self.tab, UInt8(ascii: "[")]
            outcome += subject[captures[index]]
            outcome.append(UInt8(ascii: "]"))
        }
        return outcome
    }
}
