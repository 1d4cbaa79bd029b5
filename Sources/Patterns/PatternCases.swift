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
package enum PatternCases {
    /// Why a line is no case.
    package struct LineError: Error, Sendable, Hashable {
        /// What is wrong with the line and what to do: lower case, no full stop.
        package let message: String
    }

    private static let tab = UInt8(ascii: "\t")

    /// Appends what comes of a line, with a newline, to `output`.
    ///
    /// - Throws: ``LineError`` when columns are missing or the type is unknown;
    ///   nothing is appended then.
    package static func answer(
        _ line: Span<UInt8>,
        to output: inout [UInt8]
    ) throws(LineError) {
        let text = line.withUnsafeBufferPointer { Array($0) }
        if text.first == UInt8(ascii: "#") {
            output += text + [UInt8(ascii: "\n")]
            return
        }
        let columns = text.split(separator: tab, maxSplits: 3, omittingEmptySubsequences: false)
        guard columns.count >= 3 else {
            throw LineError(
                message: "\(columns.count) columns: give type, pattern and subject, "
                    + "separated by tabs"
            )
        }
        let type = String(decoding: columns[0], as: UTF8.self)
        let outcome = try outcome(of: Array(columns[1]), type: type, on: Array(columns[2]))
        for column in columns.prefix(3) { output += column + [tab] }
        output += outcome + [UInt8(ascii: "\n")]
    }

    private static func outcome(
        of pattern: [UInt8],
        type: String,
        on subject: [UInt8]
    ) throws(LineError) -> [UInt8] {
        switch type {
        case "osmatch":
            let isMatch = OSMatch(pattern).matches(subject.span)
            return Array((isMatch ? "match\t-" : "nomatch\t-").utf8)
        case "osregex", "osregex0":
            return regexOutcome(of: pattern, capturing: type == "osregex", on: subject)
        default:
            throw LineError(
                message: "unknown type \"\(type.prefix(40))\": use osregex, osregex0 or osmatch"
            )
        }
    }

    private static func regexOutcome(
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
        var captures = Captures()
        guard let result = regex.firstMatch(in: subject.span, captures: &captures) else {
            return Array("nomatch\t-".utf8)
        }
        var outcome = Array("match\t\(result)".utf8)
        for index in 0..<captures.count {
            outcome += [tab, UInt8(ascii: "[")]
            outcome += subject[captures[index]]
            outcome.append(UInt8(ascii: "]"))
        }
        return outcome
    }
}
